"""Carrying bytes: what a client sends goes to gunicorn as it is, and what that answers comes back.

Nothing is read of what passes. Each connection is one to gunicorn, by a name that says whose it is
(whose.py). A side that does not read pauses the other: no more than a buffer of each is ever held.
"""

from __future__ import annotations

import asyncio
import socket
from typing import cast

from playlist_app.operations.https.whose import of_peer

BUFFER = 64 * 1024  # bytes that may wait for a client, as in the hub


class Client(asyncio.Protocol):
    """The side of a browser, after the handshake."""

    def __init__(self, to: str, all_: set[Client], *, secure: bool) -> None:
        self._to = to
        self._all = all_
        self._secure = secure
        self._transport: asyncio.Transport | None = None
        self._server: Server | None = None
        self._first: bytes | None = None  # what came before there was a connection to gunicorn
        self._connecting: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=BUFFER)
        self._all.add(self)

    def data_received(self, data: bytes) -> None:
        assert self._transport
        if self._server:
            self._server.write(data)
        elif self._connecting:
            self._first = (self._first or b"") + data
        else:
            # Only now: browsers open connections ahead, and gunicorn would hold a thread for each.
            self._first = data
            self._transport.pause_reading()
            self._connecting = asyncio.get_running_loop().create_task(self._connect())

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        assert self._transport
        peer = of_peer(self._transport.get_extra_info("peername"), is_secure=self._secure)
        inner = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        try:
            inner.bind(peer.as_name())
            await loop.sock_connect(inner, self._to)
            _, server = await loop.create_unix_connection(
                lambda: Server(self._transport), sock=inner
            )
        except OSError:
            inner.close()
            self._transport.close()  # it restarts; the client comes back
            return
        if self._transport.is_closing():
            server.close()
            return
        self._server = server
        self._transport.resume_reading()  # before the write, which may pause it
        server.write(self._first or b"")
        self._first = None

    def eof_received(self) -> bool:
        """A client without TLS may have said all it wants to, and still read."""
        if self._server and not self._secure:
            self._server.end()
            return True
        return False

    def pause_writing(self) -> None:
        if self._server:
            self._server.pause()

    def resume_writing(self) -> None:
        if self._server:
            self._server.resume()

    def connection_lost(self, _: Exception | None) -> None:
        self._all.discard(self)
        if self._server:
            self._server.close()


class Server(asyncio.Protocol):
    """The side of gunicorn."""

    def __init__(self, client: asyncio.Transport | None) -> None:
        self._client = client
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=BUFFER)

    def data_received(self, data: bytes) -> None:
        if self._client:
            self._client.write(data)

    def connection_lost(self, _: Exception | None) -> None:
        if self._client:
            self._client.close()  # once it has got what was for it
        self._client = self._transport = None

    def pause_writing(self) -> None:
        if self._client and not self._client.is_closing():
            self._client.pause_reading()

    def resume_writing(self) -> None:
        if self._client and not self._client.is_closing():
            self._client.resume_reading()

    # What the client's side calls.

    def write(self, data: bytes) -> None:
        if self._transport:
            self._transport.write(data)

    def pause(self) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume(self) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.resume_reading()

    def end(self) -> None:
        if self._transport:
            self._transport.write_eof()

    def close(self) -> None:
        if self._transport:
            self._transport.close()
