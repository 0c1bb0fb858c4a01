"""The API of a playlist's past: the time line, undoing, clearing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_login import current_user

from playlist_app.database import session
from playlist_app.described import answers
from playlist_app.people.idempotency import ApiBlueprint
from playlist_app.people.models import User
from playlist_app.playlists.finding import find_playlist
from playlist_app.playlists.members import require
from playlist_app.playlists.past import answers as said
from playlist_app.playlists.past import schemas
from playlist_app.playlists.past.clearing import clear
from playlist_app.playlists.past.timeline import timeline
from playlist_app.playlists.past.undoing import find_step, newest_of, undo, undo_all_of
from playlist_app.playlists.roles import Right
from playlist_app.refusals import NotFound

JSON = dict[str, Any]

api = ApiBlueprint("past_api", __name__, url_prefix="/api/v1/playlists/<playlist_id>")


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


@api.route("/timeline", methods=["GET"])
@answers(said.Timeline)
@api.arguments(schemas.TimelineOf, location="query")
def what_happened(values: JSON, playlist_id: str) -> JSON:
    """What happened and who did it, newest first; `person`: what one person did."""
    playlist = find_playlist(playlist_id, _me())
    lines, more = timeline(
        playlist, person=values["person"], before=values["cursor"], limit=values["limit"]
    )
    return {"items": lines, "next_cursor": str(more) if more else None}


@api.route("/undo", methods=["POST"])
@answers(said.Undone, refuses=(409,))
@api.arguments(schemas.Undo)
def take_back(values: JSON, playlist_id: str) -> JSON:
    """Take a change back: the one named, one's own newest, or all that a person did lately (who
    runs the playlist). What was changed again since stays, and is said."""
    playlist = find_playlist(playlist_id, _me())
    if "person" in values:
        require(playlist, _me(), Right.MANAGE)  # before it tells whether there is such a person
        person = find_person(values["person"])
        minutes = timedelta(minutes=values["minutes"])
        done = undo_all_of(playlist, person, by=_me(), within=minutes)
    else:
        named = values.get("change")
        step = find_step(playlist, named) if named else newest_of(playlist, _me())
        done = undo(playlist, step, by=_me())
    return {
        "change": done.step.id if done.step else None,
        "undone": done.count,
        "left_out": list(done.left),
        "seq": playlist.seq,
    }


@api.route("/clear", methods=["POST"])
@answers(said.Cleared)
def clear_list(playlist_id: str) -> JSON:
    """Take everything off the list but what plays, in one change that can be taken back."""
    playlist = find_playlist(playlist_id, _me())
    step = clear(playlist, by=_me())
    removed = len(step.difference["removed"]) if step else 0
    return {"change": step.id if step else None, "removed": removed, "seq": playlist.seq}


def find_person(person_id: str) -> User:
    person = session().get(User, person_id)
    if not person:
        raise NotFound("There is no such person here.")
    return person
