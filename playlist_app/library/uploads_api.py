"""The API of resumable uploads: tus 1.0.0 (https://tus.io/protocols/resumable-upload) with the
extensions creation, checksum, termination and expiration; and one call of our own, `finish`, which
looks into the file and makes a track of it.
"""

from __future__ import annotations

import base64
import binascii
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import orjson
from flask import Response, request, url_for
from flask_login import current_user
from werkzeug.http import http_date

from playlist_app.config import settings
from playlist_app.described import answers, bytes_of, takes
from playlist_app.library import answers as said
from playlist_app.library import quota
from playlist_app.library.pieces import ALGORITHMS, Checksum
from playlist_app.library.resumable import (
    PIECE_AT_MOST,
    Upload,
    find_upload,
    unfinished,
)
from playlist_app.library.schemas import NewUpload, TrackFields
from playlist_app.people.idempotency import ApiBlueprint, once, steps_itself
from playlist_app.people.limits import UPLOADS, limited
from playlist_app.refusals import Invalid, Refusal
from playlist_app.shapes import Track
from playlist_app.web import takes_bytes

JSON = dict[str, Any]

VERSION = "1.0.0"
EXTENSIONS = "creation,checksum,termination,expiration"
OCTETS = "application/offset+octet-stream"
# What a slow phone sends in this time is kept, and it asks again: a thread of the server is not
# held for longer.
LONGEST = timedelta(seconds=30)

# What answers and calls have in their heads.
AT = {"Upload-Offset": "how many bytes are here", "Upload-Expires": "until when it is kept"}
TUS = {"Tus-Resumable": {"enum": [VERSION], "description": "the version of tus that you speak"}}
NUMBER = {"type": "string", "pattern": "^[0-9]{1,15}$"}

api = ApiBlueprint("uploads_api", __name__, url_prefix="/api/v1/uploads")


class OtherVersion(Refusal):
    status = 412
    title = "This server speaks another version of tus"


class WrongType(Refusal):
    status = 415
    title = "That is not a piece of a file"


class NoLength(Refusal):
    status = 411
    title = "How long it is must be said first"


@api.after_request
def _says_what_it_speaks(response: Response) -> Response:
    response.headers["Tus-Resumable"] = VERSION
    if request.method == "OPTIONS" or response.status_code == OtherVersion.status:
        response.headers["Tus-Version"] = VERSION
    if request.method == "OPTIONS":
        response.headers["Tus-Extension"] = EXTENSIONS
        response.headers["Tus-Max-Size"] = str(settings().upload_limit)
        response.headers["Tus-Checksum-Algorithm"] = ",".join(ALGORITHMS)
    return response


@api.route("", methods=["GET"])
@answers(said.Uploads)
def uploads() -> JSON:
    """One's own unfinished uploads, and how much one may store (`limit_bytes` null: no limit)."""
    items = unfinished(current_user)
    storage = {
        "used_bytes": quota.stored_by(current_user),
        "limit_bytes": quota.limit_of(current_user),
    }
    return {"items": [one.shape() for one in items], "next_cursor": None, "storage": storage}


@api.route("", methods=["POST"])
@answers(said.Upload, 201, headers=AT, refuses=(411, 412))
@takes(
    headers=TUS
    | {
        "Upload-Length": {**NUMBER, "description": "how many bytes the file has"},
        "Upload-Metadata": {
            "type": "string",
            "description": "`filename`, `sha256` and `modified`, each with its value in Base64",
            "pattern": "^[a-z0-9]+ [A-Za-z0-9+/]+=*(,[a-z0-9]+ [A-Za-z0-9+/]+=*)*$",
        },
    }
)
@limited(UPLOADS)
@steps_itself
def begin() -> Response:
    """Begin one (`Upload-Length`, `Upload-Metadata`: filename, and sha256 and modified where they
    are known), or go on with the unfinished one of the same bytes."""
    _require_tus()
    if "Upload-Defer-Length" in request.headers:
        raise NoLength("Say how long the file is, in Upload-Length.")
    size = _number("Upload-Length")
    values = NewUpload().load(_metadata())

    def begun() -> tuple[JSON, int]:
        upload = Upload.begin(
            current_user,
            name=values["filename"],
            size=size,
            sha256=values["sha256"],
            modified=values["modified"],
        )
        return upload.shape(), 201

    response = once(begun)
    answer = orjson.loads(response.get_data())
    response.headers["Location"] = url_for("uploads_api.show", upload_id=answer["id"])
    response.headers["Upload-Offset"] = str(answer["offset"])
    return response


@api.route("/<upload_id>", methods=["GET"])
@answers(said.Upload, headers=AT)
def show(upload_id: str) -> Response:
    """How far it is; as HEAD, in tus' own headers."""
    upload = find_upload(upload_id, current_user)
    shape = upload.shape()
    response = Response(orjson.dumps(shape), mimetype="application/json")
    response.headers["Upload-Length"] = str(upload.size_bytes)
    response.headers["Cache-Control"] = "no-store"
    return _at(response, upload, shape["offset"])


@api.route("/<upload_id>", methods=["PATCH"])
@answers(headers=AT, refuses=(411, 412, 415, 423, 460))
@takes(
    {OCTETS: bytes_of("the piece, as it is")},
    headers=TUS
    | {"Upload-Offset": {**NUMBER, "description": "the byte at which the piece begins"}},
)
@takes_bytes(PIECE_AT_MOST)
@steps_itself
def append(upload_id: str) -> Response:
    """The next piece, from `Upload-Offset` on; of 8 MiB at most, and for half a minute at most."""
    _require_tus()
    if request.mimetype != OCTETS:
        raise WrongType(f"Send the bytes as they are, as {OCTETS}.")
    if request.content_length is None:
        raise NoLength("Say how long this piece is, in Content-Length.")
    upload = find_upload(upload_id, current_user)
    with _at_most(LONGEST):
        offset = upload.append(
            request.stream,
            at=_number("Upload-Offset"),
            length=request.content_length,
            checksum=_checksum(),
        )
    return _at(Response(status=204), find_upload(upload_id, current_user), offset)


@api.route("/<upload_id>", methods=["DELETE"])
@answers()
@steps_itself
def cancel(upload_id: str) -> tuple[str, int]:
    """Cancel it: what was sent is removed."""
    find_upload(upload_id, current_user).cancel()
    return "", 204


@api.route("/<upload_id>/finish", methods=["POST"])
@answers(Track, 201, refuses=(423, 460))
@takes({"application/json": (TrackFields,)}, optional_body=True)
@steps_itself
def finish(upload_id: str) -> tuple[JSON, int]:
    """Make a track of what is here in whole; JSON may say what goes before the file's own tags.
    Asked again it answers the same track, or the same refusal."""
    fields = TrackFields().load(request.get_json() if request.content_length else {})
    return find_upload(upload_id, current_user).finish(current_user, fields).shape(), 201


def _at(response: Response, upload: Upload, offset: int) -> Response:
    response.headers["Upload-Offset"] = str(offset)
    response.headers["Upload-Expires"] = http_date(upload.expires_at)
    return response


def _require_tus() -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise OtherVersion(f"Send Tus-Resumable: {VERSION}.")


def _number(header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise Refusal(f"{header} takes a number of bytes.")
    return int(text)


def _metadata() -> dict[str, str]:
    """`Upload-Metadata`: pairs of a name and Base64, comma separated."""
    found = {}
    for pair in filter(None, request.headers.get("Upload-Metadata", "").split(",")):
        name, _, value = pair.strip().partition(" ")
        try:
            found[name] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise Invalid.field(name, "Upload-Metadata takes UTF-8 in Base64.") from None
    return found


def _checksum() -> Checksum | None:
    given = request.headers.get("Upload-Checksum")
    if given is None:
        return None
    algorithm, _, value = given.partition(" ")
    if algorithm not in ALGORITHMS:
        raise Refusal(f"Upload-Checksum takes {' or '.join(ALGORITHMS)}.")
    with suppress(binascii.Error):
        return Checksum(algorithm, base64.b64decode(value, validate=True))
    raise Refusal("Upload-Checksum takes Base64.")


@contextmanager
def _at_most(longest: timedelta) -> Iterator[None]:
    """Stop reading from a connection that is slower than this; what came is kept."""
    connection: socket.socket | None = request.environ.get("gunicorn.socket")
    if not connection:
        yield
        return
    timer = threading.Timer(longest.total_seconds(), _read_no_more, (connection,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _read_no_more(connection: socket.socket) -> None:
    with suppress(OSError):  # it was closed by the other side
        connection.shutdown(socket.SHUT_RD)
