"""Where a check of Schemathesis can't hold, and why: for these calls alone, and of the check only
as much as it takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

JSON = dict[str, Any]

# `positive_data_acceptance` wants every body that its schema allows to be taken. What these need
# besides is no matter of form, and they say 422.
NOT_BY_FORM = {
    # Only who knows the password, the code or the ticket has what is right.
    "POST /api/v1/users/login/second",
    "POST /api/v1/users/login/second/options",
    "POST /api/v1/users/codes/{code_id}/login",
    "POST /api/v1/users/codes/{code_id}/password",
    "POST /api/v1/users/me/contact",
    "POST /api/v1/users/me/contact/{code_id}",
    "POST /api/v1/users/me/factors/passkeys",
    "POST /api/v1/users/me/factors/passkeys/options",
    "POST /api/v1/users/me/factors/passkeys/{passkey_id}/remove",
    "POST /api/v1/users/me/factors/recovery-codes",
    "POST /api/v1/users/me/factors/totp",
    "POST /api/v1/users/me/factors/totp/confirm",
    "POST /api/v1/users/me/factors/totp/remove",
    "POST /api/v1/users/me/leave",
    "POST /api/v1/users/me/password",
    # Names and passwords that an account may have: letters of any script, and none that are known
    # from leaks.
    "POST /api/v1/users/register",
    # Bytes are audio when a decoder says so.
    "POST /api/v1/audio",
    "POST /api/v1/tracks",
    "PUT /api/v1/audio/{sha256}/chunks/{index}",
    "POST /api/v1/uploads",
    # A file is a playlist when it reads as one.
    "POST /api/v1/playlists/import",
    # An address can be read, and its host may be asked; entries are those of a look.
    "POST /api/v1/imports",
    "POST /api/v1/imports/look",
    "POST /api/v1/sources",
    # Values that fit one another: a text or lines, a reason where one refuses, an operator that its
    # field has, something that a message says.
    "PUT /api/v1/tracks/{track_id}/lyrics",
    "POST /api/v1/tracks/{track_id}/review",
    "POST /api/v1/smart-playlists",
    "POST /api/v1/smart-playlists/preview",
    "PATCH /api/v1/smart-playlists/{smart_id}",
    "POST /api/v1/playlists/{playlist_id}/undo",
    "POST /api/v1/playlists/{playlist_id}/messages",
    "PATCH /api/v1/playlists/{playlist_id}/messages/{message_id}",
    "PATCH /api/v1/settings",
    # Found by the soak: an Idempotency-Key that was used for another call, half a character, spaces
    # alone as a name, a whole number written as 3.0, and an id that has to be there.
    "DELETE /api/v1/invites/{invite_id}",
    "DELETE /api/v1/listens",
    "DELETE /api/v1/playlists/{playlist_id}/snapshots/{snapshot_id}",
    "PATCH /api/v1/genres/{genre_id}",
    "PATCH /api/v1/playlists/{playlist_id}/items/{item_id}",
    "PATCH /api/v1/playlists/{playlist_id}/party",
    "PATCH /api/v1/sources/{source_id}",
    "PATCH /api/v1/tracks/{track_id}",
    "PATCH /api/v1/users/me",
    "POST /api/v1/invites",
    "POST /api/v1/playlists",
    "POST /api/v1/playlists/{playlist_id}/invites",
    "POST /api/v1/playlists/{playlist_id}/items/{item_id}/vote",
    "POST /api/v1/playlists/{playlist_id}/room/seek",
    "POST /api/v1/sync",
    "POST /api/v1/users/me/tokens",
    "PUT /api/v1/devices/{device_id}",
    "PUT /api/v1/devices/{device_id}/copies/{playlist_id}",
    "PUT /api/v1/listening",
    "PUT /api/v1/playlists/{playlist_id}/owner",
}
# The same of queries: a cursor is what an answer gave, a place is on the globe.
ASKED = {
    "GET /api/v1/audit",
    "GET /api/v1/devices/{device_id}/copies",
    "GET /api/v1/genres",
    "GET /api/v1/invites",
    "GET /api/v1/playlists/{playlist_id}/blocks",
    "GET /api/v1/playlists/{playlist_id}/events",  # a number that no event can have
    "GET /api/v1/playlists/{playlist_id}/invites",
    "GET /api/v1/playlists/{playlist_id}/members",
    "GET /api/v1/smart-playlists",
    "GET /api/v1/sources",
    "GET /api/v1/wishes",
    "GET /api/v1/imports",
    "GET /api/v1/listens",
    "GET /api/v1/playlists",
    "GET /api/v1/playlists/downloads",
    "GET /api/v1/smart-playlists/{smart_id}/tracks",
    "GET /api/v1/sources/{source_id}",
    "GET /api/v1/tracks",
    "GET /api/v1/users",
}
ACCEPTED = ["2xx", "3xx", "401", "403", "404", "409", "429"]
REJECTED = ["400", "401", "403", "404", "405", "406", "409", "415", "422", "428", "429"]


def _exceptions() -> Iterator[JSON]:
    for name in sorted(NOT_BY_FORM | ASKED):
        # 400: bytes that are no form at all. 414: what is asked for in too many words.
        yield _expects(name, "positive_data_acceptance", [*ACCEPTED, "400", "414", "422"])
    for name in (
        "POST /api/v1/uploads",
        "PATCH /api/v1/uploads/{upload_id}",
    ):
        # What tus says to a version that it does not speak, and to a length that is missing.
        for check in ("negative_data_rejection", "missing_required_header"):
            yield _expects(name, check, [*REJECTED, "411", "412"])
    # Longer than an address may be, the web server does not let it come so far.
    yield _expects("GET ", "negative_data_rejection", [*REJECTED, "414"], key="include-name-regex")


def _expects(name: str, check: str, statuses: list[str], key: str = "include-name") -> JSON:
    return {key: name, "checks": {check: {"expected-statuses": statuses}}}


EXCEPTIONS = list(_exceptions())
