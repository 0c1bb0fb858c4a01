"""The page of the audit: who did what, to be narrowed down and taken away as a table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from playlist_app.choices import models as choices
from playlist_app.database import iso, now
from playlist_app.operations.admin.door import me, pages_of
from playlist_app.operations.cleaning import AUDIT_ADDRESS_DAYS, AUDIT_DAYS
from playlist_app.operations.in_words import size
from playlist_app.people import audit
from playlist_app.people.audit import Note
from playlist_app.people.sessions import How

pages = pages_of("admin_audit", __name__, "/audit")

SHOWN = 50
PIECE = 500  # rows of a table that are read at once

# What was done, as one reads it after a name: "Dora · blocked · bob".
ACTS = {
    "audit.exported": lazy_gettext("took the audit away as a table"),
    "backup.downloaded": lazy_gettext("downloaded the backup"),
    "backup.restored": lazy_gettext("restored the backup"),
    "backup.taken": lazy_gettext("took the backup"),
    "data.imported": lazy_gettext("moved this server here from"),
    "data.merged": lazy_gettext("took in another server's"),
    "data.pruned": lazy_gettext("removed what nothing needs"),
    "data.reinitialised": lazy_gettext("began anew with an empty server"),
    "data.vacuumed": lazy_gettext("wrote the database anew"),
    "factor.added": lazy_gettext("set up another key for"),
    "factor.recovery_renewed": lazy_gettext("made new recovery codes for"),
    "factor.removed": lazy_gettext("removed a key of"),
    "invite.accepted": lazy_gettext("came in by the invite"),
    "invite.made": lazy_gettext("made an invite"),
    "invite.revoked": lazy_gettext("took an invite back"),
    "key.rotated": lazy_gettext("changed the server's key"),
    "playlist.deleted": lazy_gettext("deleted the playlist"),
    "session.ended": lazy_gettext("logged out a device of their own:"),
    "session.refused": lazy_gettext("was refused at the log-in as"),
    "session.opened": lazy_gettext("logged in"),
    "session.passkey_refused": lazy_gettext("was refused with a passkey of"),
    "session.second_step_refused": lazy_gettext("had the password, but not the code of"),
    "sessions.ended": lazy_gettext("logged themselves out everywhere"),
    "setting.changed": lazy_gettext("changed the setting"),
    "token.made": lazy_gettext("made an API token:"),
    "token.revoked": lazy_gettext("revoked an API token:"),
    "track.deleted": lazy_gettext("deleted the track"),
    "user.blocked": lazy_gettext("blocked"),
    "user.created": lazy_gettext("made an account for"),
    "user.data_taken": lazy_gettext("downloaded the data of"),
    "user.left": lazy_gettext("deleted the account"),
    "user.not_confirmed": lazy_gettext("did not know the password of"),
    "user.password_changed": lazy_gettext("changed the password of"),
    "user.password_chosen": lazy_gettext("chose a new password by a link"),
    "user.password_forgotten": lazy_gettext("showed by a code that they forgot the password of"),
    "user.reached_at": lazy_gettext("changed where to reach"),
    "user.unreached_at": lazy_gettext("took away where to reach"),
    "user.password_link_made": lazy_gettext("made a link for a new password for"),
    "user.password_reset": lazy_gettext("set the password of"),
    "user.registered": lazy_gettext("made themselves an account:"),
    "user.roles_changed": lazy_gettext("changed the roles of"),
    "user.sessions_ended": lazy_gettext("logged out everywhere"),
    "user.unblocked": lazy_gettext("unblocked"),
}


@dataclass(frozen=True)
class Asked:
    """Which notes are to be shown, as the address of the page says it. Days are UTC's."""

    actor: str = ""
    action: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def of_request(cls) -> Asked:
        given = {name: request.values.get(name, "").strip()[:60] for name in cls.__annotations__}
        return cls(**given)

    def fits(self) -> dict[str, Any]:
        """As `audit.notes` takes it; a day that is none is left out."""
        first, last = _day(self.since), _day(self.until)
        return {
            "actor": self.actor,
            "action": self.action,
            "since": first,
            "until": last and last + timedelta(days=1),
        }

    def args(self) -> dict[str, str]:
        return {name: value for name, value in vars(self).items() if value}


# How somebody came in; by anything else, that is its name: "by passkey".
HOW = {str(How.REGISTERED): "newly registered", str(How.FIRST): "as the first admin"}


@pages.app_template_filter("act")
def act_in_words(action: str) -> str:
    """ "blocked"; what nobody has words for as it is, with spaces: "backup taken"."""
    return str(ACTS.get(action) or action.replace(".", " ").replace("_", " "))


@pages.app_template_filter("subject")
def subject_in_words(note: Note) -> str:
    """What it was done to; of a setting what its page calls it."""
    return choices.title_of(note.subject) if note.action == "setting.changed" else note.subject


@pages.app_template_filter("detail")
def detail_in_words(detail: dict[str, Any]) -> str:
    """What else is known of an act: "given reviewer · sessions ended 2"."""
    parts = []
    for name, value in detail.items():
        if name == "bytes" and isinstance(value, int):
            parts.append(size(value))
        elif name == "how":
            parts.append(HOW.get(value, f"by {value}"))
        elif value not in ([], {}, "", None):
            parts.append(f"{name.replace('_', ' ')} {_plain(value)}")
    return " · ".join(parts)


@pages.get("")
def index() -> str:
    asked = Asked.of_request()
    found, following = audit.notes(
        by=me(), before=request.args.get("before", type=int), limit=SHOWN, **asked.fits()
    )
    return render_template(
        "operations/audit.html",
        notes=found,
        following=following,
        asked=asked,
        acts={action: act_in_words(action) for action in audit.actions(by=me())},
        days=AUDIT_DAYS.now(),
        address_days=AUDIT_ADDRESS_DAYS.now(),
    )


@pages.post("/export")
def export() -> ResponseReturnValue:
    """The notes that fit as a table, the newest first. That it was taken is noted too."""
    asked = Asked.of_request()
    only = [f"{name}: {value}" for name, value in asked.args().items()]
    audit.note("audit.exported", only=only)
    name = f"jamboree-audit-{now():%Y-%m-%d}.csv"
    return Response(
        "".join(_table(asked)),
        mimetype="text/csv",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


def _table(asked: Asked) -> Iterator[str]:
    yield _line("at", "who", "person_id", "action", "subject", "detail", "address")
    before: int | None = None
    while True:
        found, before = audit.notes(by=me(), before=before, limit=PIECE, **asked.fits())
        for note in found:
            yield _row(note)
        if before is None:
            return


def _row(note: Note) -> str:
    detail = json.dumps(note.detail, ensure_ascii=False) if note.detail else ""
    who = (note.actor_name, note.actor_id or "")
    return _line(iso(note.at), *who, note.action, note.subject, detail, note.address or "")


def _line(*values: str) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(map(_harmless, values))
    return out.getvalue()


def _harmless(value: str) -> str:
    """A spreadsheet takes what begins so for a formula, and people choose their own names."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _day(text: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        return None


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{name} {of_it}" for name, of_it in value.items())
    return str(value)
