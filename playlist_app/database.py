"""The database: one file of SQLite, many readers, one way to write.

A write is `with write():`. It takes the writers' lock, begins at once for writing, and commits at
the end or changes nothing. Everything else reads, and SQLite holds it to that (query_only).

Why the lock: without it, writers of several threads and processes poll SQLite's own lock, and one
that is unlucky waits for seconds; and a transaction that reads first and writes then fails at once
when another wrote in between. Measured in docs/decisions/0003-one-writer.md.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    Connection,
    DateTime,
    Engine,
    Integer,
    String,
    TypeDecorator,
    delete,
    event,
    func,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Mapped, Session, mapped_column

PRAGMAS = {
    "busy_timeout": "5000",  # milliseconds; for a command line tool that knows nothing of the lock
    "journal_mode": "WAL",
    # A committed change survives a power cut: clients were told its event number, so it must.
    "synchronous": "FULL",
    "foreign_keys": "ON",
    "cache_size": "-16000",  # KiB
    "temp_store": "MEMORY",
}


class Base(DeclarativeBase):
    pass


# What was committed stays readable without asking again; a write begins by forgetting it.
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


def new_id() -> str:
    """An id for anything: opaque, safe in a URL, not to be guessed."""
    return str(uuid.uuid4())


def as_id(text: str) -> str | None:
    """The canonical form of an id that a client chose, or None when it is no UUID."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return None


def now() -> datetime:
    return datetime.now(UTC)


class Moment(TypeDecorator[datetime]):
    """A moment in UTC; SQLite keeps no zone, so it is put back on the way out."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds, as the API writes times."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def iso_column(column: Any) -> Any:
    """A column of moments, read as `iso` would write them, without making a datetime of each.

    A list has thousands. SQLAlchemy stores them as "2026-11-21 04:17:05.229000"."""
    text = type_coerce(column, String)
    return func.substr(text, 1, 10) + "T" + func.substr(text, 12, 12) + "Z"


Id = String(36)


class WithId:
    """The id and the birthday that most tables share."""

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)


class WriterLock:
    """One writer at a time, over all threads and processes: a lock here, then one on a file."""

    def __init__(self, path: Path) -> None:
        self._thread = threading.Lock()
        # Told how many seconds each writer waited.
        self.waited: Callable[[float], object] = lambda _: None
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def __enter__(self) -> None:
        began = perf_counter()
        self._thread.acquire()
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX)
        except BaseException:
            self._thread.release()
            raise
        self.waited(perf_counter() - began)

    def __exit__(self, *_: object) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)
        self._thread.release()

    def close(self) -> None:
        os.close(self._file)


def connect(path: Path) -> sqlite3.Connection:
    """A plain connection, for what reads beside the ORM: the feed, start-up, backups."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for name, value in PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}")
    return connection


def configure(engine: Engine) -> None:
    """Make `engine` begin its transactions itself (sqlite3 would begin them late); our pragmas."""

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None
        for name, value in PRAGMAS.items():
            connection.execute(f"PRAGMA {name} = {value}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # Straight to the driver: this stands before every request's first query.
        driver: Any = connection.connection.driver_connection
        if connection.get_execution_options().get("write"):
            driver.execute("PRAGMA query_only = OFF")
            driver.execute("BEGIN IMMEDIATE")
        else:
            driver.execute("PRAGMA query_only = ON")
            driver.execute("BEGIN")


def init_app(
    app: Flask,
    path: Path,
    *,
    threads: int,
    connection: type[sqlite3.Connection] = sqlite3.Connection,
) -> None:
    """Bind the database at `path` to the app. The folder must be there; the tables need not.
    `connection` is the class of its connections, which may measure themselves."""
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{path}"
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "pool_size": threads + 4,
        "max_overflow": 4,
        "connect_args": {"check_same_thread": False, "factory": connection},
        # An error tells the statement, but not the values: hashes of tokens, names, addresses.
        "hide_parameters": True,
    }
    db.init_app(app)
    app.extensions["writer_lock"] = WriterLock(path.with_name("write.lock"))
    with app.app_context():
        configure(db.engine)


def session() -> Session:
    """The session of this request or command."""
    return db.session()


@contextmanager
def write() -> Iterator[Session]:
    """The only way to write. Inside another write it joins that one, which commits or drops all.

    What was loaded before is read anew, so that a verb decides on what is true now.
    """
    current = session()
    if current.info.get("writing"):
        yield current
        return
    current.rollback()  # ends the reading transaction; one can't turn into a writing one
    current.expire_all()
    with current_app.extensions["writer_lock"]:
        current.info.update(writing=True, after_commit=[], if_dropped=[], roles={}, genres={})
        try:
            current.connection(execution_options={"write": True})
            yield current
            current.commit()
        except BaseException:
            current.rollback()
            for act in current.info["if_dropped"]:
                act()
            raise
        finally:
            current.info["writing"] = False
    for act in current.info.pop("after_commit"):
        act()


def is_disk_full(error: DBAPIError) -> bool:
    """Whether a write came to nothing because there is no room for it."""
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL


def after_commit(act: Callable[[], object]) -> None:
    """Do this once the write that is under way is safe, and never if it is dropped; outside of a
    write at once. What is equal to an act that waits already is not done a second time."""
    info = session().info
    if not info.get("writing"):
        act()
    elif act not in info["after_commit"]:
        info["after_commit"].append(act)


def if_dropped(act: Callable[[], object]) -> None:
    """Do this if the write that is under way comes to nothing, also where it is the commit that
    fails. The writers' lock is still held: nobody can have come to count on what it undoes."""
    session().info["if_dropped"].append(act)


FORGET_AT_ONCE = 5_000  # rows; of events that is some 20 ms of the writers' lock


def forget(column: InstrumentedAttribute[Any], before: object) -> None:
    """Delete the rows whose `column` lies before this, the oldest first; some a write, so that
    nobody who wants to write meanwhile waits for long."""
    rows = literal_column("rowid", Integer)
    oldest = select(rows).select_from(column.class_).where(column < before).order_by(column)
    old = delete(column.class_).where(rows.in_(oldest.limit(FORGET_AT_ONCE)))
    gone = FORGET_AT_ONCE
    while gone == FORGET_AT_ONCE:
        with write() as tx:
            gone = tx.connection().execute(old).rowcount
