"""The hub by itself, where its clock has to be turned faster."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from playlist_app.database import write
from playlist_app.live import events, hub
from playlist_app.live.feed import Feed, room_of_playlist
from playlist_app.live.hub import NOT_ALLOWED, Hub, Seat


@pytest.fixture
def running(app: Flask, data_folder: Path) -> Iterator[Hub]:
    made = Hub(lambda tell: Feed(data_folder / "app.db", tell))
    made.start()
    yield made
    made.stop()


def sit(
    running: Hub,
    person: str = "alice",
    since: int | None = None,
    good_until: datetime | None = None,
) -> socket.socket:
    """A client's end of a socket whose other end sits in the hub."""
    client, server = socket.socketpair()
    client.settimeout(5)
    seat = Seat(room_of_playlist("p"), person, person.title(), "session", {"id": person})
    seat.good_until = good_until
    running.attach(server, seat, since, None)
    server.close()
    assert b"connection.established" in client.recv(4096)
    return client


def test_a_client_that_is_dead_is_found_by_its_silence(
    app: Flask, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "PING_EVERY", 0.1)
    running = Hub(lambda tell: Feed(data_folder / "app.db", tell))
    running.start()
    client = sit(running)

    received = b""
    while data := client.recv(4096):  # pings, which it does not answer, until it is cut off
        received += data

    assert received.startswith(b"\x89\x00")
    client.close()
    running.stop()


def test_a_socket_is_closed_when_its_session_runs_out(running: Hub) -> None:
    ends = datetime.now(UTC) + timedelta(seconds=1)
    client, stays = sit(running, "alice", good_until=ends), sit(running, "bob")

    received = b""
    while data := client.recv(4096):
        received += data

    assert datetime.now(UTC) >= ends
    assert received.endswith(b"\x88\x02" + NOT_ALLOWED.to_bytes(2))
    client.close()
    stays.setblocking(False)
    with pytest.raises(BlockingIOError):
        stays.recv(4096)
    stays.close()


def test_a_socket_that_was_handed_over_is_no_longer_the_web_servers(running: Hub) -> None:
    client, server = socket.socketpair()
    client.settimeout(5)
    seat = Seat(room_of_playlist("p"), "alice", "Alice", "session", {"id": "alice"})

    running.attach(server, seat, None, None)
    server.shutdown(socket.SHUT_WR)  # as the web server does at the end of a request
    server.close()

    assert b"connection.established" in client.recv(4096)
    client.close()


def test_an_event_goes_to_its_room_alone(app: Flask, running: Hub) -> None:
    client = sit(running)

    with app.app_context(), write():
        events.record(events.TrackRemoved("elsewhere"), playlist="another")
        events.record(events.TrackRemoved("here"), playlist="p")

    frame = client.recv(4096)
    assert b"here" in frame
    assert b"elsewhere" not in frame
    client.close()


def test_a_hub_that_stopped_is_given_no_more_hints(app: Flask, data_folder: Path) -> None:
    before = list(events._hints)
    running = Hub(lambda tell: Feed(data_folder / "app.db", tell))
    running.start()
    assert len(events._hints) == len(before) + 1
    running.stop()
    assert events._hints == before


def test_what_is_rolled_back_is_told_to_nobody(app: Flask, running: Hub) -> None:
    client = sit(running)

    with app.app_context():
        with pytest.raises(ZeroDivisionError), write():
            events.record(events.TrackRemoved("dropped"), playlist="p")
            raise ZeroDivisionError
        with write():
            events.record(events.TrackRemoved("kept"), playlist="p")

    frame = client.recv(4096)
    assert b"kept" in frame
    assert b"dropped" not in frame
    client.close()


def test_one_who_never_reads_keeps_nobody_waiting_and_is_told_to_read_afresh(
    app: Flask, running: Hub
) -> None:
    slow, healthy = sit(running, "bob"), sit(running)
    received: list[bytes] = []
    reader = threading.Thread(target=read_all, args=(healthy, b'"event 299 ', received))
    reader.start()

    for number in range(300):
        with app.app_context(), write():
            events.record(events.TrackRemoved(f"event {number} " + "x" * 4000), playlist="p")
    reader.join(10)

    assert all(f'"event {n} '.encode() in received[0] for n in range(300))
    late: list[bytes] = []
    read_all(slow, b'"resync"', late)
    seen = [n for n in range(300) if f'"event {n} '.encode() in late[0]]
    assert seen == list(range(len(seen))), "what it got is whole, and in order"
    assert 0 < len(seen) < 300
    slow.close()
    healthy.close()


def read_all(client: socket.socket, until: bytes, into: list[bytes]) -> None:
    """Read frames until one holds `until`."""
    data = b""
    while until not in data:
        data += client.recv(1 << 16)
    into.append(data)


def test_a_person_has_a_limited_number_of_sockets(
    running: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "SOCKETS_A_PERSON", 2)
    sockets = [sit(running)]
    assert running.has_place_for("alice")

    sockets.append(sit(running))

    assert not running.has_place_for("alice")
    assert running.has_place_for("bob")
    for client in sockets:
        client.close()
