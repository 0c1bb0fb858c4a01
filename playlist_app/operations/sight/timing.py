"""Timing: how long a request was in the database, waited to write, and rendered; slow queries.

The connections of the app measure themselves, so that also what SQLite does while rows are fetched,
and the wait for the disk in a commit, count: an event of SQLAlchemy would see neither.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from time import perf_counter
from typing import Any, Self

from flask import Flask, before_render_template, template_rendered

from playlist_app.operations.sight.passage import under_way

log = logging.getLogger(__name__)

SHOWN_AT_MOST = 1000  # characters of a slow query


class Watch:
    """Where the measured times of one app go besides to the request. `slow_after` is in seconds;
    0: nothing is slow."""

    def __init__(self, slow_after: float) -> None:
        self.slow_after = slow_after
        self.asked: Callable[[float], object] = _nobody  # seconds of a query
        self.was_slow: Callable[[], object] = _nobody
        self.waited: Callable[[float], object] = _nobody  # seconds for the writers' lock

    def connection(self) -> type[sqlite3.Connection]:
        """The class of the app's connections."""
        return type("Connection", (_Connection,), {"watch": self})

    def waited_to_write(self, seconds: float) -> None:
        passage = under_way()
        if passage:
            passage.waited_seconds += seconds
        self.waited(seconds)

    def spent(self, seconds: float) -> None:
        passage = under_way()
        if passage:
            passage.db_seconds += seconds

    def slow(self, statement: str, seconds: float) -> None:
        """Tell of a query that took long: its text, but never the values in it."""
        self.was_slow()
        text = " ".join(statement.split())[:SHOWN_AT_MOST]
        passage = under_way()
        facts = {"ms": round(seconds * 1000, 1), "query": text}
        if passage:
            facts["endpoint"] = passage.endpoint
        log.warning("slow query, %.0f ms: %s", seconds * 1000, text, extra={"facts": facts})


def _nobody(*_: object) -> None: ...


class _Cursor(sqlite3.Cursor):
    """Measures each call into SQLite. A statement counts as one query however it is fetched."""

    watch: Watch
    _statement = ""
    _seconds = 0.0
    _is_told = False

    def execute(self, sql: str, parameters: Any = ()) -> Self:
        began = perf_counter()
        try:
            return super().execute(sql, parameters)
        finally:
            self._asked(sql, perf_counter() - began)

    def executemany(self, sql: str, parameters: Any) -> Self:
        began = perf_counter()
        try:
            return super().executemany(sql, parameters)
        finally:
            self._asked(sql, perf_counter() - began)

    def fetchall(self) -> list[Any]:
        began = perf_counter()
        try:
            return super().fetchall()
        finally:
            self._fetched(perf_counter() - began)

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        began = perf_counter()
        try:
            return super().fetchmany(size)
        finally:
            self._fetched(perf_counter() - began)

    def fetchone(self) -> Any:
        began = perf_counter()
        try:
            return super().fetchone()
        finally:
            self._fetched(perf_counter() - began)

    def _asked(self, sql: str, seconds: float) -> None:
        self._statement, self._seconds, self._is_told = sql, seconds, False
        passage = under_way()
        if passage:
            passage.db_seconds += seconds
            if sql[:6] not in _NO_QUERY:
                passage.queries += 1
        self.watch.asked(seconds)
        if seconds > self.watch.slow_after > 0:
            self._tell()

    def _fetched(self, seconds: float) -> None:
        self._seconds += seconds
        self.watch.spent(seconds)
        if self._seconds > self.watch.slow_after > 0 and not self._is_told:
            self._tell()

    def _tell(self) -> None:
        self._is_told = True
        self.watch.slow(self._statement, self._seconds)


# The beginnings of what belongs to every transaction, and asks for nothing.
_NO_QUERY = frozenset({"BEGIN", "BEGIN ", "PRAGMA", "SAVEPO", "RELEAS", "ROLLBA", "COMMIT"})


class _Connection(sqlite3.Connection):
    """Its own `execute` measures nothing: so database.py begins transactions."""

    watch: Watch

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._cursors = type("Cursor", (_Cursor,), {"watch": self.watch})

    def cursor(self, factory: Any = None) -> Any:
        return super().cursor(factory or self._cursors)

    def commit(self) -> None:
        began = perf_counter()
        try:
            super().commit()
        finally:
            seconds = perf_counter() - began
            self.watch.spent(seconds)
            if seconds > self.watch.slow_after > 0:
                self.watch.slow("COMMIT", seconds)


def _rendering(_: Flask, **__: object) -> None:
    passage = under_way()
    if passage:
        if not passage.render_depth:
            passage.rendering_since = perf_counter()
        passage.render_depth += 1


def _rendered(_: Flask, **__: object) -> None:
    passage = under_way()
    if passage and passage.render_depth:
        passage.render_depth -= 1
        if not passage.render_depth:
            passage.render_seconds += perf_counter() - passage.rendering_since


def init_app(app: Flask, watch: Watch) -> None:
    app.extensions["writer_lock"].waited = watch.waited_to_write
    before_render_template.connect(_rendering, app)
    template_rendered.connect(_rendered, app)
