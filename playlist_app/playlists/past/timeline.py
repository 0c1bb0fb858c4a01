"""The time line: what happened in a playlist and who did it, read from its events.

A change of several events is one line: its step says what it was. Votes and the room's pausing and
seeking are left out; how somebody voted is nobody's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import orjson
from flask_babel import gettext, ngettext
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from playlist_app.database import iso, session
from playlist_app.live import events
from playlist_app.live.events import Event
from playlist_app.people.models import User
from playlist_app.playlists.history import Play
from playlist_app.playlists.members import may
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.past.steps import Step
from playlist_app.playlists.past.undoing import LASTING
from playlist_app.playlists.roles import Right

JSON = dict[str, Any]


def _(text: str, **values: object) -> str:
    return str(gettext(text, **values))


# Events that are a line of their own where no step says more.
TOLD = (
    events.TrackAdded.type,
    events.TrackRemoved.type,
    events.TrackMoved.type,
    events.PlaylistUpdated.type,
    events.MemberChanged.type,
)

_later = aliased(Step)
# A step's events end with the one that it names; the next step behind an event is its own, or
# begins later.
_of_event = (
    select(func.min(_later.seq))
    .where(_later.playlist_id == Event.playlist_id, _later.seq >= Event.seq)
    .correlate(Event)
    .scalar_subquery()
)
_started = and_(
    Event.type == events.TrackPlaying.type,
    func.json_extract(Event.payload, "$.position_ms") == 0,
    func.json_extract(Event.payload, "$.id").is_not(None),
)


def timeline(
    playlist: Playlist, *, person: str | None = None, before: int | None = None, limit: int = 50
) -> tuple[list[JSON], int | None]:
    """Newest first, and where the next page begins; `person` is whose doing is asked for. The
    number of queries does not grow with the lines."""
    ends = select(Step.seq).where(Step.playlist_id == playlist.id)
    query = (
        select(Event, Step)
        .outerjoin(
            Step,
            and_(
                Step.playlist_id == Event.playlist_id,
                Step.seq == _of_event,
                Step.first_seq <= Event.seq,
            ),
        )
        .where(
            Event.playlist_id == playlist.id,
            # A hundred thousand votes are not to be joined with anything.
            or_(Event.type != events.TrackVoted.type, Event.seq.in_(ends)),
            or_(
                Step.seq == Event.seq, and_(Step.id.is_(None), or_(Event.type.in_(TOLD), _started))
            ),
        )
        .order_by(Event.seq.desc())
        .limit(limit + 1)
    )
    if person and shows_names(playlist):
        query = query.where(Event.actor_id == person)
    if before:
        query = query.where(Event.seq < before)
    rows = [(event, step) for event, step in session().execute(query)]
    more = rows[limit - 1][0].seq if len(rows) > limit else None
    return _lines(rows[:limit], shows_names(playlist)), more


def shows_names(playlist: Playlist) -> bool:
    """Whether who asks is told who did it: where no names are shown, the hosts alone."""
    return playlist.party.names or may(playlist, playlist.seen_as, Right.MANAGE)


def people_of(playlist: Playlist) -> list[JSON]:
    """Who did something here that is still kept, by name."""
    if not shows_names(playlist):
        return []
    did = select(Event.actor_id).where(Event.playlist_id == playlist.id).distinct()
    people = session().scalars(select(User).where(User.id.in_(did)).order_by(User.name))
    return [person.as_person() for person in people]


def _lines(rows: Sequence[tuple[Event, Step | None]], with_names: bool) -> list[JSON]:
    payloads = {event.seq: orjson.loads(event.payload) for event, _step in rows}
    who_did = {event.actor_id for event, _step in rows}
    who_did |= {step.about_id for _event, step in rows if step}
    who_did |= {payload["user"]["id"] for payload in payloads.values() if "user" in payload}
    names = _names(who_did) if with_names else {}
    titles = _titles(
        payload["id"] for payload in payloads.values() if isinstance(payload.get("id"), str)
    )
    undone = _steps({step.of_id for _event, step in rows if step and step.of_id})
    lines = []
    for event, step in rows:
        payload = payloads[event.seq]
        if step:
            of = undone.get(step.of_id or "")
            text = in_words(step, names, of)
        else:
            text = _of_event_in_words(event.type, payload, titles, names)
        who = (
            {"id": event.actor_id, "name": names[event.actor_id]}
            if event.actor_id in names
            else None
        )
        lines.append(
            {
                "seq": event.seq,
                "at": iso(event.at),
                "who": who,
                "kind": step.kind if step else event.type,
                "text": text,
                "change": step.id if step and step.kind not in LASTING else None,
                "undone": bool(step and step.undone_by),
            }
        )
    return lines


def in_words(step: Step, names: Mapping[str, str], of: Step | None = None) -> str:
    """What a step did, without who did it: "removed “Copper Wire”"."""
    what = step.difference
    whom = names.get(step.about_id or "", _("somebody"))
    if step.kind in _WITH_WHOM:
        return _WITH_WHOM[step.kind](whom)
    match step.kind:
        case "undo" if of:
            return _("took back: %(what)s", what=in_words(of, names))
        case "undo":
            return _("took a change back")
        case "clear":
            count = len(what.get("removed", []))
            many = "cleared the list: %(num)s tracks"
            return str(ngettext("cleared the list: %(num)s track", many, count))
        case "import":
            count = len(what.get("added", []))
            many = "took in a file: %(num)s tracks"
            return str(ngettext("took in a file: %(num)s track", many, count))
        case "restore":
            return _("restored “%(snapshot)s”", snapshot=step.about)
        case "settings":
            return _settings(what.get("settings", {}))
    for key, said in _SINGLE.items():
        if what.get(key):
            return said(what[key][0]["title"])
    return _("changed the list")


def _settings(changed: Mapping[str, Sequence[Any]]) -> str:
    if changed.keys() == {"title"}:
        return _(
            "renamed it from “%(old)s” to “%(new)s”",
            old=changed["title"][0],
            new=changed["title"][1],
        )
    said = {
        "title": _("the title"),
        "description": _("the description"),
        "visibility": _("who sees it"),
        "order_mode": _("the order"),
        "consume": _("whether songs stay"),
    }
    names = [said[name] for name in said if name in changed]
    names += [_("the settings")] if changed.keys() - said.keys() else []
    return _("changed %(what)s", what=_(" and ").join(names))


def _added(title: str) -> str:
    return _("added “%(title)s”", title=title)


def _removed(title: str) -> str:
    return _("removed “%(title)s”", title=title)


def _moved(title: str) -> str:
    return _("moved “%(title)s”", title=title)


_WITH_WHOM: dict[str, Callable[[str], str]] = {
    "undo_person": lambda whom: _("took back what %(whom)s did", whom=whom),
    "take_out": lambda whom: _("took out what %(whom)s had waiting, and their votes", whom=whom),
    "block": lambda whom: _("blocked %(whom)s", whom=whom),
    "unblock": lambda whom: _("unblocked %(whom)s", whom=whom),
}
_SINGLE = {"added": _added, "removed": _removed, "moved": _moved}


def _of_event_in_words(
    type_: str, payload: JSON, titles: Mapping[str, str], names: Mapping[str, str]
) -> str:
    whom = names.get(payload["user"]["id"], _("somebody")) if "user" in payload else ""
    title = titles.get(payload.get("id") or "", _("a song"))
    match type_:
        case events.TrackAdded.type:
            return _added(payload["item"]["track"]["title"])
        case events.TrackMoved.type:
            return _moved(payload["item"]["track"]["title"])
        case events.TrackRemoved.type:
            return _removed(title)
        case events.TrackPlaying.type:
            return _("began “%(title)s”", title=title)
        case events.MemberChanged.type if payload["role"]:
            return _("made %(whom)s %(role)s", whom=whom, role=payload["role"])
        case events.MemberChanged.type:
            return _("%(whom)s is no longer in it", whom=whom)
    return _("made or changed the playlist")


def _names(ids: Iterable[str | None]) -> dict[str, str]:
    rows = session().execute(select(User.id, User.name).where(User.id.in_({*ids} - {None})))
    return dict(rows.all())


def _titles(ids: Iterable[str]) -> dict[str, str]:
    """Of items that played, also when they are gone."""
    rows = session().execute(select(Play.item_id, Play.title).where(Play.item_id.in_({*ids})))
    return dict(rows.all())


def _steps(ids: Iterable[str]) -> dict[str, Step]:
    return {step.id: step for step in session().scalars(select(Step).where(Step.id.in_(ids)))}
