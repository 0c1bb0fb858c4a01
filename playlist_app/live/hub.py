"""The hub: every open socket of this process, on one event loop in one thread.

A request's thread shakes hands (flask-sock) and hands the socket over to here; then it is free for
the next request. A thousand sockets cost a thousand small objects and no thread. Frames that go to
many are made once, as bytes, and written to each.

A client that does not read is never waited for: past 64 KiB of what it has not taken, frames for
it are left out, and when it reads again it is told `resync`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from wsproto import ConnectionType
from wsproto.connection import Connection
from wsproto.events import CloseConnection, Ping, Pong, TextMessage
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from playlist_app.database import iso
from playlist_app.live.feed import Feed, Join, Told

AT_MOST_EVERY = 0.05  # seconds between two frames to a room; the first goes at once
PING_EVERY = 25.0  # seconds; a socket that sent nothing between two pings is dead
UNREAD_AT_MOST = 64 * 1024  # bytes a client may leave unread before frames are left out
MESSAGE_AT_MOST = 8 * 1024  # bytes in one message of a client
MESSAGES_A_SECOND = 20  # of a client, on average over a few seconds
STRIKES = 5  # bad messages until the socket is closed
SOCKETS_A_PERSON = 30  # in one process

EVERYWHERE = "everywhere"  # in what `Hub.people` answers

RESTARTING = 1012
NOT_ALLOWED = 1008


@dataclass
class Seat:
    """Who sits on a socket, in which room, and by which session they came in, which may run out
    while they sit there."""

    room: str
    person_id: str
    person_name: str
    session_id: str
    you: dict[str, Any]
    good_until: datetime | None = None
    device: str | None = None


_encoder = Connection(ConnectionType.SERVER)


def encode(text: bytes) -> bytes:
    """A text frame as it goes over the wire. A server's frames are not masked: one serves all."""
    return _encoder.send(TextMessage(data=text.decode()))


def passing(type_: str, payload: dict[str, Any]) -> bytes:
    """A frame that was not committed: it has no seq and is never replayed."""
    return encode(orjson.dumps({"type": type_, "payload": payload}))


def together(told: Sequence[Told]) -> bytes:
    """One frame for events that go out at the same time."""
    if len(told) == 1:
        return encode(told[0].frame)
    return encode(b'{"type":"batch","events":[%s]}' % b",".join(event.frame for event in told))


def server_time() -> str:
    return iso(datetime.now(UTC))


class Peer(asyncio.Protocol):
    """One client's socket, after the handshake."""

    def __init__(self, hub: Hub, seat: Seat) -> None:
        self.hub = hub
        self.seat = seat
        self.transport: asyncio.Transport | None = None
        self.frames = Connection(ConnectionType.SERVER)
        self.behind = False  # it does not read; frames are left out until it does
        self.closing = False  # it was told so
        self.running_out: asyncio.TimerHandle | None = None
        self.heard = True  # since the last ping
        self.strikes = 0
        self.incoming = b""
        self.discarding = False  # the rest of a message that is too long
        self.allowance = float(MESSAGES_A_SECOND)
        self.counted_at = time.monotonic()

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.set_write_buffer_limits(high=UNREAD_AT_MOST)

    def data_received(self, data: bytes) -> None:
        self.heard = True
        if self.closing:
            return
        try:
            self.frames.receive_data(data)
            for event in self.frames.events():
                if not self.closing:
                    self._received(event)
        except (RemoteProtocolError, LocalProtocolError):
            self.close(1002)

    def pause_writing(self) -> None:
        self.behind = True

    def resume_writing(self) -> None:
        self.behind = False
        self.send(passing("resync", {"seq": self.hub.feed.last}))

    def connection_lost(self, _: Exception | None) -> None:
        self.hub.leave(self)
        self.transport = None
        if self.running_out:
            self.running_out.cancel()

    # What the hub calls.

    def send(self, data: bytes) -> None:
        if self.transport and not self.behind and not self.closing:
            self.transport.write(data)

    def close(self, code: int) -> None:
        """Say why, and hang up once the client has heard it, or after a second.

        Until then what it sends is read and thrown away: closing a socket with unread bytes would
        reset the connection, and the reason would be lost on the way.
        """
        transport = self.transport
        if not transport or self.closing:
            return
        self.closing = True
        with contextlib.suppress(LocalProtocolError):  # the client closed first
            transport.write(self.frames.send(CloseConnection(code=code)))
        transport.write_eof()
        asyncio.get_running_loop().call_later(1, transport.abort)

    def _received(self, event: object) -> None:
        if isinstance(event, TextMessage):
            self._part(event.data.encode(), finished=event.message_finished)
        elif isinstance(event, Ping):
            self.send(self.frames.send(event.response()))
        elif isinstance(event, CloseConnection):
            # The client's own code, or that of what it did wrong; 1005 stands for none at all.
            self.close(1000 if event.code == 1005 else int(event.code))
        elif not isinstance(event, Pong):
            self._strike("This channel takes text.")

    def _part(self, data: bytes, *, finished: bool) -> None:
        """A message, or a piece of one: no more than is allowed is ever kept."""
        if not self.discarding:
            self.incoming += data
            if len(self.incoming) > MESSAGE_AT_MOST:
                self.discarding = True
                self.incoming = b""
                self._strike(f"A message has at most {MESSAGE_AT_MOST} bytes.")
        if finished:
            message, self.incoming = self.incoming, b""
            discarded, self.discarding = self.discarding, False
            if not discarded:
                self._message(message)

    def _message(self, text: bytes) -> None:
        now = time.monotonic()
        earned = (now - self.counted_at) * MESSAGES_A_SECOND
        self.allowance = min(self.allowance + earned, 3.0 * MESSAGES_A_SECOND) - 1
        self.counted_at = now
        if self.allowance < 0:
            self.allowance = float(MESSAGES_A_SECOND)
            self._strike("Too many messages: slow down.")
            return
        try:
            message = orjson.loads(text)
            kind, payload = message["type"], message.get("payload", {})
            self._answer(kind, payload)
        except (ValueError, TypeError, KeyError, AttributeError):
            self._strike("This channel takes ping and here.")

    def _answer(self, kind: str, payload: dict[str, Any]) -> None:
        """Raises ValueError, TypeError or KeyError for anything that a client does not send."""
        if kind == "ping":
            reply = {"ts": payload.get("ts"), "server_time": server_time()}
            self.send(passing("pong", reply))
        elif kind == "here":
            device = payload["device"]
            if not isinstance(device, str) or len(device) > 100:
                raise ValueError(device)
            self.seat.device = device
        else:
            raise ValueError(kind)

    def _strike(self, detail: str) -> None:
        self.strikes += 1
        self.send(passing("error", {"detail": detail}))
        if self.strikes >= STRIKES:
            self.close(NOT_ALLOWED)


class Room:
    """The sockets that follow one playlist, or one person's channel, in this process."""

    def __init__(self) -> None:
        self.peers: set[Peer] = set()
        self.waiting: list[Told] = []
        self.free_at = 0.0
        self.flush: asyncio.TimerHandle | None = None  # set while something waits
        self.has_newcomers = False  # who were not told yet who is here

    def send(self, data: bytes) -> None:
        for peer in self.peers:
            peer.send(data)


# Who of these people may still sit in this room? Asked when something changed; the playlists
# slice answers (STYLE.md: a lower slice asks without knowing whom).
StillAllowed = Callable[[str, set[str]], set[str]]


class Hub:
    """All rooms of this process. Public methods may be called from any thread."""

    def __init__(self, feed: Callable[[Callable[[Sequence[Told]], None]], Feed]) -> None:
        self.feed = feed(self._told)
        self.feed.library_changed = self._library_changed
        self.feed.history_changed = self._history_changed
        self.rooms: dict[str, Room] = {}
        self.of_person: defaultdict[str, set[Peer]] = defaultdict(set)
        self.still_allowed: StillAllowed = lambda _, people: people
        # Told 1 for each socket that takes a seat, and -1 when it is gone.
        self.seated: Callable[[int], object] = lambda _: None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="hub", daemon=True)
        self._pings: asyncio.Task[None] | None = None
        self._questions: asyncio.Queue[tuple[str, set[str]]] = asyncio.Queue()
        self._checks: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._thread.start()
        self._loop.call_soon_threadsafe(self._begin)
        self.feed.start()

    def _begin(self) -> None:
        self._pings = self._loop.create_task(self._ping())
        self._checks = self._loop.create_task(self._check())

    def stop(self) -> None:
        """Tell everybody that the server restarts, and end the threads."""
        if not self._thread.is_alive():
            return
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result(timeout=5)
        self.feed.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=2)
        self._loop.close()

    async def _hang_up(self) -> None:
        for task in (self._pings, self._checks):
            if task:
                task.cancel()
        peers = [peer for room in self.rooms.values() for peer in room.peers]
        for peer in peers:
            peer.close(RESTARTING)
        deadline = self._loop.time() + 1
        while any(room.peers for room in self.rooms.values()) and self._loop.time() < deadline:
            await asyncio.sleep(0.01)

    def has_place_for(self, person_id: str) -> bool:
        return len(self.of_person.get(person_id, ())) < SOCKETS_A_PERSON

    def attach(
        self, handshaken: socket.socket, seat: Seat, since: int | None, epoch: str | None
    ) -> None:
        """Take over a socket on which the handshake is done.

        The caller's socket object stays valid but points to nowhere: the web server shuts it down
        at the end of the request, and a plain duplicate would be shut down with it.
        """
        mine = socket.socket(fileno=os.dup(handshaken.fileno()))
        nowhere, other_end = socket.socketpair()
        os.dup2(nowhere.fileno(), handshaken.fileno())
        nowhere.close()
        other_end.close()
        mine.setblocking(False)
        asyncio.run_coroutine_threadsafe(self._attach(mine, seat, since, epoch), self._loop)

    async def _attach(
        self, mine: socket.socket, seat: Seat, since: int | None, epoch: str | None
    ) -> None:
        try:
            _, peer = await self._loop.connect_accepted_socket(lambda: Peer(self, seat), mine)
        except OSError:
            mine.close()  # it hung up meanwhile
            return

        def answer(seq: int, epoch: str, missed: list[Told] | None) -> None:
            self._loop.call_soon_threadsafe(self._joined, peer, seq, epoch, missed)

        self.feed.join(Join(seat.room, since, epoch, answer))

    def _joined(self, peer: Peer, seq: int, epoch: str, missed: list[Told] | None) -> None:
        if not peer.transport:
            return
        room = self.rooms.get(peer.seat.room)
        if not room:
            room = self.rooms[peer.seat.room] = Room()
        if room.waiting:
            # What waits for its 50 ms is older than this client's cursor and goes to the others.
            self._flush(room)
        room.peers.add(peer)
        self.seated(1)
        room.has_newcomers = True
        self.of_person[peer.seat.person_id].add(peer)
        if peer.seat.good_until:
            left = (peer.seat.good_until - datetime.now(UTC)).total_seconds()
            peer.running_out = self._loop.call_later(max(left, 0), peer.close, NOT_ALLOWED)
        established = {
            "seq": seq,
            "epoch": epoch,
            "server_time": server_time(),
            "you": peer.seat.you,
        }
        peer.send(passing("connection.established", established))
        if missed is None:
            peer.send(passing("resync", {"seq": seq}))
        elif missed:
            peer.send(together(missed))

    def leave(self, peer: Peer) -> None:
        room = self.rooms.get(peer.seat.room)
        if room and peer in room.peers:
            room.peers.discard(peer)
            self.seated(-1)
            if not room.peers:
                del self.rooms[peer.seat.room]
        mine = self.of_person.get(peer.seat.person_id)
        if mine:
            mine.discard(peer)
            if not mine:
                del self.of_person[peer.seat.person_id]

    # From the feed to the rooms.

    def _told(self, told: Sequence[Told]) -> None:
        self._loop.call_soon_threadsafe(self._deliver, told)

    def _history_changed(self) -> None:
        self._loop.call_soon_threadsafe(self._begin_afresh)

    def _begin_afresh(self) -> None:
        """Everybody comes back, names the epoch they knew, and is told to read afresh."""
        for peer in [peer for room in self.rooms.values() for peer in room.peers]:
            peer.close(RESTARTING)

    def _library_changed(self, version: int) -> None:
        self._loop.call_soon_threadsafe(self._tell_of_library, version)

    def _tell_of_library(self, version: int) -> None:
        """Everybody's own channel: that it changed, and nothing of what did."""
        data = passing("library.changed", {"version": version})
        for key, room in self.rooms.items():
            if key.startswith("person:"):
                room.send(data)

    def _deliver(self, told: Sequence[Told]) -> None:
        touched = {}
        for event in told:
            room = self.rooms.get(event.room)
            if room:
                room.waiting.append(event)
                touched[event.room] = room
        now = self._loop.time()
        for room in touched.values():
            if now >= room.free_at:
                self._flush(room)
            elif not room.flush:
                room.flush = self._loop.call_at(room.free_at, self._flush, room)
        self._end_seats(told)

    def _flush(self, room: Room) -> None:
        told, room.waiting = room.waiting, []
        if room.flush:
            room.flush.cancel()
            room.flush = None
        if told:
            room.free_at = self._loop.time() + AT_MOST_EVERY
            room.send(together(told))

    def _end_seats(self, told: Sequence[Told]) -> None:
        """Close the sockets of those who lost what let them in."""
        for event in told:
            if event.type == "session.revoked":
                ended = orjson.loads(event.payload)["session"]
                for peer in list(self.of_person.get(event.room.removeprefix("person:"), ())):
                    if peer.seat.session_id == ended:
                        peer.close(NOT_ALLOWED)
            elif event.type in {"member.changed", "playlist.updated", "playlist.deleted"}:
                room = self.rooms.get(event.room)
                if room:
                    people = {peer.seat.person_id for peer in room.peers}
                    self._questions.put_nowait((event.room, people))

    async def _check(self) -> None:
        """Ask who may stay, one room after the other; the answer is read in another thread."""
        while True:
            key, people = await self._questions.get()
            allowed = await asyncio.to_thread(self.still_allowed, key, people)
            room = self.rooms.get(key)
            if not room:
                continue
            self._flush(room)  # so that they are told first why
            for peer in list(room.peers):
                if peer.seat.person_id in people - allowed:
                    peer.close(NOT_ALLOWED)

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_EVERY)
            ping = _encoder.send(Ping())
            for peer in self._peers():
                if not peer.heard and peer.transport:
                    peer.transport.abort()
                peer.heard = False
                peer.send(ping)

    def _peers(self) -> Iterable[Peer]:
        return [peer for room in self.rooms.values() for peer in room.peers]

    # Presence (presence.py): who is here, and telling a room.

    def people(self) -> dict[str, tuple[dict[str, str], bool]]:
        """Room → ({person id: name} of this process's sockets, whether somebody is new since). All
        who have any page open are under EVERYWHERE, which is no room."""

        async def collect() -> dict[str, tuple[dict[str, str], bool]]:
            found = {}
            for key, room in self.rooms.items():
                if key.startswith("playlist:"):
                    people = {peer.seat.person_id: peer.seat.person_name for peer in room.peers}
                    found[key] = (people, room.has_newcomers)
                    room.has_newcomers = False
            here = {peer.seat.person_id: peer.seat.person_name for peer in self._peers()}
            if here:
                found[EVERYWHERE] = (here, False)
            return found

        return asyncio.run_coroutine_threadsafe(collect(), self._loop).result(timeout=5)

    def tell_room(self, key: str, frame: bytes) -> None:
        """Send a passing frame to a room of this process."""

        def send() -> None:
            room = self.rooms.get(key)
            if room:
                room.send(frame)

        self._loop.call_soon_threadsafe(send)
