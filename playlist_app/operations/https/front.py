"""The front: a program beside gunicorn that ends TLS, on one port with plain HTTP.

A first byte of 0x16 begins TLS, and anything else is a request in plain HTTP, which the app answers
with how to trust the authority. What comes out goes to gunicorn's own socket, so that neither a
handshake nor a connection opened ahead holds one of its threads, and the hub (live/hub.py) gets
sockets that it can take over. gunicorn.conf.py starts it with the listening socket, and ends it by
closing its standard input; program.py is what it starts.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import resource
import socket
import ssl
import sys
from asyncio import sslproto
from pathlib import Path

from playlist_app.operations.https import authority, names
from playlist_app.operations.https.fingerprint import fingerprint
from playlist_app.operations.https.pump import Client

log = logging.getLogger("jamboree.https")

SAYS_SOMETHING_WITHIN = 30.0  # seconds; browsers open connections ahead
SHAKES_HANDS_WITHIN = 10.0
HANGS_UP_WITHIN = 1.0
LOOKS_EVERY = 60.0  # seconds, at what the machine is called, and the time
ENDS_WITHIN = 3.0
RECORD = 16 * 1024  # bytes
BEGINS_TLS = b"\x16"  # a record of the kind "handshake" (RFC 8446, section 5.1)


class Front:
    """Takes connections on a listening socket until its standard input ends."""

    def __init__(
        self, listening: socket.socket, to: str, context: ssl.SSLContext, renew: Renewal
    ) -> None:
        self._listening = listening
        self._to = to
        self._context = context
        self._renew = renew
        self._opening: set[asyncio.Task[None]] = set()
        self._clients: set[Client] = set()

    async def serve(self) -> None:
        loop = asyncio.get_running_loop()
        ended = asyncio.Event()
        self._listening.setblocking(False)
        loop.add_reader(self._listening, self._accept)
        loop.add_reader(sys.stdin.fileno(), _read_until_it_ends, ended)
        watch = loop.create_task(self._watch())
        await ended.wait()
        loop.remove_reader(self._listening)
        watch.cancel()
        # gunicorn is gone; what it said last is still on its way.
        deadline = loop.time() + ENDS_WITHIN
        while self._clients and loop.time() < deadline:
            await asyncio.sleep(0.02)

    def _accept(self) -> None:
        for _ in range(100):  # and then those who are here already
            try:
                client, _address = self._listening.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError as error:
                # Out of handles: those who are here go first.
                log.error("A connection could not be taken: %s", error)
                return
            client.setblocking(False)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            task = asyncio.get_running_loop().create_task(self._open(client))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _open(self, client: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(SAYS_SOMETHING_WITHIN):
                first = await _peek(client)
            if first == BEGINS_TLS:
                await loop.connect_accepted_socket(
                    lambda: Client(self._to, self._clients, secure=True),
                    client,
                    ssl=self._context,
                    ssl_handshake_timeout=SHAKES_HANDS_WITHIN,
                    ssl_shutdown_timeout=HANGS_UP_WITHIN,
                )
            elif first:
                await loop.connect_accepted_socket(
                    lambda: Client(self._to, self._clients, secure=False), client
                )
            else:
                client.close()
        except (OSError, TimeoutError) as error:  # SSLError is an OSError
            client.close()
            log.debug("No connection came of it: %s", error)

    async def _watch(self) -> None:
        """A new certificate in time, and one for a new address."""
        while True:
            await asyncio.sleep(LOOKS_EVERY)
            try:
                await asyncio.to_thread(self._renew)
                self._renew.load(self._context)
            except OSError as error:  # no room on the disk, say: there are days left to mend it
                log.error("The certificate could not be looked after: %s", error)


class Renewal:
    """Called to look whether the certificate still fits."""

    def __init__(self, folder: Path, more: list[str]) -> None:
        self._files = authority.Files(folder)
        self._more = more
        self._told: set[str] = set()

    def __call__(self) -> None:
        called, addresses = names.of_this_machine(self._more)
        left_out = authority.prepare(self._files, called, addresses)
        for text in left_out:
            if text not in self._told:
                log.warning(
                    "The authority was made before this machine was called %s and can't vouch for "
                    "it. For a new one, which devices have to trust again, remove %s and restart.",
                    text,
                    self._files.folder,
                )
        self._told = set(left_out)

    def context(self) -> ssl.SSLContext:
        return authority.context(self._files)

    def load(self, into: ssl.SSLContext) -> None:
        authority.load(into, self._files)


async def _peek(client: socket.socket) -> bytes:
    """The first byte, left where it is; empty when they hang up."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(client, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(client)
    return client.recv(1, socket.MSG_PEEK)


def _read_until_it_ends(ended: asyncio.Event) -> None:
    if not os.read(sys.stdin.fileno(), 1024):
        ended.set()
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--listen", type=int, required=True, help="a handle that we inherit")
    parser.add_argument("--to", required=True)
    parser.add_argument("--name", action="append", default=[])
    given = parser.parse_args()
    logging.basicConfig(level="INFO", format="[%(asctime)s] [%(process)d] [https] %(message)s")
    logging.getLogger("asyncio").setLevel("ERROR")
    # Two handles a connection.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    # asyncio keeps a buffer of 256 KiB for each connection; a record of TLS has 16.
    sslproto.SSLProtocol.max_size = RECORD
    renew = Renewal(given.folder, given.name)
    renew()
    said = fingerprint(authority.Files(given.folder).authority)
    log.info("Fingerprint of the authority (SHA-256): %s", said)
    front = Front(socket.socket(fileno=given.listen), given.to, renew.context(), renew)
    asyncio.run(front.serve())
