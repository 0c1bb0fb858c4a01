"""The library: members see what is published, who added a track and reviewers change it."""

from __future__ import annotations

from tests.doors.persons import Row, curators, everybody, in_library, members, own, reviewers

T = "/library/<track_id>"
A = "/api/v1/tracks/<track_id>"
BYTES = "/api/v1/audio/by-hash/<sha256>"
TUS = {"Tus-Resumable": "1.0.0"}
BEGIN = TUS | {"Upload-Length": "1000", "Upload-Metadata": "filename c29uZy5tcDM="}
PIECE = TUS | {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
SMALL = {"profile": "offline-small"}
PUBLISH = {"decision": "publish"}
PENDING = {"track_id": "pending"}
# It waits for a reviewer: for all others but its owner, who may not decide, it isn't there.
DECIDES = reviewers(200) | {"owner": 403}
TO_OTHERS = reviewers(303) | {"owner": 403}
# A change of many at once: those that are not one's own refuse it, and who sees none finds none.
SEVERAL = {"ids": ["{track_id}"]}

ROWS = [
    # Pages
    Row("GET /library", everybody(200)),
    Row(f"GET {T}", in_library(200)),
    Row(f"POST {T}", curators(303), {"title": "Renamed"}),
    Row(f"POST {T}/delete", curators(303)),
    Row(f"GET {T}/download", in_library(200)),
    Row("POST /library/upload", members(422)),  # no file in it
    Row(f"POST {T}/lyrics", curators(303), {"text": "La"}),
    Row(f"POST {T}/review", TO_OTHERS, PUBLISH, at=PENDING),
    Row("POST /library/changes/<change_id>/undo", own(303)),
    Row("GET /library/genres", reviewers(200, others=403)),
    Row("POST /library/genres/<genre_id>", reviewers(303, others=403), {"name": "Jazz"}),
    Row("GET /library/review", reviewers(200, others=403)),
    Row("POST /library/selected", curators(200), SEVERAL),
    Row("POST /library/several", curators(303), SEVERAL | {"title": "Renamed", "set": "title"}),
    Row("POST /library/several/delete", curators(303), SEVERAL),
    # API
    Row("GET /api/v1/tracks", everybody(200)),
    Row("POST /api/v1/tracks", members(201), {"title": "New", "artist": "Mira"}),
    Row("PATCH /api/v1/tracks", curators(200), SEVERAL | {"fields": {"year": 1999}}),
    Row("POST /api/v1/tracks/delete", curators(200), SEVERAL),
    Row(f"GET {A}", in_library(200)),
    Row(f"PATCH {A}", curators(200), {"year": 1999}),
    Row(f"DELETE {A}", curators(204)),
    Row(f"GET {A}/peaks", in_library(200)),
    Row(f"GET {A}/lyrics", in_library(200)),
    Row(f"PUT {A}/lyrics", curators(200), {"text": "La"}),
    Row(f"POST {A}/review", DECIDES, PUBLISH, at=PENDING),
    Row("POST /api/v1/changes/<change_id>/undo", own(200)),
    Row("GET /api/v1/genres", everybody(200)),
    Row("PATCH /api/v1/genres/<genre_id>", reviewers(200, others=403), {"name": "Jazz"}),
    Row("POST /api/v1/audio", members(422)),  # no file in it
    Row("GET /api/v1/audio/<audio_id>", in_library(200)),
    Row("POST /api/v1/audio/<audio_id>/renditions", in_library(202), SMALL),
    Row("GET /api/v1/audio/by-url", in_library(404), query="?url=https://a.example/"),
    Row("GET /api/v1/audio/known", everybody(200), query="?sha256={sha256}"),
    Row("GET /api/v1/audio/lost", everybody(200)),
    Row("PUT /api/v1/audio/<sha256>/chunks/<index>", in_library(200)),
    Row(f"GET {BYTES}", in_library(200)),
    Row(f"GET {BYTES}/chunks", in_library(200)),
    Row(f"POST {BYTES}/renditions", in_library(202), SMALL),
    # The bytes
    Row("GET /audio/<sha256>", in_library(200)),
    Row("GET /covers/<cover_id>/<any(large, small):size>.jpg", in_library(200)),
    # Uploads: one's own
    Row("GET /api/v1/uploads", everybody(200)),
    Row("POST /api/v1/uploads", members(201), headers=BEGIN),
    Row("GET /api/v1/uploads/<upload_id>", own(200), headers=TUS),
    Row("PATCH /api/v1/uploads/<upload_id>", own(204), b"bytes", headers=PIECE),
    Row("DELETE /api/v1/uploads/<upload_id>", own(204), headers=TUS),
    Row("POST /api/v1/uploads/<upload_id>/finish", own(409), headers=TUS),  # it is not whole
]
