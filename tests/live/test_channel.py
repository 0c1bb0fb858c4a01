"""The live channel, over real sockets, from a server with two web processes."""

from __future__ import annotations

import time
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from playlist_app.operations import startup
from tests.conftest import close, make_app
from tests.serving import Client, Server
from tests.soak import count, within

Cast = dict[str, Client]


@pytest.fixture
def playlist(clients: Cast) -> dict[str, Any]:
    made = clients["alice"].ok("POST", "/playlists", {"title": "Friday kitchen"})
    member = {"username": "bob", "role": "editor"}
    clients["alice"].ok("POST", f"/playlists/{made['id']}/members", member)
    return dict(made)


@pytest.fixture
def item(clients: Cast, playlist: dict[str, Any]) -> dict[str, Any]:
    return adds(clients["alice"], playlist, "Copper Wire")


def adds(person: Client, playlist: dict[str, Any], title: str) -> dict[str, Any]:
    track = person.ok("POST", "/tracks", {"title": title})
    path = f"/playlists/{playlist['id']}/items"
    return dict(person.ok("POST", path, {"track_id": track["id"]}))


def votes(person: Client, playlist: dict[str, Any], item: dict[str, Any], direction: str) -> None:
    path = f"/playlists/{playlist['id']}/items/{item['id']}/vote"
    person.ok("POST", path, {"direction": direction})


def forget_all_but_the_newest_event(server: Server) -> None:
    """As a start does, beside the one that serves."""
    app = make_app(server.data, keep_events=1)
    startup.prepare(app)
    close(app)


def room(playlist: dict[str, Any], query: str = "") -> str:
    return f"/ws/playlists/{playlist['id']}{query}"


def test_first_comes_a_greeting_that_says_who_one_is(clients: Cast, playlist: Any) -> None:
    me = clients["bob"].ok("GET", "/users/me")

    with_no_since = clients["bob"].listens(room(playlist))
    greeting = with_no_since.until("connection.established")

    assert "seq" not in greeting
    payload = greeting["payload"]
    assert payload["you"] == {"id": me["id"], "name": "Bob", "role": "editor"}
    assert payload["seq"] >= playlist["seq"]
    assert payload["epoch"]
    assert payload["server_time"].endswith("Z")
    with_no_since.close()


def test_who_names_the_last_seq_gets_exactly_what_was_missed(
    clients: Cast, playlist: Any, item: Any
) -> None:
    for direction in ("up", "none", "down"):
        votes(clients["bob"], playlist, item, direction)
    everything = clients["alice"].ok("GET", f"/playlists/{playlist['id']}/events")["items"]

    for known in (0, everything[2]["seq"], everything[-1]["seq"]):
        listener = clients["alice"].listens(room(playlist, f"?since={known}"))
        votes(clients["bob"], playlist, item, "none" if known else "up")
        newest = clients["alice"].ok("GET", f"/playlists/{playlist['id']}")["seq"]
        listener.until_seq(newest)
        kept = clients["alice"].ok("GET", f"/playlists/{playlist['id']}/events?since={known}")
        assert listener.committed == kept["items"]
        listener.close()


def test_without_since_nothing_is_replayed(clients: Cast, playlist: Any, item: Any) -> None:
    listener = clients["alice"].listens(room(playlist))
    listener.until("connection.established")

    votes(clients["bob"], playlist, item, "up")

    listener.until("track.voted")
    assert len(listener.committed) == 1
    listener.close()


def test_frames_are_facts_and_the_same_for_everybody(
    clients: Cast, playlist: Any, item: Any
) -> None:
    listeners = [clients[name].listens(room(playlist)) for name in ("alice", "bob")]
    for listener in listeners:
        listener.until("connection.established")

    votes(clients["bob"], playlist, item, "up")
    adds(clients["bob"], playlist, "Harbour Lights")

    newest = clients["alice"].ok("GET", f"/playlists/{playlist['id']}")["seq"]
    for listener in listeners:
        listener.until_seq(newest)
    assert listeners[0].committed == listeners[1].committed
    assert "my_vote" not in str(listeners[0].committed)
    for listener in listeners:
        listener.close()


@pytest.mark.parametrize("query", ["?since=999999", "?since=0&epoch=another-history"])
def test_who_knows_another_history_is_told_to_read_afresh(
    clients: Cast, playlist: Any, item: Any, query: str
) -> None:
    listener = clients["alice"].listens(room(playlist, query))

    listener.until("connection.established")
    resync = listener.until("resync")

    assert resync["payload"]["seq"] > 0
    assert listener.committed == []
    listener.close()


def test_who_missed_more_than_is_kept_is_told_to_read_afresh(
    server: Server, clients: Cast, playlist: Any, item: Any
) -> None:
    for direction in ("up", "none"):
        votes(clients["bob"], playlist, item, direction)
    forget_all_but_the_newest_event(server)

    listener = clients["alice"].listens(room(playlist, "?since=1"))

    listener.until("resync")
    assert listener.committed == []
    listener.close()


def test_who_missed_nothing_of_a_list_that_lay_quiet_goes_on_where_it_was(
    server: Server, clients: Cast, playlist: Any, item: Any
) -> None:
    """Its own events are no longer kept, but there were no newer ones."""
    newest = clients["alice"].ok("GET", f"/playlists/{playlist['id']}")["seq"]
    for turn in range(3):
        clients["bob"].ok("POST", "/playlists", {"title": f"Another {turn}"})
    forget_all_but_the_newest_event(server)

    knows_all = clients["alice"].listens(room(playlist, f"?since={newest}"))
    missed_one = clients["alice"].listens(room(playlist, f"?since={newest - 1}"))
    knows_all.until("connection.established")
    votes(clients["bob"], playlist, item, "up")

    missed_one.until("resync")
    knows_all.until("track.voted")
    assert "resync" not in {frame["type"] for frame in knows_all.passing}
    assert len(knows_all.committed) == 1
    for listener in (knows_all, missed_one):
        listener.close()


@pytest.mark.parametrize(
    ("who", "headers", "status"),
    [
        ("nobody", {}, 401),
        ("charlie", {}, 404),
        ("alice", {"Origin": "https://elsewhere.example"}, 403),
    ],
)
def test_the_handshake_is_refused(
    clients: Cast, playlist: Any, who: str, headers: dict[str, str], status: int
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        clients[who].listens(room(playlist), headers=headers)

    assert refused.value.response.status_code == status


def test_the_own_origin_is_let_in(server: Server, clients: Cast, playlist: Any) -> None:
    listener = clients["alice"].listens(room(playlist), headers={"Origin": server.url})

    listener.until("connection.established")
    listener.close()


def test_quick_changes_come_together_in_order_each_once(
    clients: Cast, playlist: Any, item: Any
) -> None:
    listener = clients["alice"].listens(room(playlist))
    listener.until("connection.established")

    for turn in range(40):
        votes(clients["bob"], playlist, item, ("up", "none")[turn % 2])

    newest = clients["alice"].ok("GET", f"/playlists/{playlist['id']}")["seq"]
    listener.until_seq(newest)
    numbers = [event["seq"] for event in listener.committed]
    assert len(numbers) == 40
    assert numbers == sorted(set(numbers))
    with_events = [f for f in listener.frames if f["type"] == "batch" or "seq" in f]
    assert len(with_events) < 40
    listener.close()


def test_a_client_is_answered_and_told_what_it_may_say(clients: Cast, playlist: Any) -> None:
    listener = clients["alice"].listens(room(playlist))
    listener.send({"type": "ping", "payload": {"ts": 1234}})
    pong = listener.until("pong")
    assert pong["payload"]["ts"] == 1234
    assert pong["payload"]["server_time"].endswith("Z")

    listener.send({"type": "here", "payload": {"device": "kitchen"}})
    listener.send({"type": "vote", "payload": {}})

    listener.until("error")
    listener.close()


@pytest.mark.parametrize(
    "frame",
    [
        "not json",
        "[]",
        '"ping"',
        "{}",
        '{"type": "here", "payload": {}}',
        '{"type": "here", "payload": {"device": 7}}',
        '{"type": "ping", "payload": []}',
        b"\x00\x01",
        "x" * 1_000_000,
    ],
)
def test_bad_frames_get_one_error_each_and_after_several_the_door(
    server: Server, clients: Cast, playlist: Any, frame: Any
) -> None:
    listener = clients["alice"].listens(room(playlist))
    listener.until("connection.established")

    for _ in range(count(5, 500)):
        listener.send(frame)

    assert listener.until_closed() == 1008
    errors = [passing for passing in listener.passing if passing["type"] == "error"]
    assert len(errors) == 5
    assert all(error["payload"]["detail"] for error in errors)


def test_a_thousand_messages_a_second_get_the_door(clients: Cast, playlist: Any) -> None:
    listener = clients["alice"].listens(room(playlist))
    listener.until("connection.established")

    for _ in range(count(1000, 100_000)):
        listener.send({"type": "ping", "payload": {}})

    assert listener.until_closed() == 1008


def test_a_protocol_error_closes_the_socket(clients: Cast, playlist: Any) -> None:
    listener = clients["alice"].listens(room(playlist))
    listener.until("connection.established")

    listener.socket.socket.sendall(b"\xff\xff\xff\xff this is no frame")

    assert listener.until_closed() == 1002


def test_who_is_blocked_is_hung_up_within_a_second_and_finds_nothing(
    clients: Cast, playlist: Any
) -> None:
    bob = clients["bob"].ok("GET", "/users/me")
    listener = clients["bob"].listens(room(playlist))
    listener.until("connection.established")

    began = time.monotonic()
    clients["alice"].ok("POST", f"/playlists/{playlist['id']}/blocks", {"user": bob["id"]})

    assert listener.until_closed() == 1008
    assert time.monotonic() - began < within(1)
    assert clients["bob"].call("GET", f"/playlists/{playlist['id']}")[0] == 404


def test_who_loses_access_is_told_and_hung_up_within_a_second(clients: Cast, playlist: Any) -> None:
    bob = clients["bob"].ok("GET", "/users/me")
    listener = clients["bob"].listens(room(playlist))
    stays = clients["alice"].listens(room(playlist))
    listener.until("connection.established")
    stays.until("connection.established")

    began = time.monotonic()
    clients["alice"].ok("DELETE", f"/playlists/{playlist['id']}/members/{bob['id']}")

    assert listener.until_closed() == 1008
    assert time.monotonic() - began < within(1)
    assert listener.committed[-1]["type"] == "member.changed"
    stays.until("member.changed")
    stays.send({"type": "ping", "payload": {}})
    stays.until("pong")
    stays.close()


def test_a_deleted_playlist_hangs_up_on_everybody(clients: Cast, playlist: Any) -> None:
    listener = clients["bob"].listens(room(playlist))
    listener.until("connection.established")

    clients["alice"].ok("DELETE", f"/playlists/{playlist['id']}")

    listener.until("playlist.deleted")
    assert listener.until_closed() == 1008


def test_logging_out_closes_the_sockets_of_that_session(
    server: Server, clients: Cast, playlist: Any
) -> None:
    body = {"username": "bob", "password": "a good long password"}
    token = clients["nobody"].ok("POST", "/users/login", body)["token"]
    phone = Client(server, token)
    in_room, own = phone.listens(room(playlist)), phone.listens("/ws/me")
    other_session = clients["bob"].listens(room(playlist))
    for listener in (in_room, own, other_session):
        listener.until("connection.established")

    phone.ok("POST", "/users/logout", {})

    assert in_room.until_closed() == 1008
    assert own.until_closed() == 1008
    other_session.send({"type": "ping", "payload": {}})
    other_session.until("pong")
    other_session.close()


def test_presence_counts_people_over_all_processes(clients: Cast, playlist: Any) -> None:
    """Each new connection may land in either of the two processes."""
    alice = [clients["alice"].listens(room(playlist)) for _ in range(3)]
    for listener in alice:
        presence = listener.until("presence")
        assert presence["payload"]["count"] == 1
    bob = [clients["bob"].listens(room(playlist)) for _ in range(3)]

    for listener in alice:
        while True:
            payload = listener.until("presence")["payload"]
            if payload["count"] == 2:
                break
        assert [person["name"] for person in payload["people"]] == ["Alice", "Bob"]

    for listener in bob:
        listener.close()
    while alice[0].until("presence")["payload"]["count"] != 1:
        pass
    for listener in alice:
        listener.close()
