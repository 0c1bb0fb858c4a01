"""Accounts: one's own keys, the ways in, and what admins do with people."""

from __future__ import annotations

from tests.cast import PASSWORD
from tests.doors.persons import Answers, Row, admins, everybody, own, public

KEYS = "/you/security"
ME = "/api/v1/users/me"
ONE = "/admin/people/<user_id>"
SURE = {"password": PASSWORD}
NEW = {"password": "another good password"}
CHANGED = {"current_password": PASSWORD, "password": "another good password"}
WRONG = {"username": "nobody at all", "password": "wrong"}
ADDRESS = {"email": "me@example.org"}
TICKET = {"ticket": "none", "code": "000000"}
PASSKEY = {"ticket": "none", "credential": {}}
WALL = {"name": "Wall", "scopes": ["read"]}


def ways_in(status: int, nobody: int) -> Answers:
    """A form by which one comes in: without its token it is refused to who has only a cookie, or
    nothing; who is logged in already is led on."""
    return public(status, nobody=nobody)


ROWS = [
    # Ways in
    Row("GET /login", ways_in(302, nobody=200)),
    Row("POST /login", ways_in(401, nobody=400), WRONG),
    Row("POST /logout", everybody(303)),
    Row("GET /login/second", public(302)),  # nobody began with a password
    Row("POST /login/second", ways_in(401, nobody=400)),
    Row("POST /login/passkey", ways_in(401, nobody=400)),
    Row("GET /code/<any('log-in', password):kind>", public(200)),
    Row("POST /code/<any('log-in', password):kind>", ways_in(303, nobody=400), WRONG),
    Row("GET /code/<any('log-in', password):kind>/<code_id>", public(200)),
    Row("POST /code/<any('log-in', password):kind>/<code_id>", ways_in(422, nobody=400)),
    Row("GET /register", ways_in(302, nobody=200)),
    Row("POST /register", ways_in(303, nobody=400)),
    Row("GET /welcome/<code>", public(404)),
    Row("POST /welcome/<code>", ways_in(303, nobody=400)),
    Row("GET /new-password/<code>", public(404)),
    Row("POST /new-password/<code>", ways_in(404, nobody=400), NEW),
    Row("GET /first-admin/<code>", public(404)),
    Row("POST /first-admin/<code>", ways_in(404, nobody=400), WRONG),
    Row("GET /gone", public(200)),
    Row("POST /api/v1/users/register", public(403), NEW | {"username": "new"}),
    Row("POST /api/v1/users/login", public(401), WRONG),
    Row("POST /api/v1/users/login/second", public(401), TICKET),
    Row("POST /api/v1/users/login/second/options", public(401), {"ticket": "none"}),
    Row("POST /api/v1/users/login/passkey", public(401), PASSKEY),
    Row("POST /api/v1/users/login/passkey/options", public(200), {}),
    Row("POST /api/v1/users/codes", public(202), {"username": "nobody at all"}),
    Row("POST /api/v1/users/codes/<code_id>/login", public(422), {"code": "000000"}),
    Row("POST /api/v1/users/codes/<code_id>/password", public(422), NEW | {"code": "000000"}),
    Row("POST /api/v1/users/logout", everybody(204)),
    # Oneself
    Row("GET /you", everybody(200)),
    Row("POST /you", everybody(303), {"name": "Somebody"}),
    Row("POST /you/data", everybody(200)),
    Row("POST /you/leave", everybody(422)),  # without the password
    Row(f"GET {KEYS}", everybody(200)),
    Row(f"POST {KEYS}/password", everybody(303), {"current": PASSWORD} | NEW),
    Row(f"POST {KEYS}/contact", everybody(303), {"current": PASSWORD} | ADDRESS),
    Row(f"POST {KEYS}/contact/<code_id>", everybody(422), {"code": "000000"}),
    Row(f"POST {KEYS}/contact/forget", everybody(303)),
    Row(f"POST {KEYS}/sessions/<session_id>/end", own(303)),
    Row(f"POST {KEYS}/sessions/end", everybody(303)),
    Row(f"POST {KEYS}/tokens", everybody(200), {"name": "Wall", "scope": "read"}),
    Row(f"POST {KEYS}/tokens/<token_id>/revoke", own(303)),
    Row(f"POST {KEYS}/app", everybody(303), SURE),
    Row(f"GET {KEYS}/app", everybody(303)),  # none was begun
    Row(f"POST {KEYS}/app/confirm", everybody(303)),
    Row(f"POST {KEYS}/app/remove", everybody(303), SURE),
    Row(f"POST {KEYS}/recovery-codes", everybody(409), SURE),  # no app yet
    Row(f"POST {KEYS}/passkeys", everybody(401)),
    Row(f"POST {KEYS}/passkeys/<passkey_id>/remove", own(303), SURE),
    Row(f"GET {ME}", everybody(200)),
    Row(f"PATCH {ME}", everybody(200), {"name": "Somebody"}),
    Row(f"POST {ME}/data", everybody(200)),
    Row(f"POST {ME}/leave", everybody(422), {"password": "wrong"}),
    Row(f"POST {ME}/password", everybody(200), CHANGED),
    Row(f"POST {ME}/contact", everybody(202), {"current_password": PASSWORD} | ADDRESS),
    Row(f"POST {ME}/contact/<code_id>", everybody(422), {"code": "000000"}),
    Row(f"GET {ME}/sessions", everybody(200)),
    Row(f"DELETE {ME}/sessions", everybody(204)),
    Row(f"DELETE {ME}/sessions/<session_id>", own(204)),
    Row(f"GET {ME}/tokens", everybody(200)),
    Row(f"POST {ME}/tokens", everybody(201), WALL),
    Row(f"DELETE {ME}/tokens/<token_id>", own(204)),
    Row(f"GET {ME}/factors", everybody(200)),
    Row(f"POST {ME}/factors/totp", everybody(201), SURE),
    Row(f"POST {ME}/factors/totp/confirm", everybody(409), {"code": "000000"}),
    Row(f"POST {ME}/factors/totp/remove", everybody(204), SURE),
    Row(f"POST {ME}/factors/recovery-codes", everybody(409), SURE),
    Row(f"POST {ME}/factors/passkeys/options", everybody(200), SURE),
    Row(f"POST {ME}/factors/passkeys", everybody(401), PASSKEY),
    Row(f"POST {ME}/factors/passkeys/<passkey_id>/remove", own(204), SURE),
    # Others, for admins
    Row("GET /api/v1/users", admins(200)),
    Row("PATCH /api/v1/users/<user_id>", admins(200), {"roles": ["member", "reviewer"]}),
    Row("GET /api/v1/invites", admins(200)),
    Row("POST /api/v1/invites", admins(201), {"role": "member"}),
    Row("DELETE /api/v1/invites/<invite_id>", admins(204)),
    Row("GET /admin/people", admins(200)),
    Row("POST /admin/people", admins(303), NEW | {"username": "new", "role": "member"}),
    Row(f"GET {ONE}", admins(200)),
    Row(f"POST {ONE}/block", admins(303)),
    Row(f"POST {ONE}/unblock", admins(303)),
    Row(f"POST {ONE}/roles", admins(303), {"roles": "member"}),
    Row(f"POST {ONE}/password", admins(303), NEW),
    Row(f"POST {ONE}/password-link", admins(200)),
    Row(f"POST {ONE}/factors/remove", admins(303)),
    Row(f"POST {ONE}/sessions/end", admins(303)),
    Row("GET /admin/invites", admins(200)),
    Row("POST /admin/invites", admins(303), {"role": "member"}),
    Row("POST /admin/invites/<invite_id>/revoke", admins(303)),
]
