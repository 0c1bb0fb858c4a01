"""The audience: a thousand clients of the live channel, in a process of its own.

It notes when the last of them had each event. As a frame is the same bytes for everybody, it is
parsed once and then known; a client of a phone has a processor of its own, these share ours.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import multiprocessing
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from typing import Any

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from bench.load.aside import allow_many_files, quickly

AT_ONCE = 50  # handshakes
PATIENCE = 20.0  # seconds to wait for what must come


@dataclass
class Heard:
    """One event, as it reached the clients; `last` is of time.monotonic_ns."""

    type: str
    payload: dict[str, Any]
    clients: int = 0
    last: int = 0


@dataclass
class Notes:
    """What the audience noted. `heard` is by seq; `again` counts what came twice or too late."""

    heard: dict[int, Heard] = field(default_factory=dict)
    again: int = 0
    resyncs: int = 0
    closed: Counter[int] = field(default_factory=Counter)


class Audience:
    """Runs the clients; each method waits until it is so."""

    def __init__(self, url: str, tokens: Sequence[str], clients: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, self._theirs = context.Pipe()
        self._process = context.Process(target=_run, args=(self._theirs, url, tokens, clients))

    def __enter__(self) -> Audience:
        self._process.start()
        self._theirs.close()  # so that we notice if they are gone
        assert self._pipe.recv() == "seated"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()

    def notes_until(self, seq: int) -> Notes:
        """What was noted since the last time, once everybody has the event of this number."""
        return self._ask(("until", seq))

    def notes_at_the_end(self) -> Notes:
        """The same, once every socket is closed."""
        return self._ask(("end", 0))

    def _ask(self, question: tuple[str, int]) -> Notes:
        self._pipe.send(question)
        notes: Notes = self._pipe.recv()
        return notes


class _Client(WSListener):
    """One of them."""

    def __init__(self, hall: _Hall) -> None:
        self.hall = hall
        self.seq = 0
        self.is_seated = asyncio.get_running_loop().create_future()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.TEXT:
            self.hall.hear(self, frame.get_payload_as_bytes())

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        said = transport.close_handshake.recv if transport.close_handshake else None
        self.hall.leave(self, said.code.value if said else 0)


class _Hall:
    """All of them, and what they hear."""

    def __init__(self) -> None:
        self.notes = Notes()
        self.clients: set[_Client] = set()
        self.moved = asyncio.Event()  # somebody heard something, or left
        self._known: dict[bytes, list[dict[str, Any]]] = {}

    def hear(self, client: _Client, text: bytes) -> None:
        now = time.monotonic_ns()
        for event in self._events(text):
            if "seq" in event:
                self._note(client, event, now)
            elif event["type"] == "connection.established":
                client.is_seated.set_result(None)
            elif event["type"] == "resync":
                self.notes.resyncs += 1

    def leave(self, client: _Client, code: int) -> None:
        self.clients.discard(client)
        self.notes.closed[code] += 1
        self.moved.set()

    def _note(self, client: _Client, event: dict[str, Any], now: int) -> None:
        seq = event["seq"]
        if seq <= client.seq:
            self.notes.again += 1
            return
        client.seq = seq
        heard = self.notes.heard.get(seq)
        if not heard:
            heard = self.notes.heard[seq] = Heard(event["type"], event["payload"])
        heard.clients += 1
        heard.last = now
        if heard.clients >= len(self.clients):
            self.moved.set()

    def _events(self, text: bytes) -> list[dict[str, Any]]:
        known = self._known.get(text)
        if known is None:
            frame = json.loads(text)
            known = frame["events"] if frame["type"] == "batch" else [frame]
            if not text.startswith(b'{"type":"connection.established"'):  # everybody's own
                self._known[text] = known
        return known

    async def until(self, seq: int) -> None:
        while any(client.seq < seq for client in self.clients):
            self.moved.clear()
            await self.moved.wait()

    async def until_empty(self) -> None:
        while self.clients:
            self.moved.clear()
            await self.moved.wait()

    def take_notes(self) -> Notes:
        notes, self.notes = self.notes, Notes()
        self._known.clear()
        return notes


def _run(pipe: Pipe, url: str, tokens: Sequence[str], clients: int) -> None:
    allow_many_files()
    quickly(_follow(pipe, url, tokens, clients))


async def _follow(pipe: Pipe, url: str, tokens: Sequence[str], clients: int) -> None:
    hall = _Hall()
    door = asyncio.Semaphore(AT_ONCE)

    async def come_in(token: str) -> None:
        async with door:
            _, client = await ws_connect(
                lambda: _Client(hall), url, extra_headers={"Authorization": f"Bearer {token}"}
            )
            assert isinstance(client, _Client)
            hall.clients.add(client)
            await client.is_seated

    await asyncio.gather(*(come_in(tokens[at % len(tokens)]) for at in range(clients)))
    pipe.send("seated")
    while True:
        kind, seq = await asyncio.to_thread(pipe.recv)
        waited_for = hall.until(seq) if kind == "until" else hall.until_empty()
        with contextlib.suppress(TimeoutError):  # what is missing shows in the notes
            await asyncio.wait_for(waited_for, PATIENCE)
        pipe.send(hall.take_notes())
