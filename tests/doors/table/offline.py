"""Devices: one's own. The shell and the worker are the same for everybody."""

from __future__ import annotations

from tests.doors.persons import Row, everybody, in_list, own, public

D = "/api/v1/devices/<device_id>"
COPY = {"quality": "original", "state": "whole", "tracks": 1, "tracks_safe": 1}
COPY |= {"size_bytes": 1, "bytes_safe": 1, "seq": 1}
VOTE = {"kind": "vote", "playlist": "{playlist_id}", "item": "{item_id}", "direction": "up"}
VOTE |= {"id": "{no_id}", "at": "2026-01-01T00:00:00Z"}

ROWS = [
    Row("GET /downloads", everybody(200)),
    Row("GET /downloads/devices", everybody(200)),
    Row("POST /downloads/devices/<device_id>/forget", own(303)),
    Row("GET /install", public(200)),
    Row("GET /manifest.webmanifest", public(200)),
    Row("GET /offline-shell", public(200)),
    Row("GET /service-worker.js", public(200)),
    Row("GET /sync", everybody(200)),
    # It says of each operation whether it was done: tests/offline/test_merge.py.
    Row("POST /api/v1/sync", everybody(200), {"device": "tablet", "operations": [VOTE]}),
    Row("GET /api/v1/playlists/<playlist_id>/offline", in_list("viewer", 200)),
    Row("GET /api/v1/playlists/downloads", everybody(200)),
    Row("GET /api/v1/devices", everybody(200)),
    Row(f"GET {D}", own(200)),
    # Devices choose their ids, each person's among their own: another's is a new one.
    Row(f"PUT {D}", everybody(201) | {"owner": 200}, {"name": "Phone", "kind": "phone"}),
    Row(f"DELETE {D}", own(204)),
    Row(f"GET {D}/copies", own(200)),
    Row(f"GET {D}/copies/<playlist_id>", own(200)),
    Row(f"PUT {D}/copies/<playlist_id>", own(200), COPY),
    Row(f"DELETE {D}/copies/<playlist_id>", own(204)),
]
