"""From a look at a link to imports, for the pages: what was found in words, and taking what was
chosen of it.

What somebody else waits for on the wish list is not fetched a second time: asking for it becomes a
wish for theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from playlist_app.database import write
from playlist_app.imports import looking, wishes
from playlist_app.imports.in_words import megabytes
from playlist_app.imports.models import Look
from playlist_app.imports.states import Quality, State
from playlist_app.library.shapes import duration_text
from playlist_app.live import events
from playlist_app.people.models import User
from playlist_app.playlists.finding import find_playlist
from playlist_app.refusals import Conflict, Invalid, Refusal

JSON = dict[str, Any]


class NothingThere(Refusal):
    status = 422
    title = "That can't be imported"


@dataclass(frozen=True)
class Seen:
    """A look, as its page shows it; `seq` is older than what it shows."""

    row: Look
    seq: int

    @property
    def id(self) -> str:
        return self.row.id

    @property
    def url(self) -> str:
        return self.row.url

    @property
    def is_over(self) -> bool:
        return self.row.state not in (State.QUEUED, State.ACTIVE)

    @property
    def refusal(self) -> Refusal | None:
        """Why nothing was found, in a sentence."""
        if self.row.state == State.FAILED:
            return NothingThere(self.row.error or _("Nothing was found there."))
        if self.is_over and not self.entries:
            return NothingThere(_("There is nothing to hear there."))
        return None

    @cached_property
    def found(self) -> JSON:
        return looking.shape(self.row)

    @property
    def entries(self) -> list[JSON]:
        entries: list[JSON] = self.found.get("entries", [])
        return entries

    @property
    def title(self) -> str:
        return str(self.found.get("title") or self.url)

    @property
    def says(self) -> str:
        """What it is, how many, how long and how large: "A playlist of 300, 18:02:11, 1.4 GB"."""
        found, count = self.found, self.found.get("count", 0)
        kinds = {
            "playlist": _("A playlist of %(count)s", count=count),
            "feed": _("A podcast of %(count)s episodes", count=count),
        }
        parts: list[str] = [kinds.get(found.get("kind", ""), _("One piece"))]
        if found.get("duration_seconds"):
            parts.append(duration_text(found["duration_seconds"]))
        if found.get("size_bytes"):
            parts.append(megabytes(found["size_bytes"]))
        if count > len(self.entries):
            parts.append(_("the first %(count)s can be chosen", count=len(self.entries)))
        return ", ".join(parts)


def look_of(look_id: str, person: User) -> Seen:
    """Raises NotFound, also for somebody else's."""
    seq = events.newest_seq()
    return Seen(looking.find_look(look_id, person), seq)


@dataclass(frozen=True)
class Taken:
    """What came of taking: into which playlist it goes, and what a person is told."""

    playlist_id: str
    says: str


def take(
    look_id: str,
    *,
    by: User,
    chosen: Sequence[int],
    playlist_id: str,
    quality: str,
) -> Taken:
    """Put the chosen entries (by their place, from 0) of a look into the queue.

    Raises Conflict where it is not over, Invalid for what can't be chosen, and what
    `queue.enqueue` raises.
    """
    seen = look_of(look_id, by)
    if not seen.is_over or seen.refusal:
        raise Conflict(_("This link was not looked at yet."))
    if quality not in list(Quality):
        raise Invalid.field("quality", f"One of {', '.join(Quality)}.")
    if not chosen or not all(0 <= place < len(seen.entries) for place in chosen):
        raise Invalid.field("entries", _("Choose something first."))
    entries = [seen.entries[place] for place in dict.fromkeys(chosen)]
    playlist = find_playlist(playlist_id, by) if playlist_id else None
    with write():
        # Into a playlist of one's own it has to come by an import of one's own.
        keys = [] if playlist else [entry["key"] for entry in entries]
        joined = wishes.join_those_who_wait(keys, by)
        rest = [entry["id"] for entry in entries if entry["key"] not in joined]
        if rest:
            looking.take(seen.row, by=by, wanted=rest, playlist=playlist, quality=quality)
    return Taken(playlist.id if playlist else "", _told(len(rest), len(joined)))


def _told(taken: int, joined: int) -> str:
    said = []
    if taken:
        said.append(
            ngettext("%(num)s import is in the queue.", "%(num)s imports are in the queue.", taken)
        )
    if joined:
        said.append(
            ngettext(
                "%(num)s waits already: your wish was added.",
                "%(num)s wait already: your wishes were added.",
                joined,
            )
        )
    return " ".join(said)
