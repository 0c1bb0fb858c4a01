"""Deploys and crashes: sockets are closed with a reason, and nothing that was answered is lost."""

from __future__ import annotations

import contextlib
import random
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

from websockets.exceptions import WebSocketException

from tests.serving import PATIENCE, Client, Listener, Server
from tests.soak import count

Cast = dict[str, Client]

GRACE = 10  # seconds; graceful_timeout in gunicorn.conf.py


def friday(alice: Client, tracks: int) -> tuple[dict[str, Any], list[str]]:
    playlist = alice.ok("POST", "/playlists", {"title": "Friday", "visibility": "members"})
    items = []
    for number in range(tracks):
        track = alice.ok("POST", "/tracks", {"title": f"Track {number}"})
        path = f"/playlists/{playlist['id']}/items"
        items.append(alice.ok("POST", path, {"track_id": track["id"]})["id"])
    return playlist, items


def test_stopping_tells_everybody_why_and_does_not_wait_for_them(
    own_server: Server, clients: Cast
) -> None:
    playlist, _ = friday(clients["alice"], 1)
    listeners = [
        clients[name].listens(f"/ws/playlists/{playlist['id']}")
        for name in ("alice", "bob", "charlie") * 5
    ]
    for listener in listeners:
        listener.until("connection.established")

    took = own_server.stop()

    assert took < GRACE / 2  # or else it waited for sockets; `make bench` has the figure
    assert {listener.until_closed() for listener in listeners} == {1012}


def test_a_deploy_brings_clients_back_with_nothing_missed(
    own_server: Server, clients: Cast
) -> None:
    playlist, items = friday(clients["alice"], 1)
    path = f"/ws/playlists/{playlist['id']}"
    listener = clients["bob"].listens(path)
    listener.until("connection.established")
    vote = f"/playlists/{playlist['id']}/items/{items[0]}/vote"
    clients["alice"].ok("POST", vote, {"direction": "up"})
    seen = listener.until("track.voted")["seq"]

    own_server.hang_up()
    assert listener.until_closed() == 1012
    clients["alice"].ok("POST", vote, {"direction": "down"})

    back = clients["bob"].listens(f"{path}?since={seen}")
    missed = back.until("track.voted")
    assert (missed["seq"] > seen, missed["payload"]["votes"]) == (True, -1)
    back.close()


def test_the_web_server_counts_its_connections_right_after_sockets(
    data_folder: Path, furnished: Any
) -> None:
    """A socket that is handed over must leave gunicorn's own count as it was: it goes below zero
    with plain flask-sock, and then a stop does not wait for requests any more."""
    counts = data_folder / "connections"
    server = Server(data_folder, config="tests/live/counting_conf.py", WORKERS="1").start()
    alice = Client(server, furnished[1]["alice"])
    playlist, _ = friday(alice, 1)
    for _ in range(20):
        listener = alice.listens(f"/ws/playlists/{playlist['id']}")
        listener.until("connection.established")
        listener.close()

    alice.ok("GET", "/users/me")
    server.stop()

    last = int(counts.read_text().split()[-1])
    assert 0 <= last <= 3


class Follower(threading.Thread):
    """Follows a playlist by its events alone, and comes back whenever it is cut off."""

    def __init__(self, client: Client, playlist: str) -> None:
        super().__init__(daemon=True)
        self.client = client
        self.path = f"/ws/playlists/{playlist}"
        self.votes: dict[str, int] = {}
        self.numbers: list[int] = []
        self.connections = 0
        self.stopping = False

    @property
    def since(self) -> int:
        return self.numbers[-1] if self.numbers else 0

    def run(self) -> None:
        while not self.stopping:
            try:
                listener = self.client.listens(f"{self.path}?since={self.since}")
            except (OSError, WebSocketException):
                time.sleep(0.05)  # the server is down; knock again
                continue
            self.connections += 1
            self._listen(listener)

    def ends_at(self, seq: int) -> None:
        """Wait until it has the event of this number, then stop it."""
        deadline = time.monotonic() + PATIENCE
        while self.since < seq:
            assert time.monotonic() < deadline, f"{self.since} instead of {seq}"
            time.sleep(0.02)  # what is on its way arrives
        self.stopping = True
        self.join(PATIENCE)

    def _listen(self, listener: Listener) -> None:
        while not self.stopping:
            known = len(listener.committed)
            listener.receive(0.2)
            for event in listener.committed[known:]:
                self.numbers.append(event["seq"])
                if event["type"] == "track.voted":
                    self.votes[event["payload"]["id"]] = event["payload"]["votes"]
            if listener.closed is not None:
                return
        listener.close()


class Voter(threading.Thread):
    """Votes for every item, up and then down some, and notes what was answered; where there is no
    answer it asks again, as the same vote again is always safe."""

    TURNS = count(50, 250)

    def __init__(self, client: Client, playlist: str, items: list[str], *, middle: int) -> None:
        super().__init__(daemon=True)
        self.client = client
        self.playlist = playlist
        self.items = items
        self.answered: dict[str, str] = {}
        self.middle = middle  # the turn after which `half_way` is set
        self.half_way = threading.Event()

    def run(self) -> None:
        for turn in range(self.TURNS):
            item = self.items[turn % len(self.items)]
            direction = ("up", "down")[turn // len(self.items) % 2]
            self._vote(item, direction)
            if turn == self.middle:
                self.half_way.set()

    def _vote(self, item: str, direction: str) -> None:
        path = f"/playlists/{self.playlist}/items/{item}/vote"
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                status, _ = self.client.call("POST", path, {"direction": direction})
            except OSError:
                time.sleep(0.05)  # nobody there just now; knock again
                continue
            if status == 200:
                self.answered[item] = direction
                return


def test_kill_9_in_the_middle_of_votes_loses_nothing_that_was_answered(
    own_server: Server, clients: Cast
) -> None:
    chooser = random.Random(7)
    for _ in range(count(1, 10)):
        kill_in_the_middle_of_votes(own_server, clients, chooser.randrange(10, Voter.TURNS - 10))


def kill_in_the_middle_of_votes(own_server: Server, clients: Cast, middle: int) -> None:
    playlist, items = friday(clients["alice"], 20)
    followers = [Follower(clients[name], playlist["id"]) for name in ("alice", "bob")]
    voters = [
        Voter(clients[name], playlist["id"], items, middle=middle)
        for name in ("alice", "bob", "charlie", "dora")
    ]
    for thread in (*followers, *voters):
        thread.start()
    assert voters[0].half_way.wait(PATIENCE)
    own_server.kill()
    own_server.start()
    for voter in voters:
        voter.join(count(1, 4) * PATIENCE)
        assert not voter.is_alive(), "it still votes"

    value = {"up": 1, "down": -1}
    expected = {
        item: sum(value[voter.answered[item]] for voter in voters if item in voter.answered)
        for item in items
    }
    assert sum(len(voter.answered) for voter in voters) == len(voters) * len(items)
    listed = clients["alice"].ok("GET", f"/playlists/{playlist['id']}/items")
    assert {item["id"]: item["votes"] for item in listed["items"]} == expected
    assert in_the_table(own_server, items) == expected
    for follower in followers:
        follower.ends_at(listed["seq"])
        assert follower.connections >= 2
        assert follower.numbers == sorted(set(follower.numbers))
        assert follower.votes == expected


def in_the_table(server: Server, items: list[str]) -> dict[str, int]:
    with contextlib.closing(sqlite3.connect(server.data / "app.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = database.execute("SELECT item_id, sum(value) FROM vote GROUP BY item_id").fetchall()
    return {item: dict(rows).get(item, 0) for item in items}
