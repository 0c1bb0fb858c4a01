"""Running the server: for admins; for all others there is no administration."""

from __future__ import annotations

from tests.doors.persons import Row, admins, public

ROWS = [
    Row("GET /admin", admins(200)),
    Row("GET /admin/now", admins(200)),
    Row("GET /admin/storage", admins(200)),
    Row("GET /admin/audit", admins(200)),
    Row("POST /admin/audit/export", admins(200)),
    Row("GET /api/v1/audit", admins(200)),
    Row("GET /admin/settings", admins(200)),
    Row("POST /admin/settings", admins(303)),
    Row("GET /api/v1/settings", admins(200)),
    Row("PATCH /api/v1/settings", admins(200), {"audit_days": 90}),
    Row("GET /admin/tasks", admins(200)),
    Row("GET /admin/tasks/now", admins(200)),
    Row("POST /admin/tasks/<name>/run", admins(303)),
    Row("GET /api/v1/tasks", admins(200)),
    Row("POST /api/v1/tasks/<name>/run", admins(202)),
    Row("GET /admin/work/<id_>", admins(200)),
    Row("POST /admin/work/<id_>/cancel", admins(303)),
    # There is no backup of that name: tests/operations/backups has those that there are.
    Row("GET /admin/backups", admins(200)),
    Row("POST /admin/backups", admins(303)),
    Row("GET /admin/backups/now", admins(200)),
    Row("GET /admin/backups/<name>.tar", admins(404)),
    Row("POST /admin/backups/<name>/prove", admins(404)),
    Row("GET /admin/backups/<name>/restore", admins(404)),
    Row("POST /admin/backups/<name>/restore", admins(404)),
    # Open to all
    Row("GET /healthz", public(200)),
    Row("GET /readyz", public(503)),  # no worker here
    Row("GET /metrics", public(404) | {"admin": 200}),
    Row("GET /authority.crt", public(404)),  # no HTTPS of its own here
    Row("GET /authority/trusted", public(204)),
    Row("GET /static/<version>/<path:path>", public(404)),
    Row("GET /static/<version>/css/app.css", public(200)),
    Row("GET /static/<version>/js/assets.js", public(200)),
    Row("GET /api/asyncapi.json", public(200)),
    Row("GET /api/docs/", public(200)),
    Row("GET /api/docs/live", public(200)),
    Row("GET /api/openapi.json", public(200)),
    Row("GET /api/v1/openapi.json", public(200)),
]
