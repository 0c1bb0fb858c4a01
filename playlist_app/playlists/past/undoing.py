"""Undoing: taking a change back, or all that a person did, as one change of its own.

What was changed again since stays as it is, and is said. An undo is a step like any other, so that
it can be undone as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ColumnElement, select, update

from playlist_app.database import now, session, write
from playlist_app.live import events
from playlist_app.people.models import User
from playlist_app.playlists.items import Item
from playlist_app.playlists.members import require
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.past.list_state import ListState
from playlist_app.playlists.past.snapshots import Kind, take_before
from playlist_app.playlists.past.steps import Place, Step
from playlist_app.playlists.roles import Right
from playlist_app.playlists.votes import Vote
from playlist_app.refusals import Conflict, NotFound

AT_ONCE = 1_000  # steps of a person that are taken back together

# What only those who run the playlist do, so that only they take it back.
_OF_HOSTS = {"settings", "undo_person", "take_out"}


# What is changed elsewhere, and not by taking it back.
LASTING = {"block", "unblock"}


class NothingToUndo(Conflict):
    title = "Nothing to take back"


@dataclass(frozen=True)
class Undone:
    """What came of it: the step, how many steps it took back, and what stays as it is, and why."""

    step: Step | None
    count: int
    left: Sequence[str]

    @property
    def in_words(self) -> str:
        """One sentence or more, for a page."""
        said = [ngettext("Taken back.", "%(num)s changes were taken back.", self.count)]
        if not self.count:
            said = [_("There was nothing to take back.")]
        rest = len(self.left) - 3
        return " ".join(
            [*said, *self.left[:3], *([_("And %(n)s more.", n=rest)] if rest > 0 else [])]
        )


def find_step(playlist: Playlist, step_id: str) -> Step:
    """Raises NotFound, also for one that is no longer kept."""
    step = session().get(Step, step_id)
    if not step or step.playlist_id != playlist.id:
        raise NotFound("This change isn't kept any more. Changes can be taken back for 30 days.")
    return step


def newest_of(playlist: Playlist, person: User) -> Step:
    """The person's newest change that still stands, and is no undo. Raises NothingToUndo."""
    step = session().scalar(
        select(Step)
        .where(
            Step.playlist_id == playlist.id,
            Step.by_id == person.id,
            Step.undone_by.is_(None),
            Step.kind.not_in(["undo", *LASTING]),
        )
        .order_by(Step.seq.desc())
        .limit(1)
    )
    if not step:
        raise NothingToUndo("There is no change of yours here that could be taken back.")
    return step


def undo(playlist: Playlist, step: Step, *, by: User) -> Undone:
    """Take one change back. Raises NotAllowed, and NothingToUndo where it was taken back already
    or all of it was changed again since."""
    with write() as tx:
        require(playlist, by, Right.SEE)
        state = ListState(playlist)
        _require(step, state, by)
        if step.kind in LASTING:
            raise NothingToUndo("Whom you blocked or not you change under “Share”.")
        if step.undone_by:
            raise NothingToUndo("This was taken back already.")
        _reverse(state, step)
        done = state.become("undo", by, of_id=step.id, about_id=step.about_id)
        if not done:
            raise NothingToUndo(" ".join(state.left[:5]) or "It is as it was before already.")
        tx.execute(update(Step).where(Step.undone_by == step.id).values(undone_by=None))
        step = tx.get_one(Step, step.id)
        step.undone_by = done.id
        tx.flush()
    return Undone(done, 1, state.left)


def undo_all_of(
    playlist: Playlist, person: User, *, by: User, within: timedelta = timedelta(hours=1)
) -> Undone:
    """Take back all that a person changed here lately, their votes too, in one change."""
    with write() as tx:
        require(playlist, by, Right.MANAGE)
        since = now() - within
        steps = tx.scalars(
            select(Step)
            .where(
                Step.playlist_id == playlist.id,
                Step.by_id == person.id,
                Step.at >= since,
                Step.undone_by.is_(None),
                Step.kind.not_in(LASTING),
            )
            .order_by(Step.seq.desc())
            .limit(AT_ONCE)
        ).all()
        # Where they took something of their own back, nothing of it is left.
        of = {step.of_id for step in steps} - {None}
        own = set(tx.scalars(select(Step.id).where(Step.id.in_(of), Step.by_id == person.id)))
        steps = [step for step in steps if step.of_id not in own]
        state = ListState(playlist)
        take_before(state, Kind.UNDO, by)
        for step in steps:
            _reverse(state, step)
        _take_votes(state, person, Vote.at >= since)
        done = state.become("undo_person", by, about_id=person.id)
        if done:
            ids = [step.id for step in steps]
            tx.execute(update(Step).where(Step.id.in_(ids)).values(undone_by=done.id))
    return Undone(done, len(steps), state.left)


def take_out(playlist: Playlist, person: User, *, by: User) -> Undone:
    """Take away what a person has waiting in the list, and all their votes."""
    with write():
        require(playlist, by, Right.MANAGE)
        state = ListState(playlist)
        take_before(state, Kind.UNDO, by)
        playing = playlist.room.item_id
        waiting = [
            place.id
            for place in state.before.values()
            if place.added_by == person.id and not place.played_at and place.id != playing
        ]
        for id_ in waiting:
            state.take_off(id_)
        votes = _take_votes(state, person)
        done = state.become("take_out", by, about_id=person.id)
    return Undone(done, len(waiting) + votes, state.left)


def _take_votes(state: ListState, person: User, *conditions: ColumnElement[bool]) -> int:
    rows = session().execute(
        select(Vote.item_id, Vote.value)
        .join(Item, Item.id == Vote.item_id)
        .where(Item.playlist_id == state.playlist.id, Vote.user_id == person.id, *conditions)
    )
    count = 0
    for item, value in rows:
        if item in state.now:
            state.votes[item, person.id] = (value, 0)
            count += 1
    return count


def _require(step: Step, state: ListState, by: User) -> None:
    """One's own change of one's own songs, or what an editor or the owner may do anyhow."""
    what = step.difference
    if step.kind in _OF_HOSTS or what.get("settings") or what.get("votes"):
        require(state.playlist, by, Right.MANAGE)
        return
    there = [state.now[item["id"]] for item in what.get("added", []) if item["id"] in state.now]
    added_by = {place.added_by for place in there}
    added_by |= {place["added_by"] for place in what.get("removed", [])}
    if step.by_id != by.id or what.get("moved") or added_by - {by.id}:
        require(state.playlist, by, Right.EDIT)
    elif what.get("removed"):
        require(state.playlist, by, Right.ADD)


def _reverse(state: ListState, step: Step) -> None:
    """Of a list as it shall be: as it was before the step."""
    what = step.difference
    anew = _ranked_anew(state.playlist, step)
    beside = what.get("order", [])
    for item in what.get("added", []):
        if item["id"] in state.now:
            state.take_off(item["id"])
        else:
            state.left.append(_("“%(title)s” was removed meanwhile.", title=item["title"]))
    lifted = []
    for item in what.get("moved", []):
        place = state.now.get(item["id"])
        if not place:
            state.left.append(_("“%(title)s” was removed meanwhile.", title=item["title"]))
        elif place.rank != item["to"] and not anew:
            state.left.append(_("“%(title)s” was moved again since.", title=item["title"]))
        else:
            lifted.append(Place.of(place.said() | {"rank": item["rank"]}))
    state.lift(lifted)
    state.put_down(lifted, beside, anew=anew)
    removed = [Place.of(said) for said in what.get("removed", [])]
    state.put_back(removed, beside, anew=anew)
    _reverse_settings(state, what.get("settings", {}))
    for item, person, before, after in what.get("votes", []):
        _reverse_vote(state, item, person, before, after)


def _reverse_settings(state: ListState, settings: dict[str, list[object]]) -> None:
    for name, (before, after) in settings.items():
        if state.settings.get(name, getattr(state.playlist, name)) == after:
            state.settings[name] = before
        else:
            setting = {"title": _("The title"), "description": _("The description")}
            called = setting.get(name, _("A setting"))
            state.left.append(_("%(setting)s was changed again since.", setting=called))


def _reverse_vote(state: ListState, item: str, person: str, before: int, after: int) -> None:
    if item not in state.before or item not in state.now:
        return  # one that comes back brings its votes along
    vote = session().get(Vote, (item, person))
    in_table = vote.value if vote else 0
    if state.votes.get((item, person), (0, in_table))[1] == after:
        state.votes[item, person] = (in_table, before)  # else they voted again since


def _ranked_anew(playlist: Playlist, step: Step) -> bool:
    """Whether all ranks were made anew since: then those of the step say nothing any more."""
    return bool(
        session().scalar(
            select(events.Event.seq)
            .where(
                events.Event.playlist_id == playlist.id,
                events.Event.type == events.PlaylistReordered.type,
                events.Event.seq > step.seq,
            )
            .limit(1)
        )
    )
