"""Lists: what one may do in them follows from the role there."""

from __future__ import annotations

from tests.doors.persons import OPENS, Answers, Row, everybody, in_list, members, public

L = "/playlists/<playlist_id>"
I = f"{L}/items/<item_id>"  # noqa: E741
A = "/api/v1/playlists/<playlist_id>"
AI = f"{A}/items/<item_id>"
S = f"{L}/snapshots/<snapshot_id>"
AS = f"{A}/snapshots/<snapshot_id>"
M = f"{L}/thread/<message_id>"
AM = f"{A}/messages/<message_id>"
BLOCKED = {"user_id": "blocked"}
INVITE = {"invite_id": "list_invite"}
CODE = {"code": "join_code"}
TABLET = {"device": "tablet", "name": "Tablet"}


def its_author(status: int) -> Answers:
    """What the owner wrote: nobody else puts words into their mouth, not even admins."""
    return in_list("owner", status) | {"admin": 403}


ROWS = [
    # Pages
    Row("GET /", everybody(200)),
    Row("POST /playlists", members(303), {"title": "Mine"}),
    Row(f"GET {L}", in_list("viewer", 200)),
    Row(f"GET {L}/add", in_list("viewer", 200)),
    Row(f"POST {L}/delete", in_list("owner", 303)),
    Row(f"GET {L}/export", in_list("viewer", 200)),
    Row("GET /playlists/import", members(200)),
    Row("POST /playlists/import", members(422)),  # there is no file with it
    Row(f"GET {L}/history", in_list("viewer", 200)),
    Row(f"POST {L}/items", in_list("editor", 303), {"track_id": "{free}"}),
    Row(f"GET {I}/move", in_list("editor", 200)),
    Row(f"POST {I}/move", in_list("editor", 303)),
    Row(f"POST {I}/play", in_list("editor", 303)),
    Row(f"POST {I}/remove", in_list("editor", 303)),
    Row(f"POST {I}/vote", in_list("voter", 303), {"direction": "up"}),
    Row(f"GET {L}/members", in_list("viewer", 200)),
    Row(f"POST {L}/members", in_list("owner", 303), {"username": "outsider", "role": "voter"}),
    Row(f"POST {L}/members/<user_id>/remove", in_list("owner", 303)),
    Row(f"GET {L}/settings", in_list("owner", 200)),
    Row(f"POST {L}/settings", in_list("owner", 303), {"title": "Renamed"}),
    Row(f"GET {L}/timeline", in_list("viewer", 200)),
    # Of somebody else's; one's own anybody in the list may take back: tests/playlists/test_undo.py
    Row(f"POST {L}/undo", in_list("editor", 303), {"change": "{step}"}),
    Row(f"POST {L}/undo-all", in_list("owner", 303), {"person": "{user_id}"}),
    Row(f"POST {L}/clear", in_list("editor", 303)),
    Row(f"GET {L}/snapshots", in_list("viewer", 200)),
    Row(f"POST {L}/snapshots", in_list("editor", 303), {"text": "As it is"}),
    Row(f"GET {S}", in_list("viewer", 200)),
    Row(f"POST {S}/restore", in_list("editor", 303)),
    Row(f"POST {S}/delete", in_list("owner", 303)),
    Row(f"POST {L}/blocks", in_list("owner", 303), {"user": "{user_id}"}),
    Row(f"POST {L}/blocks/<user_id>/remove", in_list("owner", 303), at=BLOCKED),
    Row(f"POST {L}/invites", in_list("owner", 303), {"role": "voter", "uses": 5, "hours": 4}),
    Row(f"POST {L}/invites/<invite_id>/revoke", in_list("owner", 303), at=INVITE),
    Row(f"POST {L}/members/<user_id>/role", in_list("owner", 303), {"role": "voter"}),
    Row(f"GET {L}/party", in_list("owner", 200)),
    Row(f"POST {L}/party", in_list("owner", 303), {"preset": "party"}),
    Row("GET /join", public(200)),
    Row("GET /join/<code>", public(200), at=CODE),
    Row("POST /join/<code>", public(303, nobody=400), at=CODE),
    Row(f"GET {L}/thread", in_list("viewer", 200)),
    Row(f"POST {L}/thread", in_list("voter", 303), {"text": "Hello"}),
    Row(f"GET {L}/thread/messages", in_list("viewer", 200)),
    Row(f"POST {M}/edit", its_author(303), {"text": "Hello again"}),
    Row(f"POST {M}/delete", in_list("owner", 303)),
    # API
    Row("GET /api/v1/join/<code>", public(200), at=CODE),
    Row("POST /api/v1/join/<code>", public(200), {"nickname": "Zoe"}, at=CODE),
    Row("GET /api/v1/playlists", everybody(200)),
    Row("POST /api/v1/playlists", members(201), {"title": "Mine"}),
    Row(f"GET {A}", in_list("viewer", 200)),
    Row(f"PATCH {A}", in_list("owner", 200), {"title": "Renamed"}),
    Row(f"DELETE {A}", in_list("owner", 204)),
    Row(f"GET {A}/events", in_list("viewer", 200)),
    Row(f"GET {A}/export", in_list("viewer", 200), query="?format=m3u8"),
    Row("POST /api/v1/playlists/import", members(422)),  # there is no file with it
    Row(f"GET {A}/history", in_list("viewer", 200)),
    Row(f"GET {A}/items", in_list("viewer", 200)),
    Row(f"POST {A}/items", in_list("editor", 201), {"track_id": "{free}"}),
    Row(f"PATCH {AI}", in_list("editor", 200), {"index": 0}),
    Row(f"DELETE {AI}", in_list("editor", 204)),
    Row(f"POST {AI}/vote", in_list("voter", 200), {"direction": "up"}),
    Row(f"GET {A}/members", in_list("viewer", 200)),
    Row(f"POST {A}/members", in_list("owner", 201), {"username": "outsider", "role": "voter"}),
    Row(f"PATCH {A}/members/<user_id>", in_list("owner", 200), {"role": "voter"}),
    Row(f"DELETE {A}/members/<user_id>", in_list("owner", 204)),
    Row(f"GET {A}/invites", in_list("owner", 200)),
    Row(f"POST {A}/invites", in_list("owner", 201), {}),
    Row(f"DELETE {A}/invites", in_list("owner", 204)),
    Row(f"DELETE {A}/invites/<invite_id>", in_list("owner", 204), at=INVITE),
    Row(f"GET {A}/invites/<invite_id>/qr.svg", in_list("owner", 200), at=INVITE),
    Row(f"PUT {A}/owner", in_list("owner", 200), {"user_id": "{user_id}"}),
    Row(f"GET {A}/party", in_list("viewer", 200)),
    Row(f"PATCH {A}/party", in_list("owner", 200), {"preset": "party"}),
    Row(f"GET {A}/room", in_list("viewer", 200)),
    Row(f"POST {A}/room/next", in_list("editor", 200), {"from": None}),
    Row(f"POST {A}/room/pause", in_list("editor", 200)),
    Row(f"POST {A}/room/play", in_list("editor", 200)),
    Row(f"POST {A}/room/seek", in_list("editor", 409), {"position_ms": 0}),
    Row(f"POST {A}/room/speaker", in_list("editor", 200), TABLET),
    Row(f"GET {A}/timeline", in_list("viewer", 200)),
    Row(f"POST {A}/undo", in_list("editor", 200), {"change": "{step}"}),
    Row(f"POST {A}/clear", in_list("editor", 200)),
    Row(f"GET {A}/snapshots", in_list("viewer", 200)),
    Row(f"POST {A}/snapshots", in_list("editor", 201), {"text": "As it is"}),
    Row(f"GET {AS}", in_list("viewer", 200)),
    Row(f"DELETE {AS}", in_list("owner", 204)),
    Row(f"GET {AS}/compare", in_list("viewer", 200)),
    Row(f"POST {AS}/restore", in_list("editor", 200)),
    Row(f"GET {A}/blocks", in_list("owner", 200)),
    Row(f"POST {A}/blocks", in_list("owner", 201), {"user": "{user_id}"}),
    Row(f"DELETE {A}/blocks/<user_id>", in_list("owner", 204), at=BLOCKED),
    Row(f"GET {A}/messages", in_list("viewer", 200)),
    Row(f"POST {A}/messages", in_list("voter", 201), {"text": "Hello"}),
    Row(f"PATCH {AM}", its_author(200), {"text": "Hello again"}),
    Row(f"DELETE {AM}", in_list("owner", 204)),
    # The live channel
    Row("GET /ws/me", everybody(OPENS)),
    Row("GET /ws/playlists/<playlist_id>", in_list("viewer", OPENS)),
]
