"""The API of devices: what each tells of itself and holds; for its own person alone."""

from __future__ import annotations

from typing import Any

from flask_login import current_user

from playlist_app.database import as_id
from playlist_app.described import answers
from playlist_app.offline import answers as said
from playlist_app.offline import schemas
from playlist_app.offline.devices import find_copy, find_device, meet
from playlist_app.offline.held import copies_of, held_by, page_of
from playlist_app.people.idempotency import ApiBlueprint
from playlist_app.people.models import User
from playlist_app.playlists.finding import find_playlist
from playlist_app.refusals import Invalid

JSON = dict[str, Any]

api = ApiBlueprint("device_api", __name__, url_prefix="/api/v1")


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


def _id(text: str) -> str:
    """An id of an address in its canonical form; what is none finds nothing."""
    return as_id(text) or text


def _page(copies: list[JSON], wanted: JSON) -> JSON:
    items, following = page_of(copies, limit=wanted["limit"], cursor=wanted["cursor"])
    return {"items": items, "next_cursor": following}


@api.route("/devices", methods=["GET"])
@answers(said.Devices)
def devices() -> JSON:
    """One's devices, those seen last first, each with its copies. There are never more than a page
    has."""
    return {"items": [held.shape() for held in held_by(_me())], "next_cursor": None}


@api.route("/devices/<device_id>", methods=["GET"])
@answers(said.Device)
def device(device_id: str) -> JSON:
    """One device with its copies."""
    found = find_device(_id(device_id), _me())
    return found.shape() | {"copies": copies_of(_me(), device=found.id)}


@api.route("/devices/<device_id>", methods=["PUT"])
@answers(said.Device, also={201: said.Device})
@api.arguments(schemas.ADevice)
def tell(values: JSON, device_id: str) -> tuple[JSON, int]:
    """A device tells of itself. Its id is a UUID that it made."""
    id_ = as_id(device_id)
    if not id_:
        raise Invalid("The id of a device is a UUID.")
    found, is_new = meet(id_, by=_me(), **values)
    shape = found.shape() | {"copies": copies_of(_me(), device=found.id)}
    return shape, 201 if is_new else 200


@api.route("/devices/<device_id>", methods=["DELETE"])
@answers()
def forget(device_id: str) -> tuple[str, int]:
    """Forget a device; what is on it stays, and it comes again when it is used."""
    find_device(_id(device_id), _me()).forget()
    return "", 204


@api.route("/devices/<device_id>/copies", methods=["GET"])
@answers(said.Copies)
@api.arguments(schemas.APage, location="query")
def copies(wanted: JSON, device_id: str) -> JSON:
    """The playlists that a device holds, by title."""
    found = find_device(_id(device_id), _me())
    return _page(copies_of(_me(), device=found.id), wanted)


@api.route("/devices/<device_id>/copies/<playlist_id>", methods=["GET"])
@answers(said.DeviceCopy)
def copy(device_id: str, playlist_id: str) -> JSON:
    """What a device holds of one playlist."""
    return find_copy(find_device(_id(device_id), _me()), _id(playlist_id)).shape()


@api.route("/devices/<device_id>/copies/<playlist_id>", methods=["PUT"])
@answers(said.DeviceCopy, also={201: said.DeviceCopy})
@api.arguments(schemas.ADeviceCopy)
def hold(values: JSON, device_id: str, playlist_id: str) -> tuple[JSON, int]:
    """A device tells what it holds of a playlist; of a small copy the renditions are made."""
    found = find_device(_id(device_id), _me())
    held, is_new = found.hold(find_playlist(_id(playlist_id), _me()), **values)
    return held.shape(), 201 if is_new else 200


@api.route("/devices/<device_id>/copies/<playlist_id>", methods=["DELETE"])
@answers()
def leave(device_id: str, playlist_id: str) -> tuple[str, int]:
    """A device does not hold this playlist any more; also one that can't be seen any more."""
    find_device(_id(device_id), _me()).leave(_id(playlist_id))
    return "", 204


@api.route("/playlists/downloads", methods=["GET"])
@answers(said.Copies)
@api.arguments(schemas.Downloads, location="query")
def downloads(wanted: JSON) -> JSON:
    """The copies on all of one's devices: `active` are not whole yet, or not any more."""
    return _page(copies_of(_me(), status=wanted.get("status")), wanted)
