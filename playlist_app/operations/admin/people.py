"""The pages of the people on this server: finding them, and what can be done with each account."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from playlist_app.library.quota import limit_of, stored_by
from playlist_app.operations.admin.door import me, pages_of
from playlist_app.people import accounts, finding, passkeys, sent_codes, sessions, totp
from playlist_app.people.audit import notes
from playlist_app.people.models import Role, User
from playlist_app.refusals import Conflict, Invalid, Refusal
from playlist_app.web import say

pages = pages_of("admin_people", __name__, "/people")

ROLES = {
    Role.ADMIN: (lazy_gettext("Admin"), lazy_gettext("Everything: people, settings, backups.")),
    Role.REVIEWER: (
        lazy_gettext("Reviewer"),
        lazy_gettext("Edits every track and genre, and publishes what waits for review."),
    ),
    Role.MEMBER: (
        lazy_gettext("Member"),
        lazy_gettext("Own playlists, uploads, and imports within the limits."),
    ),
    Role.GUEST: (
        lazy_gettext("Guest"),
        lazy_gettext("Only the playlists that were shared with them."),
    ),
}
NEW_ROLES = (Role.MEMBER, Role.REVIEWER, Role.ADMIN)
SHOWN = 50  # people on one page


@pages.app_template_global("role_names")
def _role_names() -> dict[str, str]:
    return {role: str(name) for role, (name, _about) in ROLES.items()}


@pages.get("")
def index() -> str:
    return _index()


@pages.post("")
def add() -> ResponseReturnValue:
    name, password = request.form.get("username", ""), request.form.get("password", "")
    role = request.form.get("role", Role.MEMBER)
    try:
        if role not in NEW_ROLES:
            raise Invalid.field("role", _("There is no such role."))
        user = User.create(name, password, roles={Role(role), Role.MEMBER}, by=me())
    except (Invalid, Conflict) as refusal:
        return _index(refusal=refusal, username=name, new_role=role), refusal.status
    say(_("%(name)s can log in now.", name=user.name))
    return redirect(url_for("admin_people.index"), 303)


def _index(
    *, refusal: Refusal | None = None, username: str = "", new_role: str = Role.MEMBER
) -> str:
    asked = {name: request.args.get(name, "")[:200] for name in ("text", "role", "state")}
    after = request.args.get("after", "")
    found, following = finding.people(by=me(), after=after, limit=SHOWN, **asked)
    return render_template(
        "operations/people.html",
        people=found,
        following=following,
        count=finding.count(by=me(), **asked),
        asked=asked,
        roles=ROLES,
        new_roles=NEW_ROLES,
        codes=sent_codes.shown(by=me()),
        refusal=refusal,
        username=username,
        new_role=new_role,
    )


@pages.get("/<user_id>")
def show(user_id: str) -> str:
    return _person_page(User.by_id(user_id))


def _person_page(
    person: User, *, refusal: Refusal | None = None, link: str = "", typing: bool = False
) -> str:
    return render_template(
        "operations/person.html",
        person=person,
        roles=ROLES,
        sessions=sessions.sessions_of(person),
        stored=stored_by(person),
        limit=limit_of(person),
        notes=notes(subject=person.username, by=me(), limit=5)[0],
        refusal=refusal,
        link=link,
        typing=typing,
        is_me=person.id == me().id,
        has_factors=totp.of(person) is not None or bool(passkeys.of(person)),
    )


@pages.post("/<user_id>/roles")
def set_roles(user_id: str) -> ResponseReturnValue:
    person = User.by_id(user_id)
    wanted = {role for role in Role if role in request.form.getlist("roles")}
    try:
        accounts.set_roles(person, wanted, by=me())
    except (Invalid, Conflict) as refusal:
        return _person_page(person, refusal=refusal), refusal.status
    say(_("%(name)s has these roles now.", name=person.name))
    # Who took the role of an admin from themselves sees none of this any more.
    is_still_here = person.id != me().id or Role.ADMIN in wanted
    return redirect(_page_of(person) if is_still_here else url_for("people.you"), 303)


@pages.post("/<user_id>/block")
def block(user_id: str) -> ResponseReturnValue:
    person = User.by_id(user_id)
    accounts.block(person, by=me())
    say(_("%(name)s is blocked, and was logged out everywhere.", name=person.name))
    return redirect(_page_of(person), 303)


@pages.post("/<user_id>/unblock")
def unblock(user_id: str) -> ResponseReturnValue:
    person = User.by_id(user_id)
    accounts.unblock(person, by=me())
    say(_("%(name)s can log in again.", name=person.name))
    return redirect(_page_of(person), 303)


@pages.post("/<user_id>/factors/remove")
def remove_factors(user_id: str) -> ResponseReturnValue:
    person = User.by_id(user_id)
    accounts.remove_factors(person, by=me())
    say(_("%(name)s logs in by the password alone now.", name=person.name))
    return redirect(_page_of(person), 303)


@pages.post("/<user_id>/sessions/end")
def end_sessions(user_id: str) -> ResponseReturnValue:
    person = User.by_id(user_id)
    ended = accounts.end_sessions(person, by=me())
    say(ngettext("%(num)s log-in was ended.", "%(num)s log-ins were ended.", ended))
    return redirect(_page_of(person), 303)


@pages.post("/<user_id>/password")
def set_password(user_id: str) -> ResponseReturnValue:
    """The password that an admin typed."""
    person = User.by_id(user_id)
    try:
        accounts.set_password(person, request.form.get("password", ""), by=me())
    except Invalid as refusal:
        return _person_page(person, refusal=refusal, typing=True), refusal.status
    say(_("%(name)s has a new password, and was logged out everywhere.", name=person.name))
    return redirect(_page_of(person), 303)


@pages.post("/<user_id>/password-link")
def offer_password(user_id: str) -> ResponseReturnValue:
    """The link stands on the answer, and nowhere else: whoever asks again gets another."""
    person = User.by_id(user_id)
    code = accounts.offer_password(person, by=me())
    link = url_for("joining.new_password", code=code, _external=True)
    return _person_page(person, link=link), {"Cache-Control": "no-store"}


def _page_of(person: User) -> str:
    return url_for("admin_people.show", user_id=person.id)
