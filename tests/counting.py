"""Counting queries: a list page asks the database as often for many rows as for few."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event

from playlist_app.database import db


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements that reach the database meanwhile."""
    statements: list[str] = []

    def note(*about: Any) -> None:
        statements.append(about[2])

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def queries_of(app: Flask, act: Callable[[], Any]) -> int:
    """How many queries it takes to do this. Do it once before: a person's first request for some
    time also notes that they were seen."""
    with counted(app) as statements:
        act()
    return len(statements)
