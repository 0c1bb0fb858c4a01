"""The passage of a request through this process: its id, how long what took, what came of it.

One object a request, in a context variable, so that a log line or a query knows which request it
belongs to. It stands around every request: what it does is measured (bench "sight"), and kept to
some microseconds.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from time import perf_counter
from typing import Any

from flask import Flask, Response, g, request

from playlist_app.web import REQUEST_ID

# What a proxy may have chosen: nothing that could forge a log line or a header.
CHOSEN = re.compile(r"[A-Za-z0-9._:+/=@-]{1,64}")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Values in an address that let somebody in: the rule is told, and not what stood there.
SECRET_PARTS = frozenset({"code", "token", "secret", "key"})


class Passage:
    """What is known of the request that this thread answers."""

    __slots__ = (
        "began",
        "db_seconds",
        "endpoint",
        "id",
        "is_admin",
        "path",
        "person",
        "queries",
        "render_depth",
        "render_seconds",
        "rendering_since",
        "seconds",
        "status",
        "waited_seconds",
    )

    def __init__(self, id_: str) -> None:
        self.id = id_
        self.began = perf_counter()
        self.seconds = 0.0  # until the answer began; what is streamed after it is not in it
        self.status = 500  # until one was given
        self.endpoint = ""  # of no view: ""
        self.path = ""
        self.person = ""
        self.is_admin = False
        self.queries = 0
        self.db_seconds = 0.0  # in SQLite, with what it waited for the disk
        self.waited_seconds = 0.0  # for the writers' lock
        self.render_seconds = 0.0  # of templates, with the queries that they make
        self.rendering_since = 0.0
        self.render_depth = 0

    def server_timing(self) -> str:
        """How long what took until now, as browsers show it (Server-Timing)."""
        total = perf_counter() - self.began
        return (
            f'db;dur={self.db_seconds * 1000:.2f};desc="{self.queries} queries", '
            f"lock;dur={self.waited_seconds * 1000:.2f}, "
            f"render;dur={self.render_seconds * 1000:.2f}, "
            f"total;dur={total * 1000:.2f}"
        )


_under_way: ContextVar[Passage | None] = ContextVar("passage", default=None)

under_way = _under_way.get  # the passage of this request; None outside of one

Done = Callable[[Passage, dict[str, Any]], object]


class Passages:
    """WSGI around the app: gives each request its passage, and tells `done` when it is over.

    The answer is passed on as it is: gunicorn sends audio by the kernel only where it finds its own
    file wrapper.
    """

    def __init__(self, app: Callable[..., Iterable[bytes]], done: Done, *, trusts: bool) -> None:
        self._app = app
        self._done = done
        self._trusts = trusts

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        passage = Passage(_id(environ) if self._trusts else secrets.token_hex(8))
        environ[REQUEST_ID] = passage.id

        def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            passage.status = int(status[:3])
            headers.append(("X-Request-ID", passage.id))
            if passage.is_admin:
                headers.append(("Server-Timing", passage.server_timing()))
            return start_response(status, headers, *exc_info)

        before = _under_way.set(passage)
        try:
            return self._app(environ, start)
        except StopIteration:
            # How flask-sock tells gunicorn that a socket has been handed over.
            passage.status = 101
            raise
        finally:
            passage.seconds = perf_counter() - passage.began
            try:
                self._done(passage, environ)
            finally:
                _under_way.reset(before)


def _id(environ: dict[str, Any]) -> str:
    """The id that a trusted proxy gave, so that its log and ours can be laid side by side."""
    chosen: str = environ.get("HTTP_X_REQUEST_ID", "")
    return chosen if CHOSEN.fullmatch(chosen) else secrets.token_hex(8)


def _note(response: Response) -> Response:
    """What only Flask knows of a request."""
    passage = under_way()
    if passage:
        rule = request.url_rule
        passage.endpoint = rule.endpoint if rule else ""
        if rule and not SECRET_PARTS.isdisjoint(rule.arguments):
            passage.path = rule.rule
        # Not `current_user`: who was not asked for so far is not looked up for this.
        person = g.get("_login_user")
        if person is not None and person.is_authenticated:
            passage.person = person.id
            passage.is_admin = person.is_admin
    return response


def path_of(passage: Passage, environ: dict[str, Any]) -> str:
    """The path that was asked for, as it came over the wire, without its query."""
    if not passage.path:
        whole: str = environ.get("RAW_URI") or environ.get("PATH_INFO", "")
        passage.path = whole.partition("?")[0]
    return passage.path


def method_of(environ: dict[str, Any]) -> str:
    """The method, of those that there are: each other one would be a time series of its own."""
    method: str = environ["REQUEST_METHOD"]
    return method if method in METHODS else "other"


def init_app(app: Flask, done: Done, *, trusts: bool) -> None:
    app.after_request(_note)
    app.wsgi_app = Passages(app.wsgi_app, done, trusts=trusts)  # type: ignore[method-assign]
