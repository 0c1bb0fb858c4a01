"""Listening: one's own, and nobody else's, the admin's neither."""

from __future__ import annotations

from tests.doors.persons import Row, everybody, members, own

S = "/smart/<smart_id>"
A = "/api/v1/smart-playlists/<smart_id>"
HERE = {"device": "tablet", "track": None}

ROWS = [
    Row("GET /you/history", everybody(200)),
    Row("POST /you/history/clear", everybody(303)),
    Row("GET /you/statistics", everybody(200)),
    Row("GET /api/v1/listening", everybody(204)),
    Row("PUT /api/v1/listening", everybody(200), HERE),
    Row("GET /api/v1/listens", everybody(200)),
    Row("POST /api/v1/listens", everybody(200), {"device": "tablet", "items": []}),
    Row("DELETE /api/v1/listens", everybody(204)),
    Row("GET /api/v1/statistics", everybody(200)),
    # Smart playlists
    Row("GET /smart", everybody(200)),
    Row("POST /smart", members(303), {"title": "Jazz"}),
    Row("GET /smart/new", everybody(200)),
    Row("POST /smart/editor", everybody(200)),
    Row("POST /smart/preview", everybody(200)),
    Row(f"GET {S}", own(200)),
    Row(f"POST {S}", own(303), {"title": "More"}),
    Row(f"POST {S}/delete", own(303)),
    Row(f"GET {S}/edit", own(200)),
    Row(f"POST {S}/save", own(303)),
    Row(f"GET {S}/tracks", own(200)),
    Row("GET /api/v1/smart-playlists", everybody(200)),
    Row("POST /api/v1/smart-playlists", members(201), {"title": "Jazz"}),
    Row("POST /api/v1/smart-playlists/preview", everybody(200), {"match": "all"}),
    Row(f"GET {A}", own(200)),
    Row(f"PATCH {A}", own(200), {"title": "More"}),
    Row(f"DELETE {A}", own(204)),
    Row(f"GET {A}/tracks", own(200)),
]
