"""Who is told of what: every event, what makes it, and whose sockets carry it."""

from __future__ import annotations

from typing import Any, NamedTuple

from tests.doors.persons import IN_THE_LIST

# Who may open the socket of the list, the admin among them.
LIST = (*IN_THE_LIST, "admin")
OWNER = ("owner",)
WHOSE_IT_IS_AND_ADMINS = ("owner", "admin")

L = "/api/v1/playlists/{playlist_id}"
M = f"{L}/messages/{{message_id}}"


class Told(NamedTuple):
    """An event, who is told, and what `by` does for it: a call ("POST /api/v1/…"), or the name of a
    function in test_receivers.py for what no call does."""

    type: str
    told: tuple[str, ...]
    by: str
    call: str
    body: Any = None


EVENTS = [
    Told("track.added", LIST, "editor", f"POST {L}/items", {"track_id": "{free}"}),
    Told("track.moved", LIST, "editor", f"PATCH {L}/items/{{item_id}}", {"index": 1}),
    Told("track.voted", LIST, "voter", f"POST {L}/items/{{item_id}}/vote", {"direction": "up"}),
    Told("track.playing", LIST, "owner", f"POST {L}/room/next", {"from": None}),
    Told("track.updated", LIST, "owner", "PATCH /api/v1/tracks/{track_id}", {"year": 1999}),
    Told("playlist.updated", LIST, "owner", f"PATCH {L}", {"title": "Renamed"}),
    Told("playlist.reordered", LIST, "owner", "tidy_up"),
    Told("playlist.restored", LIST, "owner", "restore"),
    Told("member.changed", LIST, "owner", f"PATCH {L}/members/{{user_id}}", {"role": "voter"}),
    Told("message.posted", LIST, "voter", f"POST {L}/messages", {"text": "Hello"}),
    Told("message.edited", LIST, "owner", f"PATCH {M}", {"text": "Hello again"}),
    Told("message.deleted", LIST, "owner", f"DELETE {M}"),
    Told("track.removed", LIST, "editor", f"DELETE {L}/items/{{item_id}}"),
    Told(
        *("track.reviewed", OWNER, "reviewer", "POST /api/v1/tracks/{pending}/review"),
        {"decision": "publish"},
    ),
    Told("track.played", OWNER, "owner", "listen"),
    Told("history.cleared", OWNER, "owner", "DELETE /api/v1/listens"),
    Told(
        *("smart.changed", OWNER, "owner", "PATCH /api/v1/smart-playlists/{smart_id}"),
        {"title": "More"},
    ),
    Told("session.revoked", OWNER, "owner", "DELETE /api/v1/users/me/sessions/{session_id}"),
    Told("device.changed", OWNER, "owner", "DELETE /api/v1/devices/{device_id}"),
    Told(
        *("import.changed", WHOSE_IT_IS_AND_ADMINS, "owner"),
        "POST /api/v1/imports/{import_id}/pause",
    ),
    Told("import.removed", WHOSE_IT_IS_AND_ADMINS, "owner", "DELETE /api/v1/imports/{import_id}"),
    Told("imports.changed", WHOSE_IT_IS_AND_ADMINS, "owner", "import_many"),
    Told("import.looked", OWNER, "owner", "look"),
    Told("task.changed", ("admin",), "admin", "fail_a_task"),
    Told("playlist.deleted", LIST, "owner", f"DELETE {L}"),
]
