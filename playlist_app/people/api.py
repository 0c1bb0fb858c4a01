"""The API about people: log in and out, oneself, and everybody, for admins."""

from __future__ import annotations

from typing import Any

import flask
from flask import Response
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from playlist_app.described import answers
from playlist_app.people import accounts, entering, finding, registration, sessions
from playlist_app.people import answers as said
from playlist_app.people.idempotency import ApiBlueprint, steps_itself
from playlist_app.people.models import Role, User
from playlist_app.people.schemas import Account, LogIn, Me, PeopleQuery, Registration
from playlist_app.people.sessions import How
from playlist_app.web import forgetting_files, public

JSON = dict[str, object]

api = ApiBlueprint("people_api", __name__, url_prefix="/api/v1/users")


@api.route("/login", methods=["POST"])
@answers(said.LoggedIn, refuses=(401,))
@public
@steps_itself
@api.arguments(LogIn)
def log_in(values: dict[str, str]) -> JSON:
    """Open a session: a cookie for the browser that asks, and its token for anybody else."""
    user, token = entering.log_in(values["username"], values["password"])
    sessions.keep_in_cookie(token)
    return {"token": token, "user": user.as_user()}


@api.route("/register", methods=["POST"])
@answers(said.LoggedIn, 201, refuses=(403, 404, 409, 429))
@public
@steps_itself
@api.arguments(Registration)
def register(values: dict[str, str]) -> tuple[JSON, int]:
    """Make an account, where everybody may, or by the code of an `invite`; answers as a log-in
    does. Of roles there is no word: they are the server's to give."""
    user = registration.register(**values)
    token = sessions.open_for(user, How.REGISTERED)
    sessions.keep_in_cookie(token)
    return {"token": token, "user": user.as_user()}, 201


@api.route("/logout", methods=["POST"])
@answers()
@steps_itself
def log_out() -> Response:
    """End the session by which this call came in."""
    sessions.revoke(current_user.session_id)
    flask.session.clear()
    return forgetting_files(Response(status=204))


@api.route("/me", methods=["GET"])
@answers(said.Me)
def me() -> JSON:
    """Oneself, with the token that a browser's unsafe calls must send as X-CSRF-Token."""
    shape: JSON = current_user.as_user()
    return shape | {"csrf_token": generate_csrf()}


@api.route("/me", methods=["PATCH"])
@answers(said.User)
@api.arguments(Me)
def change_me(values: dict[str, str]) -> JSON:
    """Change the name that others see."""
    if "name" in values:
        current_user.rename(values["name"])
    shape: JSON = current_user.as_user()
    return shape


@api.route("", methods=["GET"])
@answers(said.Users, scope="admin")
@api.arguments(PeopleQuery, location="query")
def everybody(query: dict[str, Any]) -> JSON:
    """Everybody with an account, by the names they log in with; for admins."""
    found, following = finding.people(
        by=_me(),
        text=query["search"],
        role=query["role"],
        state=query["state"],
        after=query["cursor"],
        limit=query["limit"],
    )
    return {"items": [person.as_user() for person in found], "next_cursor": following}


@api.route("/<user_id>", methods=["PATCH"])
@answers(said.User, scope="admin")
@api.arguments(Account)
def change(values: dict[str, Any], user_id: str) -> JSON:
    """Give or take roles, block or unblock: all of it or nothing; for admins."""
    finding.require_admin(_me())
    person = User.by_id(user_id)
    # All of it in the one transaction that every unsafe call is (idempotency.py).
    if "roles" in values:
        accounts.set_roles(person, map(Role, values["roles"]), by=_me())
    if "is_active" in values:
        verb = accounts.unblock if values["is_active"] else accounts.block
        verb(person, by=_me())
    shape: JSON = person.as_user()
    return shape


def _me() -> User:
    me: User = current_user._get_current_object()
    return me
