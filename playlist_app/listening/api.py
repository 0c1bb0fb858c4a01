"""The API of listening: what one heard, and where one is. Everybody's own, and nobody else's."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from typing import Any

from flask_login import current_user

from playlist_app.database import as_id, iso
from playlist_app.described import answers
from playlist_app.listening import answers as said
from playlist_app.listening import place, recording
from playlist_app.listening.schemas import APlace, AskStatistics, Listens, ListListens
from playlist_app.listening.statistics import Asked, statistics_of
from playlist_app.people.idempotency import ApiBlueprint, steps_itself
from playlist_app.people.models import User
from playlist_app.refusals import Invalid

JSON = dict[str, Any]

api = ApiBlueprint("listening_api", __name__, url_prefix="/api/v1")


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


@api.route("/listens", methods=["POST"])
@answers(said.ReportedListens)
@steps_itself  # each listen is a step of its own, and is recorded once by its id
@api.arguments(Listens)
def report_listens(values: JSON) -> JSON:
    """Report what was heard; one result each, in order."""
    return {"results": recording.report(values["items"], device=values["device"], by=_me())}


@api.route("/listens", methods=["GET"])
@answers(said.Listens)
@api.arguments(ListListens, location="query")
def list_listens(values: JSON) -> JSON:
    """What one heard, newest first."""
    limit = values["limit"]
    rows = recording.history(_me(), limit=limit + 1, before=_before(values["cursor"]))
    items = [
        {
            "id": listen.id,
            "track": track.shape() if track else None,
            "title": listen.title,
            "artist": listen.artist,
            "genre": listen.genre,
            "added_by": {"id": listen.added_by_id, "name": name} if name else None,
            "playlist": listen.playlist_id,
            "at": iso(listen.at),
            "seconds": listen.seconds,
            "finished": listen.is_finished,
            "counts": listen.is_play,
            "device": listen.device,
        }
        for listen, track, name in rows[:limit]
    ]
    following = None
    if len(rows) > limit:
        last = rows[limit - 1][0]
        following = base64.urlsafe_b64encode(f"{last.at.isoformat()} {last.id}".encode()).decode()
    return {"items": items, "next_cursor": following}


def _before(cursor: str) -> tuple[datetime, str] | None:
    if not cursor:
        return None
    try:
        at, _, id_ = base64.urlsafe_b64decode(cursor).decode().partition(" ")
        if not as_id(id_):
            raise ValueError
        return datetime.fromisoformat(at).astimezone(UTC), id_
    except (ValueError, OverflowError, binascii.Error):
        raise Invalid.field("cursor", "This cursor isn't one that a list answered.") from None


@api.route("/listens", methods=["DELETE"])
@answers()
def clear_listens() -> tuple[str, int]:
    """Clear one's history, and the play counts with it."""
    recording.clear_history(by=_me())
    return "", 204


@api.route("/listening", methods=["GET"])
@answers(said.Place, also={204: None})
def where_i_am() -> JSON | tuple[str, int]:
    """What one listened to last, on whichever device, and where in it; 204 when that is nothing."""
    return place.place_of(_me()) or ("", 204)


@api.route("/listening", methods=["PUT"])
@answers(said.Kept)
@api.arguments(APlace)
def i_am_here(values: JSON) -> JSON:
    """Note where the player of a device is; what is later known stands."""
    return {"kept": place.keep(place.Report(**values), by=_me())}


@api.route("/statistics", methods=["GET"])
@answers(said.Statistics)
@api.arguments(AskStatistics, location="query")
def statistics(values: JSON) -> JSON:
    """What one heard, counted: own data only."""
    return statistics_of(_me(), Asked(**values))
