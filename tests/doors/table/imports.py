"""What the server downloads: one's own imports, which admins see as well; admins' sources."""

from __future__ import annotations

from tests.doors.persons import Answers, Row, admins, everybody, members, own, own_or_admin

I = "/imports/<import_id>"  # noqa: E741
A = "/api/v1/imports"
SOURCE = "/sources/<source_id>"
NEW_FEED = {"url": "https://radio.example/another.xml"}
FORM = {"title": "Radio", "every_minutes": "360"}
LOOK = {"url": "https://radio.example/one.mp3"}
PAUSED, FAILED = {"import_id": "paused"}, {"import_id": "failed"}


def of_pages(answers: Answers) -> Answers:
    """Guests import nothing: each of the pages says so, whatever it is about."""
    return answers | {"guest": 403}


def for_members(answers: Answers) -> Answers:
    """Members see the sources, and only admins change them; for guests there are none."""
    return answers | {"guest": 404}


ROWS = [
    # Pages
    Row("GET /imports", members(200)),
    Row(f"POST {I}/<verb>", of_pages(own_or_admin(303))),
    Row("POST /imports/batches/<batch_id>/<verb>", of_pages(own_or_admin(303))),
    Row("POST /imports/look", members(303), LOOK),
    Row("GET /imports/looks/<look_id>", of_pages(own(200))),
    Row("POST /imports/looks/<look_id>", of_pages(own(303)), {"entry": "0"}),
    Row("GET /imports/new", members(200)),
    Row("POST /imports/retry", members(303)),
    Row("GET /share", members(200)),
    Row("GET /wishes", members(200)),
    Row("POST /wishes/<import_id>", own(303) | {"admin": 403}),  # a wish begins with its person
    Row("POST /wishes/<import_id>/take-back", own_or_admin(303)),
    # API
    Row(f"GET {A}", everybody(200)),
    Row(f"POST {A}", members(201), LOOK),
    Row(f"POST {A}/look", members(202), LOOK),
    Row(f"GET {A}/look/<look_id>", own(200)),
    Row(f"POST {A}/retry", everybody(200), {}),
    Row(f"POST {A}/batches/<batch_id>/pause", own_or_admin(200)),
    Row(f"POST {A}/batches/<batch_id>/resume", own_or_admin(200)),
    Row(f"POST {A}/batches/<batch_id>/cancel", own_or_admin(200)),
    Row(f"GET {A}/<import_id>", own_or_admin(200)),
    Row(f"DELETE {A}/<import_id>", own_or_admin(204)),
    Row(f"POST {A}/<import_id>/pause", own_or_admin(200)),
    Row(f"POST {A}/<import_id>/resume", own_or_admin(200), at=PAUSED),
    Row(f"POST {A}/<import_id>/cancel", own_or_admin(200)),
    Row(f"POST {A}/<import_id>/retry", own_or_admin(200), at=FAILED),
    Row(f"POST {A}/<import_id>/ignore", own_or_admin(200)),
    Row(f"POST {A}/<import_id>/wish", own(200) | {"admin": 403}),
    Row(f"DELETE {A}/<import_id>/wish", own_or_admin(200)),
    Row("GET /api/v1/wishes", for_members(members(200))),
    # Sources
    Row("GET /sources", members(200)),
    Row("POST /sources", for_members(admins(303, others=403)), NEW_FEED | FORM),
    Row("GET /sources/new", for_members(admins(200, others=403))),
    Row(f"GET {SOURCE}", members(200)),
    Row(f"POST {SOURCE}", for_members(admins(303, others=403)), FORM),
    Row(f"GET {SOURCE}/edit", for_members(admins(200, others=403))),
    Row(f"POST {SOURCE}/check", for_members(admins(303, others=403))),
    Row(f"POST {SOURCE}/delete", for_members(admins(303, others=403))),
    Row("GET /api/v1/sources", for_members(members(200))),
    Row("POST /api/v1/sources", for_members(admins(201, others=403)), NEW_FEED),
    Row(f"GET /api/v1{SOURCE}", for_members(members(200))),
    Row(f"PATCH /api/v1{SOURCE}", for_members(admins(200, others=403)), {"title": "More"}),
    Row(f"DELETE /api/v1{SOURCE}", for_members(admins(204, others=403))),
    Row(f"POST /api/v1{SOURCE}/check", for_members(admins(202, others=403))),
    Row("GET /admin/imports", admins(200)),
]
