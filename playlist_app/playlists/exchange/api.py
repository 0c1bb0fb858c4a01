"""The API of exchange: a playlist as a file, and a file as a playlist."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request
from flask_login import current_user

from playlist_app.described import answers, bytes_of, takes
from playlist_app.library.audio import STALLED_AFTER
from playlist_app.library.export import NothingToExport, as_download, cut_off_who_stalls
from playlist_app.people.idempotency import ApiBlueprint
from playlist_app.people.limits import ADDS, limited
from playlist_app.people.models import User
from playlist_app.playlists import schemas
from playlist_app.playlists.exchange import answers as said
from playlist_app.playlists.exchange.entry import PlaylistFile
from playlist_app.playlists.exchange.matching import Match
from playlist_app.playlists.exchange.reading import LARGEST, read
from playlist_app.playlists.exchange.taking_in import take_in
from playlist_app.playlists.export import Export
from playlist_app.playlists.finding import find_playlist
from playlist_app.refusals import Invalid, NotAllowed
from playlist_app.web import takes_files

JSON = dict[str, Any]

LISTS: dict[str, tuple[str, Callable[[Export], str | bytes]]] = {
    "m3u8": ("audio/mpegurl", Export.m3u8),
    "xspf": ("application/xspf+xml", Export.xspf),
    "jspf": ("application/jspf+json", Export.jspf),
}
MEDIA = ("application/zip", *(mimetype for mimetype, _written in LISTS.values()))

api = ApiBlueprint("exchange_api", __name__, url_prefix="/api/v1/playlists")


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


@api.route("/<playlist_id>/export", methods=["GET"])
@answers(bytes_of("the file"), media=MEDIA, refuses=(503,))
@api.arguments(schemas.ExportAs, location="query")
def export_playlist(wanted: JSON, playlist_id: str) -> Response:
    """The songs as files in a zip, each with its tags, cover and lyrics; or their list: m3u8 names
    the files of the zip, XSPF and JSPF all songs, with hashes."""
    kind = wanted["format"]
    taken = Export(find_playlist(playlist_id, _me()), _me())
    if taken.is_empty and kind in ("zip", "m3u8"):
        raise NothingToExport("There is no audio in this playlist to take away.")
    name = f"{taken.name}.{kind}"
    if kind in LISTS:
        mimetype, written = LISTS[kind]
        return as_download(name, mimetype, written(taken))
    cut_off_who_stalls(STALLED_AFTER)
    return as_download(name, "application/zip", taken.zip())


@api.route("/import", methods=["POST"])
@answers(said.Imported, 201)
@takes({"multipart/form-data": (schemas.ImportedTitle, {"file": "m3u, m3u8, XSPF or JSPF"})})
@limited(ADDS)
@takes_files
def import_playlist() -> tuple[JSON, int]:
    """A new playlist of what the library has of a file's songs, found by hash, then by tags; and
    what it has not."""
    fields = schemas.ImportedTitle().load(
        {name: text for name, text in request.form.items() if name != "csrf_token"}
    )
    done = take_in(sent_file(), by=_me(), **fields)
    return {
        "playlist": done.playlist.shape_for(done.playlist.seen_as),
        "entries": [_shape(number, found) for number, found in enumerate(done.matches, start=1)],
        "missing": len(done.missing),
    }, 201


def sent_file() -> PlaylistFile:
    """The file of a form, read. Raises NotAllowed for a guest, and Invalid for what is none."""
    if not _me().is_member:
        raise NotAllowed("Guests can't make playlists.")
    given = request.files.get("file")
    if not given or not given.filename:
        raise Invalid.field("file", "Choose a playlist file: m3u, m3u8, XSPF or JSPF.")
    data = given.stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise Invalid.field("file", f"A playlist file has at most {LARGEST // 10**6} MB.")
    return read(data, given.filename)


def _shape(number: int, found: Match) -> JSON:
    entry, (artist, title) = found.entry, found.entry.ways_to_read[0]
    return {
        "number": number,
        "title": found.track.title if found.track else title,
        "artist": found.track.artist if found.track else artist,
        "album": entry.album,
        "duration_seconds": entry.duration_seconds,
        "found_by": found.by,
        "track_id": found.track.id if found.track else None,
    }
