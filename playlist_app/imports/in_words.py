"""What stands in the row of an import: its state in words, what is wrong, what one can do."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from playlist_app.database import iso, now, session
from playlist_app.imports.models import Host, Import
from playlist_app.imports.states import RETRIABLE, UNFINISHED, State, Trouble
from playlist_app.people.models import User

JSON = dict[str, Any]


@dataclass(frozen=True)
class Words:
    """What the words about an import depend on besides itself."""

    person: User
    closed: dict[str, str]  # host → until when it is left alone

    def of(self, one: Import) -> JSON:
        until = self._until(one)
        return {
            "says": _says(one, until),
            "until": until,
            "figures": figures(one),
            "reason": one.error if one.state not in (State.COMPLETED, State.CANCELLED) else None,
            "advice": _advice(one),
            "acts": acts_on([one.state]),
            "wish": self._wish(one),
        }

    def _wish(self, one: Import) -> str:
        """What its person can do about the wish list: "wish", "unwish" or nothing."""
        if one.person_id != self.person.id or one.state not in UNFINISHED:
            return ""
        return "unwish" if one.wishes else "wish"

    def _until(self, one: Import) -> str | None:
        if one.state != State.QUEUED:
            return None
        own = iso(one.not_before) if one.not_before and one.not_before > now() else ""
        return max(own, self.closed.get(one.host, "")) or None


def words_for(imports: Sequence[Import], person: User) -> Words:
    """For these imports; one query."""
    hosts = {one.host for one in imports if one.state == State.QUEUED}
    rows = session().execute(
        select(Host.name, Host.closed_until).where(Host.name.in_(hosts), Host.closed_until > now())
    )
    return Words(person, {name: iso(until) for name, until in rows if until})


def _says(one: Import, until: str | None) -> str:
    names: dict[str, str] = {
        State.QUEUED: _("Waits its turn"),
        State.ACTIVE: _("Coming in"),
        State.PAUSED: _("Paused"),
        State.COMPLETED: _("In the library"),
        State.FAILED: _("Failed"),
        State.CANCELLED: _("Cancelled"),
        State.IGNORED: _("Gone where it was"),
    }
    if until:
        names[State.QUEUED] = _("Tries again at") if one.attempts else _("Waits until")
    return names[one.state]


def _advice(one: Import) -> str:
    """What a person can do about one that failed."""
    advice: dict[str | None, str] = {
        Trouble.BLOCKED: _("Try again later, or look whether it plays in a browser."),
        Trouble.BROKEN: _("Try again: where the server there allows it, it goes on."),
        Trouble.REFUSED: _("Check the link: another one may work."),
        Trouble.DISK: _("An admin has to make room on the server; then retry."),
        Trouble.CRASHED: _("Try again. If it happens again, tell an admin."),
        Trouble.GONE: _("Look for it elsewhere."),
    }
    return advice.get(one.error_class, "") if one.state in (State.FAILED, State.IGNORED) else ""


def figures(one: Import) -> str:
    """How much of it is here: "41 % · 12 of 30 MB". Scripts write it the same way."""
    if one.state == State.COMPLETED:
        return megabytes(one.bytes_done) if one.bytes_done else ""
    if one.state not in (State.ACTIVE, State.PAUSED):
        return ""
    parts = [f"{int(one.progress * 100)} %"]
    if one.bytes_total:
        parts.append(
            _(
                "%(part)s of %(whole)s",
                part=megabytes(one.bytes_done),
                whole=megabytes(one.bytes_total),
            )
        )
    elif one.bytes_done:
        parts.append(megabytes(one.bytes_done))
    return " · ".join(parts)


def megabytes(count: float) -> str:
    """Bytes as "12 MB", as scripts write them (static/js/words.js)."""
    mb = count / 1_000_000
    if mb >= 1000:
        return f"{mb / 1000:.1f} GB"
    return f"{mb:.1f} MB" if mb < 10 else f"{round(mb)} MB"


def acts_on(states: Collection[str]) -> list[str]:
    """What can be done with imports in these states."""
    possible = {
        "pause": (State.QUEUED, State.ACTIVE),
        "resume": (State.PAUSED,),
        "retry": RETRIABLE,
        "cancel": UNFINISHED,
        "remove": (*RETRIABLE, State.COMPLETED),
    }
    return [verb for verb, needs in possible.items() if any(state in needs for state in states)]
