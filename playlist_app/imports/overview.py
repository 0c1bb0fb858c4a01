"""The server's downloads as people see them on /downloads: which, in which words, what can be done.

The unit of the list is what was asked for at once (a batch); one that holds a single import shows
as that. The number of queries does not grow with the rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, select, true, tuple_

from playlist_app.database import as_id, session
from playlist_app.imports.in_words import Words, acts_on, words_for
from playlist_app.imports.models import Batch, Import
from playlist_app.imports.states import UNFINISHED, State
from playlist_app.live import events
from playlist_app.people.models import User
from playlist_app.playlists.models import Playlist
from playlist_app.refusals import Invalid

JSON = dict[str, Any]

BATCHES_A_PAGE = 30
OPEN_AT_MOST = 4  # batches that are unfolded
ROWS_IN_ONE = 50  # of an unfolded batch

ENDED = (State.COMPLETED, State.FAILED, State.CANCELLED, State.IGNORED)


@dataclass(frozen=True)
class Tab:
    """A state by which the list can be narrowed, and how many imports are in it."""

    value: str
    name: str
    count: int


@dataclass(frozen=True)
class Asked:
    """What of the imports is to be shown, as its address says it."""

    state: str = ""  # a State, or all
    whose: str = ""  # "all": everybody's, for admins
    cursor: str = ""
    batch: str = ""  # this one alone, with all its rows
    open: tuple[str, ...] = ()  # which batches are unfolded
    on: str = ""  # "admin": the page of the administration, which shows everybody's

    @classmethod
    def of(cls, args: Mapping[str, str], person: User) -> Asked:
        on = "admin" if person.is_admin and args.get("on") == "admin" else ""
        sees_all = person.is_admin and (on or args.get("whose") == "all")
        state = args.get("state", "")
        unfolded = tuple(filter(None, map(as_id, args.get("open", "").split(",")[:OPEN_AT_MOST])))
        return cls(
            state=state if state in list(State) else "",
            whose="all" if sees_all else "",
            cursor=args.get("cursor", ""),
            batch=as_id(args.get("batch", "")) or "",
            open=unfolded,
            on=on,
        )

    def args(self) -> dict[str, str]:
        """As the arguments of an address; what is as usual is left out."""
        given = {"state": self.state, "whose": self.whose, "cursor": self.cursor}
        given |= {"batch": self.batch, "open": ",".join(self.open), "on": self.on}
        return {name: value for name, value in given.items() if value}


@dataclass
class Overview:
    """What `imports/_queue.html` shows."""

    asked: Asked
    seq: int
    tabs: list[Tab]
    rows: list[JSON] = field(default_factory=list)
    following: str = ""
    is_admins: bool = False

    @property
    def state(self) -> str:
        return self.asked.state

    @property
    def whose(self) -> str:
        return self.asked.whose

    def args(self) -> dict[str, str]:
        return self.asked.args()

    def link(self, **changes: str) -> str:
        """The address of the page with something of it changed; from its first rows again."""
        args = self.args() | ({"cursor": "", "batch": ""} if changes else {}) | changes
        return _address(args, "imports")

    def unfold(self, batch_id: str) -> str:
        """The address of the page with this batch unfolded, or folded where it is unfolded."""
        others = [one for one in self.asked.open if one != batch_id]
        now_open = others if batch_id in self.asked.open else [batch_id, *others][:OPEN_AT_MOST]
        args = self.args() | {"open": ",".join(now_open)}
        return _address(args, f"batch-{batch_id}")

    @property
    def can_retry_all(self) -> bool:
        """An admin retries everybody's: not where they see their own alone."""
        if self.is_admins and not self.whose:
            return False
        return any(tab.value == State.FAILED and tab.count for tab in self.tabs)

    @property
    def empty(self) -> str:
        text: str = _("Nothing is coming in. Paste a link above, and the server fetches it.")
        if self.asked.on:
            text = _("Nothing is fetched for anybody.")
        if self.state:
            text = _("None of that kind.")
        return text


def _address(args: Mapping[str, str], anchor: str) -> str:
    values: dict[str, Any] = {name: value for name, value in args.items() if value}
    page = "offline.downloads"
    if values.pop("on", ""):
        page = "imports.everybodys"
        values.pop("whose")
    return url_for(page, **values, _anchor=anchor)


def overview(person: User, asked: Asked) -> Overview:
    """The imports that `asked` names, of those this person sees."""
    seq = events.newest_seq()  # before the rows: what happens meanwhile is told again, not missed
    seen = _seen_by(person, asked)
    found = Overview(asked, seq, _tabs(seen), is_admins=person.is_admin)
    batches, found.following = _batches(seen, asked)
    ids = [batch.id for batch, _who, _title in batches]
    tallies = _tallies(ids)
    singles = [one for one in ids if tallies[one].total == 1]
    unfolded = [one for one in ids if one not in singles and one in (*asked.open, asked.batch)]
    inner = _imports(singles, unfolded, asked)
    words = words_for([one for rows in inner.values() for one in rows], person)
    for batch, who, title in batches:
        is_mine = batch.person_id == person.id
        place = {
            "who": None if is_mine else who,
            # Whose import goes into which list is for those alone who imported it.
            "playlist": {"id": batch.playlist_id, "title": title} if is_mine and title else None,
        }
        rows = [import_row(one, words) for one in inner.get(batch.id, [])]
        if batch.id in singles:
            if rows:
                found.rows.append({"one": rows[0] | place})
        else:
            found.rows.append({"batch": _batch_row(batch, tallies[batch.id], rows, asked) | place})
    return found


def _seen_by(person: User, asked: Asked) -> ColumnElement[bool]:
    return true() if asked.whose == "all" and person.is_admin else Import.person_id == person.id


def _tabs(seen: ColumnElement[bool]) -> list[Tab]:
    states = select(Import.state, func.count()).where(seen).group_by(Import.state)
    counts: dict[str, int] = {row[0]: row[1] for row in session().execute(states)}
    names = {
        "": _("All"),
        State.ACTIVE: _("Coming in"),
        State.QUEUED: _("Waiting"),
        State.PAUSED: _("Paused"),
        State.COMPLETED: _("Done"),
        State.FAILED: _("Failed"),
        State.CANCELLED: _("Cancelled"),
        State.IGNORED: _("Gone"),
    }
    return [Tab(value, name, counts.get(value, 0)) for value, name in names.items()]


def _batches(seen: ColumnElement[bool], asked: Asked) -> tuple[list[Any], str]:
    fits = [seen, Import.batch_id == Batch.id]
    if asked.state:
        fits.append(Import.state == asked.state)
    query = (
        select(Batch, User.name, Playlist.title)
        .join(User, User.id == Batch.person_id)
        .outerjoin(Playlist, Playlist.id == Batch.playlist_id)
        .where(select(Import.id).where(*fits).correlate(Batch).exists())
        .order_by(Batch.created_at.desc(), Batch.id.desc())
        .limit(BATCHES_A_PAGE + 1)
    )
    if asked.batch:
        query = query.where(Batch.id == asked.batch)
    if asked.cursor:
        query = query.where(tuple_(Batch.created_at, Batch.id) < _after(asked.cursor))
    rows = list(session().execute(query))
    following = ""
    if len(rows) > BATCHES_A_PAGE:
        rows.pop()
        last = rows[-1][0]
        following = f"{iso_whole(last.created_at)}.{last.id}"
    return rows, following


def iso_whole(moment: datetime) -> str:
    """A moment to the microsecond, as text without a dot or a colon."""
    return moment.strftime("%Y%m%dT%H%M%S%f")


def _after(cursor: str) -> Any:
    at, _dot, id_ = cursor.partition(".")
    try:
        moment = datetime.strptime(at + "+0000", "%Y%m%dT%H%M%S%f%z")
    except ValueError:
        raise Invalid.field("cursor", "This is no cursor of this list.") from None
    return moment, id_


@dataclass
class Tally:
    """How the imports of a batch stand."""

    states: dict[str, int] = field(default_factory=dict)
    is_on_its_way: float = 0.0  # the progress of those that come in, added up

    @property
    def total(self) -> int:
        return sum(self.states.values())

    def count(self, *states: str) -> int:
        return sum(self.states.get(state, 0) for state in states)


def _tallies(batches: Sequence[str]) -> dict[str, Tally]:
    tallies = {batch: Tally() for batch in batches}
    rows = session().execute(
        select(Import.batch_id, Import.state, func.count(), func.sum(Import.progress))
        .where(Import.batch_id.in_(batches))
        .group_by(Import.batch_id, Import.state)
    )
    for batch, state, count, progress in rows:
        tallies[batch].states[state] = count
        if state == State.ACTIVE:
            tallies[batch].is_on_its_way = progress
    return tallies


def _imports(
    singles: Sequence[str], unfolded: Sequence[str], asked: Asked
) -> dict[str, list[Import]]:
    """The imports that are shown one by one, by batch, each batch's in its order."""
    number = func.row_number().over(
        partition_by=Import.batch_id, order_by=(Import.position, Import.id)
    )
    fits: list[ColumnElement[bool]] = [Import.batch_id.in_((*singles, *unfolded))]
    if asked.state:
        fits.append(Import.state == asked.state)
    numbered = select(Import.id, number.label("number")).where(*fits).subquery()
    query = (
        select(Import)
        .join(numbered, numbered.c.id == Import.id)
        .order_by(Import.batch_id, Import.position, Import.id)
    )
    if not asked.batch:
        query = query.where(numbered.c.number <= ROWS_IN_ONE)
    found: dict[str, list[Import]] = {}
    for one in session().scalars(query):
        found.setdefault(one.batch_id, []).append(one)
    return found


def import_row(one: Import, words: Words) -> JSON:
    """What `imports/_import.html` shows of one import."""
    is_open = one.state in (State.ACTIVE, State.PAUSED)
    return {
        "id": one.id,
        "state": one.state,
        "title": one.title or one.url,
        "host": one.host,
        "track_id": one.track_id,
        "has_progress": is_open,
        "percent": round(one.progress * 100),
        "wanted": one.wishes,
        "is_wished": one.wishes > 0 and one.state in UNFINISHED,
        **words.of(one),
    }


def _batch_row(batch: Batch, tally: Tally, rows: list[JSON], asked: Asked) -> JSON:
    ended, completed = tally.count(*ENDED), tally.count(State.COMPLETED)
    failed = tally.count(State.FAILED, State.IGNORED)
    shown = tally.count(asked.state) if asked.state else tally.total
    is_open = batch.id in asked.open or batch.id == asked.batch
    return {
        "id": batch.id,
        "title": batch.title or batch.url,
        "total": tally.total,
        "ended": round(ended + tally.is_on_its_way, 2),
        "says": _("%(done)s of %(total)s", done=completed, total=tally.total),
        "failed": _("%(count)s failed", count=failed) if failed else "",
        "is_open": is_open,
        "rows": rows,
        "more": shown - len(rows) if is_open else 0,
        "acts": acts_on(tally.states),
    }
