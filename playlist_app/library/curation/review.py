"""Review: what members add waits, where the server asks for it, until a reviewer decides."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import func, select

from playlist_app.database import now, session, write
from playlist_app.library.models import Status, Track
from playlist_app.library.texts import clean_text
from playlist_app.live import events
from playlist_app.people.models import User
from playlist_app.refusals import Conflict, Invalid, NotAllowed

LONGEST_REASON = 1000  # characters


class Decision(StrEnum):
    PUBLISH = "publish"
    REJECT = "reject"
    SUBMIT = "submit"  # of who added it: look again


def review(track: Track, decision: Decision, by: User, reason: str = "") -> None:
    """Publish a track that waits or was rejected; reject it with a reason, which who added it sees;
    or, by who added it, submit what was rejected again. The same again changes nothing.

    Raises NotAllowed, Conflict where the track is published already, or Invalid without a reason.
    """
    with write() as tx:
        tx.refresh(track)
        if decision == Decision.SUBMIT:
            _submit(track, by)
            return
        if not by.is_reviewer:
            raise NotAllowed("Only a reviewer can publish or reject a track.")
        reason = clean_text(reason, "reason", longest=LONGEST_REASON)
        if decision == Decision.REJECT and not reason:
            raise Invalid.field("reason", "Say why, for who added it.")
        if track.status == Status.PUBLISHED:
            if decision == Decision.PUBLISH:
                return
            raise Conflict("This track is published already. It can be edited, or deleted.")
        status = Status.PUBLISHED if decision == Decision.PUBLISH else Status.REJECTED
        kept = reason if decision == Decision.REJECT else None
        if (track.status, track.review_reason) == (status, kept):
            return
        track.status, track.review_reason = status, kept
        track.reviewed_by_id, track.reviewed_at = by.id, now()
        tx.flush()
        events.record(events.TrackReviewed(track.shape()), person=track.owner_id, by=by.id)


def waiting_count() -> int:
    """How many tracks wait for a reviewer."""
    return session().scalar(select(func.count()).where(Track.status == Status.PENDING)) or 0


def require_published(track: Track) -> None:
    """Raises Conflict for a track that others can't hear yet: it is in no list until then."""
    if track.status == Status.PENDING:
        raise Conflict(
            f"“{track.title}” waits for a reviewer. It can be added once it is published.",
            extra=_status(track),
        )
    if track.status == Status.REJECTED:
        raise Conflict(
            f"“{track.title}” was rejected by a reviewer, so it can't be added.",
            extra=_status(track),
        )


def _status(track: Track) -> dict[str, Any]:
    return {"track_status": track.status}


def _submit(track: Track, by: User) -> None:
    if by.id != track.owner_id:
        raise NotAllowed("Only who added a track can submit it again.")
    if track.status == Status.REJECTED:
        # The reason stays until the next decision: the reviewer sees what it was about.
        track.status = Status.PENDING
