"""The API of the library: tracks, genres, audio files."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask_login import current_user
from sqlalchemy import func, or_, select

from playlist_app.config import settings
from playlist_app.database import as_id, iso, session
from playlist_app.described import answers, bytes_of, takes
from playlist_app.library import answers as said
from playlist_app.library import healing, quota, rules, upload
from playlist_app.library.chunked import find_entry
from playlist_app.library.curation import changes
from playlist_app.library.forms import location_in
from playlist_app.library.incoming import IncomingFile
from playlist_app.library.listing import Wanted, genres, list_tracks
from playlist_app.library.models import (
    CHUNK,
    AudioAlias,
    AudioFile,
    Track,
    find_track,
    hearable_by,
    visible_to,
)
from playlist_app.library.renditions import Profile, State, ask, renditions_of
from playlist_app.library.schemas import (
    ByUrl,
    KnownAudio,
    ListTracks,
    TrackFields,
    TrackOfKnownAudio,
    TrackWithoutAudio,
    WantedRendition,
)
from playlist_app.paging import Page, page_of
from playlist_app.people.idempotency import ApiBlueprint, once, steps_itself
from playlist_app.people.limits import UPLOADS, limited
from playlist_app.refusals import Invalid, NotAllowed, NotFound
from playlist_app.shapes import Track as TrackShape
from playlist_app.web import listed, takes_bytes, takes_files

JSON = dict[str, Any]

api = ApiBlueprint("library_api", __name__, url_prefix="/api/v1")


@api.route("/tracks", methods=["GET"])
@answers(said.Tracks, etag=True)
@api.arguments(ListTracks, location="query")
def tracks(wanted: dict[str, Any]) -> Response:
    """The library: found, filtered, ordered, a page at a time."""
    return listed(*list_tracks(Wanted(**wanted), current_user))


@api.route("/tracks", methods=["POST"])
@answers(TrackShape, 201)
@takes(
    {
        "multipart/form-data": (TrackFields, {"file": "the audio"}),
        "application/json": (TrackWithoutAudio, TrackOfKnownAudio),
    }
)
@limited(UPLOADS)
@takes_files
@steps_itself
def add_track() -> Response:
    """A new track: with its audio file (multipart, `file`), or JSON without one, or with the
    `sha256` of audio that is here and that one may hear."""
    _require_member()
    if request.mimetype != "multipart/form-data":
        return once(_add_without_audio)
    received, fields = _received(), _fields(TrackFields())
    return once(lambda: (upload.add_track(received, current_user, fields).shape(), 201))


def _add_without_audio() -> tuple[JSON, int]:
    given = request.get_json()
    if isinstance(given, dict) and "sha256" in given:
        fields = TrackOfKnownAudio().load(given)
        return upload.add_known(fields.pop("sha256"), current_user, fields).shape(), 201
    fields = TrackWithoutAudio().load(given)
    return Track.publish(current_user, **fields).shape(), 201


def _received() -> upload.Received:
    """The file of a multipart request, looked at. Raises Invalid where there is none."""
    given = request.files.get("file")
    if not given or not isinstance(given.stream, IncomingFile):
        raise Invalid.field("file", "Send the audio as a file named `file`.")
    return upload.receive(given.stream, given.filename or "")


def _fields(schema: TrackFields) -> JSON:
    """The fields of a form; a location as text in it: "48.2, 16.37", or geo:48.2,16.37;u=12."""
    given: JSON = {k: v for k, v in request.form.items() if k != "csrf_token"}
    if given.get("location"):
        given["location"] = location_in(given["location"])
    loaded: JSON = schema.load(given)
    return loaded


def _require_member() -> None:
    if not current_user.is_member:
        raise NotAllowed("Guests can't add to the library.")
    if request.mimetype == "multipart/form-data":
        quota.require_room(current_user, request.content_length or 0)


@api.route("/tracks/<track_id>", methods=["GET"])
@answers(TrackShape)
def track(track_id: str) -> JSON:
    """One track."""
    return find_track(track_id, current_user).shape()


@api.route("/tracks/<track_id>/peaks", methods=["GET"])
@answers(said.Peaks)
def peaks(track_id: str) -> JSON:
    """How loud it is from beginning to end: 400 values of 0 to 255, for a seek bar. None until its
    audio was analysed."""
    audio = find_track(track_id, current_user).audio
    return {"peaks": list(audio.peaks or b"") if audio else []}


@api.route("/tracks/<track_id>", methods=["PATCH"])
@answers(TrackShape)
@api.arguments(TrackFields)
def change_track(values: JSON, track_id: str) -> JSON:
    """Change what is said about a track; every list that holds it is told."""
    found = find_track(track_id, current_user)
    changes.edit([found.id], current_user, values)
    return found.shape()


@api.route("/tracks/<track_id>", methods=["DELETE"])
@answers()
def delete_track(track_id: str) -> tuple[str, int]:
    """Take a track out of the library and of every list."""
    find_track(track_id, current_user).delete(current_user)
    return "", 204


@api.route("/genres", methods=["GET"])
@answers(said.Genres, etag=True)
@api.arguments(Page, location="query")
def list_genres(page: JSON) -> Response:
    """The categories of the library, by name."""
    return listed(*page_of(genres(current_user), **page, id_of=lambda genre: str(genre["id"])))


@api.route("/audio", methods=["POST"])
@answers(said.AudioFile, 201, also={200: said.AudioFile})
@takes({"multipart/form-data": (None, {"file": "the audio"})})
@takes_files
@steps_itself
def add_audio() -> Response:
    """Store bytes: 201, or 200 with the record that is there when they were known."""
    _require_member()
    received = _received()

    def store() -> tuple[JSON, int]:
        audio, is_new = upload.add_audio(received, current_user)
        return _record(audio), 201 if is_new else 200

    return once(store)


@api.route("/audio/<audio_id>", methods=["GET"])
@answers(said.AudioFile)
def audio(audio_id: str) -> JSON:
    """The record of an audio file."""
    return _record(_find(AudioFile.id == (as_id(audio_id) or "")))


@api.route("/audio/by-hash/<sha256>", methods=["GET"])
@answers(said.AudioFile)
def audio_by_hash(sha256: str) -> JSON:
    """The record by the SHA-256 of the bytes, or of others with their sound, for those who may
    hear them."""
    alias = select(AudioAlias.audio_id).where(AudioAlias.sha256 == sha256.lower())
    return _record(_find(or_(AudioFile.sha256 == sha256.lower(), AudioFile.id.in_(alias))))


@api.route("/audio/by-hash/<sha256>/chunks", methods=["GET"])
@answers(said.Chunks)
def chunks_of_audio(sha256: str) -> JSON:
    """The SHA-256 of each chunk of an original or a rendition, so that a device can check what it
    keeps of it."""
    return find_entry(sha256.lower(), current_user)


@api.route("/audio/known", methods=["GET"])
@answers(said.KnownAudio)
@api.arguments(KnownAudio, location="query")
def known_audio(asked: JSON) -> JSON:
    """Which of these bytes need not be sent, for who may hear them: `sha256`, comma separated, at
    most 40. With each the track that is there, or null."""
    known = upload.known_audio(asked["sha256"], current_user)
    items = [
        {"sha256": sha256, "track": track.shape() if track else None}
        for sha256, (_, track) in known.items()
    ]
    return {"items": items, "next_cursor": None}


@api.route("/audio/<audio_id>/renditions", methods=["POST"])
@answers(said.Rendition, also={202: said.Rendition})
@api.arguments(WantedRendition)
def ask_for_rendition(wanted: JSON, audio_id: str) -> tuple[JSON, int]:
    """Have a rendition made: 202 while it is preparing, 200 when it is ready (or can't be made)."""
    return _rendition(_find(AudioFile.id == (as_id(audio_id) or "")), wanted)


@api.route("/audio/by-hash/<sha256>/renditions", methods=["POST"])
@answers(said.Rendition, also={202: said.Rendition})
@api.arguments(WantedRendition)
def ask_for_rendition_by_hash(wanted: JSON, sha256: str) -> tuple[JSON, int]:
    """The same, by the SHA-256 of the original, which a track's shape has."""
    return _rendition(_find(AudioFile.sha256 == sha256.lower()), wanted)


def _rendition(audio: AudioFile, wanted: JSON) -> tuple[JSON, int]:
    if audio.lost_at:
        raise NotFound("The server has lost this audio, so nothing can be made of it.")
    rendition = ask(audio, Profile(wanted["profile"]))
    return rendition.shape(), 202 if rendition.status == State.PREPARING else 200


@api.route("/audio/lost", methods=["GET"])
@answers(said.LostAudio)
def lost_audio() -> JSON:
    """Audio that one may hear and the server lost, with the chunks of it that are missing: a device
    that has it whole gives it back."""
    return {"items": healing.wanted_of(current_user), "next_cursor": None}


@api.route("/audio/<sha256>/chunks/<index>", methods=["PUT"])
@answers(said.Lost)
@takes({"application/octet-stream": bytes_of("the chunk, as it is")})
@takes_bytes(CHUNK)
@steps_itself
def give_back(sha256: str, index: str) -> JSON:
    """A chunk of audio that the server lost, as it is; answers what is missing now."""
    # What is no number is the number of no chunk.
    number = int(index) if index.isdecimal() and len(index) < 10 else -1
    return healing.give(sha256, number, request.get_data(), current_user)


@api.route("/audio/by-url", methods=["GET"])
@answers(said.AudioFile, refuses=(404,))
@api.arguments(ByUrl, location="query")
def audio_by_url(asked: JSON) -> JSON:
    """The record by the address that the bytes came from, for those who may hear them."""
    url = asked["url"]
    came = (rule(url) for rule in rules.came_from)
    return _record(_find(or_(AudioFile.source_url == url, *came)))


def _find(condition: Any) -> AudioFile:
    """Raises NotFound, just the same for bytes that aren't there and for those one may not hear."""
    found = session().scalar(select(AudioFile).where(condition, hearable_by(current_user)))
    if not found:
        raise NotFound("This audio isn't here, or isn't shared with you.")
    return found


def _record(audio: AudioFile) -> JSON:
    tracks = select(func.count(Track.number)).where(Track.audio_id == audio.id)
    count = session().scalar(tracks.where(visible_to(current_user)))
    return {
        "id": audio.id,
        "sha256": audio.sha256,
        "url": f"{settings().path_prefix}/audio/{audio.sha256}",
        "size_bytes": audio.size_bytes,
        "format": audio.format,
        "codec": audio.codec,
        "bitrate": audio.bitrate,
        "duration_seconds": audio.duration_seconds,
        "source_url": audio.source_url,
        "reference_count": count,
        "loudness_lufs": audio.loudness_lufs,
        "renditions": [rendition.shape() for rendition in renditions_of(audio)],
        "created_at": iso(audio.created_at),
    }
