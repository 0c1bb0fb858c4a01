"""The API of sources and of the wish list."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_login import current_user
from marshmallow import Schema, fields, validate

from playlist_app.described import answers
from playlist_app.imports import answers as said
from playlist_app.imports import source_listing, wishes
from playlist_app.imports.addresses import LONGEST as LONGEST_URL
from playlist_app.imports.sources import LONGEST, SHORTEST, Source, find_source
from playlist_app.imports.states import Quality
from playlist_app.paging import Page as APage
from playlist_app.paging import page_of
from playlist_app.people.idempotency import ApiBlueprint
from playlist_app.people.models import User
from playlist_app.playlists.finding import find_playlist
from playlist_app.refusals import NotFound
from playlist_app.web import listed

JSON = dict[str, Any]

api = ApiBlueprint("sources_api", __name__, url_prefix="/api/v1")


class SourceFields(Schema):
    title = fields.String(validate=validate.Length(max=300))
    playlist_id = fields.String(allow_none=True, validate=validate.Length(max=36))
    every_minutes = fields.Integer(strict=True, validate=validate.Range(SHORTEST, LONGEST))
    depth = fields.Integer(strict=True, allow_none=True, validate=validate.Range(0, 100_000))
    quality = fields.String(validate=validate.OneOf([*Quality]))
    enabled = fields.Boolean(truthy={True}, falsy={False})


class NewSource(SourceFields):
    url = fields.String(required=True, validate=validate.Length(1, LONGEST_URL))


class Page(Schema):
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.String(load_default="", validate=validate.Length(max=20))


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


def _id(shape: JSON) -> str:
    return str(shape["id"])


def _with_playlist(values: JSON) -> JSON:
    """The values with the playlist itself in the place of its id."""
    if "playlist_id" in values:
        id_ = values.pop("playlist_id")
        values["playlist"] = find_playlist(id_, _me()) if id_ else None
    return values


@api.route("/sources", methods=["GET"])
@answers(said.Sources, refuses=(404,))
@api.arguments(APage, location="query")
def sources(page: JSON) -> Response:
    """The channels, feeds and remote playlists that are imported again and again."""
    _require_member()
    return listed(*page_of(source_listing.sources_for(_me()), **page, id_of=_id))


@api.route("/sources", methods=["POST"])
@answers(said.Source, 201, scope="admin")
@api.arguments(NewSource)
def follow(values: JSON) -> tuple[JSON, int]:
    """Follow a listing; it is looked at soon. For admins."""
    source = Source.follow(values.pop("url"), by=_me(), **_with_playlist(values))
    return source_listing.source_for(source, _me()), 201


@api.route("/sources/<source_id>", methods=["GET"])
@answers(said.SourceWithEntries)
@api.arguments(Page, location="query")
def source(page: JSON, source_id: str) -> JSON:
    """One source, and a page of what it lists as `listed`."""
    found = find_source(source_id, _me())
    items, following = source_listing.items_for(found, _me(), **page)
    listed = {"items": items, "next_cursor": following}
    return source_listing.source_for(found, _me()) | {"listed": listed}


@api.route("/sources/<source_id>", methods=["PATCH"])
@answers(said.Source, scope="admin")
@api.arguments(SourceFields)
def change(values: JSON, source_id: str) -> JSON:
    """Change how a source is followed. For admins."""
    found = find_source(source_id, _me())
    found.change(by=_me(), **_with_playlist(values))
    return source_listing.source_for(found, _me())


@api.route("/sources/<source_id>", methods=["DELETE"])
@answers(scope="admin")
def unfollow(source_id: str) -> tuple[str, int]:
    """Follow a source no longer; what came from it stays. For admins."""
    find_source(source_id, _me()).unfollow(by=_me())
    return "", 204


@api.route("/sources/<source_id>/check", methods=["POST"])
@answers(said.Source, 202, scope="admin")
def check(source_id: str) -> tuple[JSON, int]:
    """Have a source looked at now. For admins."""
    found = find_source(source_id, _me())
    found.check_soon(by=_me())
    return source_listing.source_for(found, _me()), 202


@api.route("/wishes", methods=["GET"])
@answers(said.Wishes, refuses=(404,))
@api.arguments(APage, location="query")
def wish_list(page: JSON) -> Response:
    """Imports that wait and that people want, most wanted first."""
    _require_member()
    return listed(*page_of(wishes.wish_list(_me()), **page, id_of=_id))


@api.route("/imports/<import_id>/wish", methods=["POST"])
@answers(said.Wished)
def wish(import_id: str) -> JSON:
    """Want an import too; for one's own, put it on the wish list."""
    found = wishes.find_wished(import_id, _me())
    wishes.wish(found, _me())
    return {"id": found.id, "wishes": found.wishes, "my_wish": True}


@api.route("/imports/<import_id>/wish", methods=["DELETE"])
@answers(said.Wished)
def unwish(import_id: str) -> JSON:
    """Want it no longer; for one's own, take it off the wish list."""
    found = wishes.find_wished(import_id, _me())
    wishes.unwish(found, _me())
    return {"id": found.id, "wishes": found.wishes, "my_wish": False}


def _require_member() -> None:
    if not _me().is_member:
        raise NotFound
