"""The API of smart playlists: one's own."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_login import current_user

from playlist_app.described import answers
from playlist_app.listening import answers as said
from playlist_app.listening.smart import listing
from playlist_app.listening.smart.models import (
    SmartPlaylist,
    find_smart_playlist,
    smart_playlists_of,
)
from playlist_app.listening.smart.rules import Rules
from playlist_app.listening.smart.schemas import ChangeSmart, NewSmart, Page, RulesFields
from playlist_app.paging import Page as APage
from playlist_app.paging import page_of
from playlist_app.people.idempotency import ApiBlueprint, steps_itself
from playlist_app.people.models import User
from playlist_app.web import listed

JSON = dict[str, Any]

api = ApiBlueprint("smart_api", __name__, url_prefix="/api/v1/smart-playlists")

PREVIEWED = 5
EMPTY = Rules("all", [], "title", 100)


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


def _rules(values: JSON, before: Rules = EMPTY) -> Rules:
    return Rules(
        values.get("match", before.match),
        values.get("rules", before.rules),
        values.get("order", before.order),
        values.get("limit", before.limit),
    )


@api.route("", methods=["GET"])
@answers(said.SmartPlaylists)
@api.arguments(APage, location="query")
def list_smart(page: JSON) -> Response:
    """One's own smart playlists, by title."""
    found, following = page_of(smart_playlists_of(_me()), **page, id_of=lambda one: one.id)
    return listed([one.shape() for one in found], following)


@api.route("", methods=["POST"])
@answers(said.SmartPlaylist, 201)
@api.arguments(NewSmart)
def make_smart(values: JSON) -> tuple[JSON, int]:
    """A new one."""
    made = SmartPlaylist.create(by=_me(), title=values["title"], asked=_rules(values))
    return made.shape(), 201


@api.route("/<smart_id>", methods=["GET"])
@answers(said.SmartPlaylist)
def show_smart(smart_id: str) -> JSON:
    """Its rules, and how much it holds now."""
    found = find_smart_playlist(smart_id, _me())
    count, seconds = listing.count(found.asked, _me())
    return found.shape() | {"track_count": count, "duration_seconds": seconds}


@api.route("/<smart_id>", methods=["PATCH"])
@answers(said.SmartPlaylist)
@api.arguments(ChangeSmart)
def change_smart(values: JSON, smart_id: str) -> JSON:
    """Change its title, or what it asks."""
    found = find_smart_playlist(smart_id, _me())
    found.update(by=_me(), title=values.get("title"), asked=_rules(values, found.asked))
    return found.shape()


@api.route("/<smart_id>", methods=["DELETE"])
@answers()
def delete_smart(smart_id: str) -> tuple[str, int]:
    """Delete it; the tracks stay."""
    find_smart_playlist(smart_id, _me()).delete(by=_me())
    return "", 204


@api.route("/<smart_id>/tracks", methods=["GET"])
@answers(said.SmartTracks)
@api.arguments(Page, location="query")
def tracks_of_smart(values: JSON, smart_id: str) -> JSON:
    """What it holds now, in its order."""
    asked = find_smart_playlist(smart_id, _me()).asked
    offset, limit = values["cursor"], values["limit"]
    found = listing.tracks(asked, _me(), offset=offset, limit=limit + 1)
    following = str(offset + limit) if len(found) > limit else None
    return {"items": found[:limit], "next_cursor": following}


@api.route("/preview", methods=["POST"])
@answers(said.Preview)
@steps_itself  # it changes nothing
@api.arguments(RulesFields)
def preview(values: JSON) -> JSON:
    """What rules would hold: how many tracks, how long, and the first of them."""
    asked = _rules(values)
    count, seconds = listing.count(asked, _me())
    first = listing.tracks(asked, _me(), limit=PREVIEWED)
    return {"track_count": count, "duration_seconds": seconds, "items": first}
