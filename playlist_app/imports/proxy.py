"""The guarded proxy: the only way out for what fetches (docs/decisions/0024-guarded-proxy.md).

It listens on loopback in the worker, for those who know its secret. It looks names up itself,
refuses what the guard refuses, and connects to the very number that was checked: a name that
answers differently the next time gains nothing, and a redirect is a new request here. What it
refuses has a status of its own, and says why in the reason, which is all that a client learns of a
tunnel that did not come about.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hmac
import secrets
import socket
import threading
from urllib.parse import urlsplit

import h11

from playlist_app.imports.guard import Guard, Refused

# Statuses of its own, which no server gives: the guard refuses; nobody answers there.
REFUSED, UNREACHABLE = 470, 471
HEAD_AT_MOST = 65_536  # bytes
CONNECT_WITHIN = 20.0  # seconds, for each address of a name
IDLE = 300.0  # seconds without a byte in either direction
PIECE = 65_536
# What concerns the connection to the proxy alone (RFC 9110, 7.6.1), or would keep it open.
_HOP = {
    b"connection",
    b"keep-alive",
    b"proxy-connection",
    b"proxy-authorization",
    b"proxy-authenticate",
    b"te",
    b"trailer",
    b"upgrade",
}


class _Answer(Exception):
    """What the proxy itself answers."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


class Proxy:
    """One a worker, with its own thread, from `start` to `stop`."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._secret = secrets.token_urlsafe(24)
        self._token = base64.b64encode(f"jamboree:{self._secret}".encode())
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self.port = 0

    @property
    def url(self) -> str:
        """With the secret in it."""
        return f"http://jamboree:{self._secret}@127.0.0.1:{self.port}"

    def start(self) -> Proxy:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        return self

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=HEAD_AT_MOST)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _hang_up(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._loop.shutdown_default_executor()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            try:
                await self._answer(reader, writer)
            except _Answer as answer:
                writer.write(_own_answer(answer))
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, TimeoutError, asyncio.CancelledError):
            pass  # one side hung up, or we stop: the other is told by the end of its connection
        finally:
            await _close(writer)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request, rest = await _head(reader)
        given = dict(request.headers).get(b"proxy-authorization", b"")
        if not hmac.compare_digest(given, b"Basic " + self._token):
            raise _Answer(407, "This proxy is not for you.")
        target = request.target.decode("ascii", "replace")
        if request.method == b"CONNECT":
            there = await self._connect(*_authority(target))
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await _through((reader, writer), there, first=rest)
            return
        host, port, path = _parts(target)
        there = await self._connect(host, port)
        try:
            head = _forwarded(request, host, port, path)
            await _through((reader, writer), there, first=head + rest, is_plain=True)
        finally:
            await _close(there[1])

    async def _connect(
        self, host: str, port: int
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            places = await asyncio.to_thread(self._guard.places, host, port)
        except Refused as refused:
            raise _Answer(REFUSED, str(refused)) from None
        except OSError:
            raise _Answer(UNREACHABLE, f"{host} is not known.") from None
        for family, (number, port_) in places:
            with contextlib.suppress(OSError, TimeoutError):
                return await asyncio.wait_for(
                    asyncio.open_connection(
                        number, port_, family=family, flags=socket.AI_NUMERICHOST
                    ),
                    CONNECT_WITHIN,
                )
        raise _Answer(UNREACHABLE, f"{host} can't be reached.")


async def _head(reader: asyncio.StreamReader) -> tuple[h11.Request, bytes]:
    """The request's head, and what came behind it."""
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_AT_MOST)
    while True:
        try:
            event = connection.next_event()
        except h11.RemoteProtocolError as error:
            raise _Answer(400, "This is no request.") from error
        if isinstance(event, h11.Request):
            return event, connection.trailing_data[0]
        if event is not h11.NEED_DATA:
            raise _Answer(400, "This is no request.")
        data = await asyncio.wait_for(reader.read(PIECE), IDLE)
        connection.receive_data(data)


def _authority(target: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{target}")
        if parts.hostname and parts.port and not (parts.path or parts.query or parts.username):
            return parts.hostname, parts.port
    except ValueError:
        pass
    raise _Answer(400, "CONNECT takes a host and a port.")


def _parts(target: str) -> tuple[str, int, str]:
    """Host, port and path of an absolute address; only plain http comes this way."""
    try:
        parts = urlsplit(target)
        host, port = parts.hostname, parts.port or 80
    except ValueError:
        host = None
    if not host or parts.scheme != "http":
        raise _Answer(REFUSED, "Only http and https addresses can be fetched.")
    return host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _forwarded(request: h11.Request, host: str, port: int, path: str) -> bytes:
    """The request as the server gets it. `Host` is that of the address: it is what was checked."""
    name = f"[{host}]" if ":" in host else host
    headers = request.headers.raw_items()  # as they were written: some servers mind
    lines = [
        request.method + b" " + path.encode() + b" HTTP/1.1",
        f"Host: {name if port == 80 else f'{name}:{port}'}".encode(),
        *(n + b": " + v for n, v in headers if n.lower() not in {*_HOP, b"host"}),
        b"Connection: close",
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _without_hops(head: bytes) -> bytes:
    """The head of a server's answer, saying that the connection ends with it. Nothing else is
    touched: what is wrong with it is for who asked to find out."""
    status, *lines = head.split(b"\r\n")
    kept = [line for line in lines if line.partition(b":")[0].strip().lower() not in _HOP]
    return b"\r\n".join([status, *filter(None, kept), b"Connection: close"]) + b"\r\n\r\n"


def _own_answer(answer: _Answer) -> bytes:
    reason = answer.why.encode("ascii", "replace").decode()
    lines = [f"HTTP/1.1 {answer.status} {reason}", "Content-Length: 0", "Connection: close"]
    if answer.status == 407:
        lines.append('Proxy-Authenticate: Basic realm="Jamboree"')
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


async def _through(
    here: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    there: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    *,
    first: bytes,
    is_plain: bool = False,
) -> None:
    """Pass bytes both ways until both sides are done, or nothing moves any more."""
    there[1].write(first)
    up = asyncio.create_task(_pipe(here[0], there[1]))
    down = asyncio.create_task(_down(there[0], here[1], changes_head=is_plain))
    try:
        # When the server is done, so are we; what the client still says would go nowhere.
        await down
    finally:
        up.cancel()
        await asyncio.gather(up, return_exceptions=True)
        await _close(there[1])


async def _down(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, changes_head: bool
) -> None:
    if changes_head:
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), IDLE)
        except asyncio.IncompleteReadError as error:
            writer.write(error.partial)
            return
        except asyncio.LimitOverrunError:
            raise _Answer(502, "The answer's head has no end.") from None
        writer.write(_without_hops(head[:-4]))
    await _pipe(reader, writer)


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await asyncio.wait_for(reader.read(PIECE), IDLE):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
