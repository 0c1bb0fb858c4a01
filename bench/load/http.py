"""HTTP: requests as bytes with what their answers must be, and a connection that costs little.

Only what our server does: HTTP/1.1, kept alive, every answer with its Content-Length.
"""

from __future__ import annotations

import asyncio
import json
import re
import zlib
from dataclasses import dataclass
from typing import Any, cast

Address = tuple[str, int]

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Request:
    """A request as it goes over the wire, and what an answer must be to count as right.

    `length` and `crc32` are of the body; `lacks` is what it must not hold.
    """

    raw: bytes
    status: int = 200
    length: int | None = None
    crc32: int | None = None
    lacks: bytes = b""

    def complaint(self, answer: Answer) -> str:
        """What is wrong with the answer; empty when nothing is."""
        body = answer.body
        if answer.status != self.status:
            return f"status {answer.status}"
        if self.length is not None and len(body) != self.length:
            return "wrong length"
        if self.crc32 is not None and zlib.crc32(body) != self.crc32:
            return "wrong bytes"
        if self.lacks and self.lacks in body:
            return f"{self.lacks.decode()} in the answer"
        return ""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def raw(
    method: str, path: str, token: str, *, body: Any = None, headers: dict[str, str] | None = None
) -> bytes:
    """A request of the person with this token; `body` goes as JSON."""
    content = b"" if body is None else json.dumps(body).encode()
    lines = {"Host": "bench", "Authorization": f"Bearer {token}"} | (headers or {})
    if body is not None:
        lines |= {"Content-Type": "application/json", "Content-Length": str(len(content))}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + content


class Connection(asyncio.Protocol):
    """One kept-alive connection, for one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Answer] | None = None
        self._received = bytearray()
        self._status = 0
        self._body_at = 0
        self._end = 0  # of the answer that is coming in; 0: its head is not whole yet

    @classmethod
    async def open(cls, address: Address) -> Connection:
        _, connection = await asyncio.get_running_loop().create_connection(cls, *address)
        return connection

    @property
    def is_open(self) -> bool:
        return self._transport is not None

    async def ask(self, raw: bytes) -> Answer:
        """Raises ConnectionError when the server hung up."""
        if not self._transport:
            raise ConnectionError("closed")
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(raw)
        return await self._waiting

    def close(self) -> None:
        if self._transport:
            self._transport.close()

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclasses of asyncio's.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._end:
            self._read_head()
        if self._end and len(self._received) >= self._end:
            body = bytes(memoryview(self._received)[self._body_at : self._end])
            self._received = self._received[self._end :]
            self._end = 0
            if self._waiting and not self._waiting.done():
                self._waiting.set_result(Answer(self._status, body))

    def connection_lost(self, _: Exception | None) -> None:
        self._transport = None
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(ConnectionError("closed"))

    def _read_head(self) -> None:
        at = self._received.find(b"\r\n\r\n")
        if at < 0:
            return
        head = bytes(self._received[:at])
        self._status = int(head[9:12])
        length = _LENGTH.search(head)
        self._body_at = at + 4
        self._end = self._body_at + (int(length[1]) if length else 0)
