"""The editor's form: what it shows for each rule, and what it sends. It works without scripts."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from playlist_app.database import session
from playlist_app.library.formats import FORMATS
from playlist_app.library.models import Status, Track, visible_to
from playlist_app.listening.smart.fields import FIELDS, Kind
from playlist_app.listening.smart.rules import RULES_AT_MOST, Rules
from playlist_app.people.models import User
from playlist_app.playlists.finding import listed_for
from playlist_app.playlists.models import Playlist

JSON = dict[str, Any]
NEW = {"field": "title", "operator": "contains", "value": ""}


def field_names() -> dict[str, str]:
    """What fields are called; in this order they are offered."""
    return {
        "title": _("Title"),
        "artist": _("Artist"),
        "album": _("Album"),
        "genre": _("Genre"),
        "year": _("Year"),
        "duration_seconds": _("Length in seconds"),
        "added": _("Added"),
        "added_by": _("Added by"),
        "plays": _("My plays"),
        "last_played": _("I last played it"),
        "played": _("I played it"),
        "playlist": _("In a playlist"),
        "audio": _("Can be played"),
        "cover": _("Has a cover"),
        "lyrics": _("Has lyrics"),
        "located": _("Says where it was recorded"),
        "compilation": _("Is on a compilation"),
        "format": _("Format"),
        "bitrate": _("Bitrate in kbit/s"),
        "loudness": _("Loudness in LUFS"),
        "status": _("Review"),
    }


def operator_names(kind: Kind) -> dict[str, str]:
    if kind is Kind.TEXT:
        return {
            "contains": _("contains"),
            "contains_not": _("does not contain"),
            "is": _("is"),
            "is_not": _("is not"),
            "starts": _("starts with"),
            "ends": _("ends with"),
        }
    if kind is Kind.NUMBER:
        return {
            "at_least": _("is at least"),
            "at_most": _("is at most"),
            "between": _("is between"),
            "is": _("is"),
            "is_not": _("is not"),
        }
    if kind is Kind.DATE:
        return {
            "within": _("in the last days"),
            "not_within": _("not in the last days"),
            "since": _("on or after"),
            "before": _("before"),
        }
    if kind is Kind.FLAG:
        return {"is": _("is")}
    return {"is": _("is"), "is_not": _("is not")}


def order_names() -> dict[str, str]:
    return {
        "title": _("Title"),
        "artist": _("Artist"),
        "album": _("Album"),
        "-added": _("Newest first"),
        "added": _("Oldest first"),
        "-plays": _("Most played first"),
        "plays": _("Least played first"),
        "-last_played": _("Last played first"),
        "last_played": _("Longest not played first"),
        "-year": _("Latest year first"),
        "year": _("Earliest year first"),
        "duration_seconds": _("Shortest first"),
        "-duration_seconds": _("Longest first"),
    }


def options_of(person: User) -> dict[str, list[tuple[str, str]]]:
    """What the fields with a few values offer: (value, name). Two queries, whatever the rules."""
    owners = session().execute(
        select(User.id, User.name)
        .where(User.id.in_(select(Track.owner_id).where(visible_to(person))))
        .order_by(User.name)
    )
    lists = session().execute(
        select(Playlist.id, Playlist.title).where(listed_for(person)).order_by(Playlist.title)
    )
    statuses = {
        Status.PENDING: _("waits"),
        Status.PUBLISHED: _("published"),
        Status.REJECTED: _("rejected"),
    }
    return {
        Kind.PERSON: [(row[0], row[1]) for row in owners],
        Kind.PLAYLIST: [(row[0], row[1]) for row in lists],
        Kind.FORMAT: [(name, name) for name in FORMATS],
        Kind.STATUS: [(str(status), name) for status, name in statuses.items()],
        Kind.FLAG: [("yes", _("yes")), ("no", _("no"))],
    }


def rows_of(rules: Rules) -> list[JSON]:
    """What the form shows of each rule: with the operators of its field, and its value as texts."""
    rows = []
    for rule in rules.rules:
        field = FIELDS.get(str(rule["field"])) or FIELDS["title"]
        names = operator_names(field.kind)
        operator = rule["operator"] if rule["operator"] in names else next(iter(names))
        value = rule["value"]
        both = value if isinstance(value, list) else [value, ""]
        texts = [
            {True: "yes", False: "no"}.get(one, one) if isinstance(one, bool) else one
            for one in both
        ]
        rows.append(
            {
                "field": rule["field"],
                "kind": field.kind,
                "operators": names,
                "operator": operator,
                "value": _short(texts[0]),
                "value2": _short(texts[1]) if len(texts) > 1 else "",
            }
        )
    return rows


def _short(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def read(form: MultiDict[str, str]) -> Rules:
    """What a form says, whole or not: it is checked where it is used."""
    parts = (form.getlist(name) for name in ("field", "operator", "value", "value2"))
    rules = []
    for name, chosen, value, value2 in list(zip(*parts, strict=False))[:RULES_AT_MOST]:
        field = FIELDS.get(name)
        # Where the field is another by now, its first operator stands for what does not fit it.
        operator = chosen
        if field and not field.operator(chosen):
            operator = next(iter(operator_names(field.kind)))
        given: Any = [value, value2] if operator == "between" else value
        rules.append({"field": name, "operator": operator, "value": given})
    limit = form.get("limit", "100")
    return Rules(
        form.get("match", "all"),
        rules,
        form.get("order", "title"),
        int(limit) if limit.isascii() and limit.isdigit() and len(limit) < 6 else 0,
    )


def changed(rules: Rules, action: str) -> Rules:
    """The same with a rule more, or without one: what the form's small buttons ask."""
    rows = list(rules.rules)
    if action == "add" and len(rows) < RULES_AT_MOST:
        rows.append(dict(NEW))
    number = action.removeprefix("remove-")
    if number != action and number.isdigit() and int(number) < len(rows):
        del rows[int(number)]
    return Rules(rules.match, rows, rules.order, rules.limit)
