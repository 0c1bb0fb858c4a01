"""The pages of a playlist's thread."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from playlist_app.library import quota, upload
from playlist_app.library.incoming import IncomingFile
from playlist_app.library.models import AudioFile
from playlist_app.people.limits import MESSAGES, limited
from playlist_app.people.models import User
from playlist_app.playlists.finding import find_playlist
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.past.snapshots import find_snapshot
from playlist_app.playlists.roles import RIGHTS, Right
from playlist_app.playlists.thread.messages import (
    LARGEST_CLIP,
    LONGEST_TEXT,
    Message,
    find_message,
    messages_of,
    require_clip_size,
    require_writer,
)
from playlist_app.refusals import NotAllowed
from playlist_app.web import FORM_AT_MOST, takes_bytes

pages = Blueprint("thread", __name__, url_prefix="/playlists/<playlist_id>/thread")


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


def _to_thread(playlist: Playlist) -> ResponseReturnValue:
    return redirect(url_for("thread.show", playlist_id=playlist.id), 303)


def _given(playlist: Playlist) -> dict[str, Any]:
    found, more = messages_of(playlist, before=request.args.get("before", type=int))
    return {
        "playlist": playlist,
        "messages": [message.shape_for(_me()) for message in found],
        "more": more,
        "may_manage": Right.MANAGE in RIGHTS[playlist.seen_as],
        "longest": LONGEST_TEXT,
    }


@pages.get("")
def show(playlist_id: str) -> str:
    """What people wrote, newest first; one writes here."""
    playlist = find_playlist(playlist_id, _me())
    may_write = Right.VOTE in RIGHTS[playlist.seen_as]
    may_keep = Right.ADD in RIGHTS[playlist.seen_as]
    snapshot = request.args.get("snapshot")
    about = find_snapshot(playlist, snapshot).shape(names=False) if snapshot else None
    return render_template(
        "playlists/thread.html",
        **_given(playlist),
        may_write=may_write,
        may_keep=may_keep,
        may_sound=_me().is_member,
        about=about,
        largest=LARGEST_CLIP // 1_000_000,
    )


@pages.get("/messages")
def messages(playlist_id: str) -> str:
    """Region: the messages alone."""
    return render_template("playlists/_messages.html", **_given(find_playlist(playlist_id, _me())))


@pages.post("")
@limited(MESSAGES)
@takes_bytes(LARGEST_CLIP + FORM_AT_MOST)
def post(playlist_id: str) -> ResponseReturnValue:
    playlist = find_playlist(playlist_id, _me())
    require_writer(playlist, _me())  # before bytes are looked into
    snapshot = request.form.get("snapshot")
    Message.post(
        playlist,
        by=_me(),
        text=request.form.get("text", "").replace("\r\n", "\n"),
        snapshot=find_snapshot(playlist, snapshot) if snapshot else None,
        with_snapshot="take_snapshot" in request.form,
        audio=_clip(),
    )
    return _to_thread(playlist)


def _clip() -> AudioFile | None:
    """The sound that was sent along, stored. Raises what upload.receive does."""
    given = request.files.get("file")
    if not given or not given.filename or not isinstance(given.stream, IncomingFile):
        return None
    if not _me().is_member:
        raise NotAllowed("Guests can write here, but not send sound.")
    require_clip_size(given.stream.size)
    quota.require_room(_me(), given.stream.size)
    return upload.add_audio(upload.receive(given.stream, given.filename), _me())[0]


@pages.post("/<message_id>/edit")
@limited(MESSAGES)
def edit(playlist_id: str, message_id: str) -> ResponseReturnValue:
    playlist = find_playlist(playlist_id, _me())
    text = request.form.get("text", "").replace("\r\n", "\n")
    find_message(playlist, message_id).edit(text, by=_me())
    return _to_thread(playlist)


@pages.post("/<message_id>/delete")
def delete(playlist_id: str, message_id: str) -> ResponseReturnValue:
    playlist = find_playlist(playlist_id, _me())
    find_message(playlist, message_id).delete(by=_me())
    return _to_thread(playlist)
