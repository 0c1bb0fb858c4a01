"""The words of the reference: what calls and their parts are called, and what a status means."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from typing import Any

JSON = dict[str, Any]

PARAMETER = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")

SUMMARY = "A playlist that several people edit, vote on and play together, live."
ABOUT = (
    "Everything under `/api/v1` speaks JSON. Send `Authorization: Bearer <token>`; a browser that"
    " is logged in sends its cookie, and with unsafe calls `X-CSRF-Token` (from `GET users/me`)."
    " Refusals are `application/problem+json` (RFC 9457): `detail` is a sentence for people. What"
    " you may not see answers 404. Lists take `limit` and `cursor`. Unsafe calls take an"
    " `Idempotency-Key`: the same call again gets the first answer."
)
IDEMPOTENCY = "A UUID of your own. The same call with it again gets the first answer, for a day."
IF_NONE_MATCH = "The ETag of the answer that you have."

# The groups of calls, in their order, by the name of the blueprint.
GROUPS = {
    "People": "Log in and out, oneself, and, for admins, everybody.",
    "Playlists": "Lists, their items, votes, members, the room, and what happened.",
    "Library": "Tracks, genres and audio files.",
    "Uploads": "Resumable uploads, as tus 1.0.0 has them.",
    "Curation": "Many tracks at once, genres, lyrics, reviews, and undoing.",
    "Listening": "What one heard, and where one is: one's own.",
    "Smart playlists": "Playlists that find their tracks by rules.",
    "Imports": "What the server fetches.",
    "Sources": "What is imported again and again, and the wish list.",
    "Offline": "The manifest of a copy, and the merge of what was changed without network.",
    "Devices": "Which device holds what.",
    "Invites": "Links that let people in; for admins.",
    "Audit": "What was done with accounts and the server; for admins.",
    "Settings": "What admins choose while the server runs.",
    "Tasks": "What runs in the background; for admins.",
}
_OF_BLUEPRINT = {
    "playlist_api": "Playlists",
    "smart_api": "Smart playlists",
    "security_api": "People",
    "factors_api": "People",
    "account_api": "People",
    "device_api": "Devices",
    "choices_api": "Settings",
    "work_api": "Tasks",
}

STATUS = {
    200: "Done.",
    201: "Made.",
    202: "It will be done.",
    204: "Done; there is nothing to say.",
    304: "What you have is still the same.",
    400: "The call can't be read.",
    401: "Log in, or send a token.",
    403: "You see it, but may not do this.",
    404: "It isn't there, or you may not see it.",
    408: "It came in too slowly; what came is kept.",
    409: "It doesn't fit what is there now.",
    410: "That is too long ago.",
    411: "How long it is must be said first.",
    412: "Another version is spoken here.",
    413: "It is larger than is taken.",
    414: "The address is longer than 4094 bytes.",
    415: "It is of another type than is taken.",
    422: "Some values can't be used: `errors` names them.",
    423: "Another call is at it.",
    429: "Too often: wait as long as Retry-After says.",
    460: "The checksum is another: nothing was kept of it.",
    503: "Too much of this is under way: try again soon.",
    507: "There is no room on the server's disk.",
}

SECURITY: JSON = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "The token of a session (`POST users/login`) or one of your own.",
    },
    "cookie": {"type": "apiKey", "in": "cookie", "name": "jamboree"},
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": "X-CSRF-Token",
        "description": "With the cookie, for unsafe calls: `csrf_token` of `GET users/me`.",
    },
}


def needs(scope: str, *, safe: bool) -> list[JSON]:
    """How one says who one is: by a token with this scope, or by the cookie."""
    return [{"token": [scope]}, {"cookie": []} if safe else {"cookie": [], "csrf": []}]


def group(endpoint: str) -> str:
    """Under which heading a call stands."""
    blueprint = endpoint.partition(".")[0]
    return _OF_BLUEPRINT.get(blueprint, blueprint.removesuffix("_api").capitalize())


def in_order(groups: Iterable[str]) -> list[str]:
    known = list(GROUPS)
    return sorted(groups, key=lambda name: (known.index(name) if name in known else 99, name))


def name(endpoint: str, method: str) -> str:
    """The id of an operation: `playlist.change_item`."""
    blueprint, _, view = endpoint.partition(".")
    return f"{blueprint.removesuffix('_api')}.{view.rstrip('_')}"


def of(view: Any) -> tuple[str, str]:
    """The first sentence of a docstring, and the rest of it."""
    text = " ".join((inspect.getdoc(view) or "").split())
    first, dot, rest = text.partition(". ")
    return (first + dot.strip(), rest) if rest else (text, "")


# What parts of an address look like, where others are refused as what can't be.
FORMS: dict[str, JSON] = {"device_id": {"format": "uuid"}}


def of_parameter(name_: str) -> str:
    """What a part of an address is: `playlist_id` is the id of the playlist."""
    what, _, id_ = name_.rpartition("_")
    if id_ == "id" and what:
        return f"The id of the {what.replace('_', ' ')}."
    return {
        "sha256": "The SHA-256 of the bytes, as 64 digits from 0 to f.",
        "index": "The number of the chunk, from 0.",
        "name": "The name.",
    }.get(name_, "")


LIVE = (
    "Text frames of JSON over a WebSocket. The handshake takes `Authorization: Bearer <token>`, or"
    " the cookie of a browser that is logged in here. Every frame is `{type, payload}`; what was"
    " committed has a `seq` as well. First comes `connection.established`, then what was missed"
    " since `?since=<seq>` (with `&epoch=<epoch>`), then what happens. The server pings every 25"
    " seconds, and closes with 1012 when it restarts and with 1008 when access ended: come back"
    " with the last `seq` that you saw, and nothing is missed."
)
