"""Schemathesis against a real server: every call of the document, as one person after another.

What it sends is made up from the document alone, so that the document is tried as much as the code.
The ids that it uses come from answers that it got before.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis import AuthContext, Case, CheckContext, Response, auths, checks, hooks
from schemathesis.engine import Status, events, from_schema
from schemathesis.openapi import from_url

from playlist_app.database import Base, session
from playlist_app.people.models import User
from playlist_app.people.sessions import open_session
from tests.conftest import close, make_app
from tests.operations.reference.exceptions import EXCEPTIONS
from tests.serving import Server

JSON = dict[str, Any]

SEED = 7

# Pieces of an upload are bytes as they are.
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")

# Written also where a call is refused: who was here when, who was turned away, and how many of the
# five tries at a code are left.
NOTED = {"log_in_session", "audit", "sent_code"}
TOUCHED = {"last_seen_at", "last_used_at"}

# What may end the session that asks.
PARTING = {
    "POST /api/v1/users/logout",
    "DELETE /api/v1/users/me/sessions",
    "DELETE /api/v1/users/me/sessions/{session_id}",
    "POST /api/v1/users/me/password",
    "PATCH /api/v1/users/{user_id}",
}


class Changes:
    """What changes in a database, seen from outside."""

    def __init__(self, path: Path) -> None:
        # Schemathesis calls from threads of its own, one at a time.
        self._database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False)
        self._version = -1
        self._queries = dict(self._tables())
        self._seen: dict[str, int] = {}
        self.since()

    def _tables(self) -> Iterator[tuple[str, str]]:
        """A query for each table of ours; what is derived for searching is not looked at."""
        for name in sorted(set(Base.metadata.tables) - NOTED):
            rows = self._database.execute(f"SELECT name FROM pragma_table_info('{name}')")
            columns = ", ".join(f'"{column}"' for (column,) in rows if column not in TOUCHED)
            yield name, f'SELECT {columns} FROM "{name}"'

    def since(self) -> list[str]:
        """The tables that changed since this was asked last."""
        (version,) = self._database.execute("PRAGMA data_version").fetchone()
        if version == self._version:
            return []
        self._version = version
        before = self._seen
        self._seen = {
            name: hash(tuple(self._database.execute(query)))
            for name, query in self._queries.items()
        }
        return [name for name, seen in self._seen.items() if before.get(name) != seen]

    def close(self) -> None:
        self._database.close()


@dataclass
class Found:
    """What came of it: how many cases, by the status of their answers, and what was wrong."""

    cases: int = 0
    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    times: Counter[str] = field(default_factory=Counter)

    def note(self, event: events.EngineEvent) -> None:
        if isinstance(event, events.NonFatalError):
            self._wrong(f"error: {event.label}", str(event.value))
        elif isinstance(event, events.FatalError):
            self._wrong("error", repr(event.exception))
        elif isinstance(event, events.ScenarioFinished):
            self._note_cases(event)

    def _note_cases(self, event: events.ScenarioFinished) -> None:
        recorder = event.recorder
        for id_, node in recorder.cases.items():
            call = node.value.operation.label
            answer = recorder.interactions[id_].response if id_ in recorder.interactions else None
            self.cases += 1
            self.statuses.setdefault(call, Counter())[answer.status_code if answer else 0] += 1
            for check in recorder.checks.get(id_, []):
                if check.status is Status.FAILURE and check.failure_info:
                    failure = check.failure_info.failure
                    said = f"{failure.title}: {failure.message}\n{check.failure_info.code_sample}"
                    self._wrong(f"{check.name}: {call}", said)

    def _wrong(self, what: str, said: str) -> None:
        self.times[what] += 1
        self.wrong.setdefault(what, said[:1500])

    def told(self) -> str:
        """What was wrong, each with its first case."""
        return "\n\n".join(
            f"{what} ({self.times[what]} times)\n{said}" for what, said in self.wrong.items()
        )


class Actor:
    """Who calls: somebody of the house, or nobody. Who logs out meanwhile is let in again."""

    def __init__(self, server: Server, name: str | None) -> None:
        self.name = name
        self.token = ""
        self._app = make_app(server.data)
        self.enter()

    def enter(self) -> None:
        if self.name:
            with self._app.app_context():
                user = session().query(User).filter_by(username=self.name).one()
                self.token = open_session(user)

    def close(self) -> None:
        close(self._app)


def _config(cases: int) -> schemathesis.Config:
    return schemathesis.Config.from_dict(
        {
            "seed": SEED,
            "cache": {"enabled": False},
            "continue-on-failure": True,
            "generation": {"max-examples": cases, "no-shrink": True, "database": "none"},
            "phases": {
                "examples": {"enabled": False},  # the document's own: test_documents.py
                "coverage": {"enabled": False},
                "fuzzing": {"enabled": True},
                "stateful": {"enabled": False},
            },
            "operations": EXCEPTIONS,
        }
    )


@contextlib.contextmanager
def _registered(actor: Actor, changes: Changes) -> Iterator[None]:
    """Schemathesis keeps for the whole process who calls, and what is looked at besides."""

    @schemathesis.hook
    def after_call(context: schemathesis.HookContext, case: Case[Any], response: Response) -> None:
        if case.operation.label in PARTING and response.status_code < 300:
            actor.enter()

    @schemathesis.check
    def a_refusal_changes_nothing(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
        changed = changes.since()
        assert response.status_code < 400 or not changed, f"{response.status_code}: {changed}"

    if actor.name:

        @schemathesis.auth(refresh_interval=None)
        class Token:
            def get(self, case: Case[Any], context: AuthContext) -> str:
                return actor.token

            def set(self, case: Case[Any], data: str, context: AuthContext) -> None:
                case.headers["Authorization"] = f"Bearer {data}"

    try:
        yield
    finally:
        auths.unregister()
        hooks.unregister_all()
        checks.CHECKS.unregister("a_refusal_changes_nothing")


def fuzz(server: Server, name: str | None, *, cases: int) -> Found:
    """Call everything as this person, so many times at most each."""
    found = Found()
    with contextlib.ExitStack() as stack:
        actor = stack.enter_context(contextlib.closing(Actor(server, name)))
        changes = stack.enter_context(contextlib.closing(Changes(server.data / "app.db")))
        stack.enter_context(_registered(actor, changes))
        schema = from_url(f"{server.url}/api/v1/openapi.json", config=_config(cases))
        for event in from_schema(schema).execute():
            found.note(event)
    return found
