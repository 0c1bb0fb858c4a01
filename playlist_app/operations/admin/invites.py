"""The page of the invites: links by which people make themselves an account."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from playlist_app.operations.admin.door import me, pages_of
from playlist_app.operations.admin.people import ROLES
from playlist_app.people import invites
from playlist_app.people.models import Role
from playlist_app.refusals import Invalid
from playlist_app.web import say

pages = pages_of("admin_invites", __name__, "/invites")

AS_USUAL = {"role": Role.MEMBER.value, "uses": "1", "days": "7", "note": ""}


@pages.get("")
def index() -> str:
    return _page(AS_USUAL)


@pages.post("")
def make() -> ResponseReturnValue:
    typed = {name: request.form.get(name, usual) for name, usual in AS_USUAL.items()}
    try:
        made = invites.make(
            role=typed["role"],
            uses=_number(typed["uses"]),
            days=_number(typed["days"]),
            note=typed["note"],
            by=me(),
        )
    except Invalid as refusal:
        return _page(typed, refusal), refusal.status
    say(_("The invite is made. Send its link to whom it is for."))
    return redirect(url_for("admin_invites.index", _anchor=f"invite-{made.id}"), 303)


@pages.post("/<invite_id>/revoke")
def revoke(invite_id: str) -> ResponseReturnValue:
    invites.revoke(invite_id, by=me())
    say(_("The invite is taken back: its link lets nobody in any more."))
    return redirect(url_for("admin_invites.index"), 303)


def _number(text: str) -> int:
    """What is no number is none that an invite takes, and is refused as such."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _page(typed: dict[str, str], refusal: Invalid | None = None) -> str:
    found = invites.all_invites(by=me())
    return render_template(
        "operations/invites.html",
        open=[invite for invite in found if invite.state == "open"],
        over=[invite for invite in found if invite.state != "open"],
        roles={role: ROLES[role] for role in invites.ROLES},
        most_uses=invites.MOST_USES,
        most_days=invites.MOST_DAYS,
        longest_note=invites.LONGEST_NOTE,
        typed=typed,
        refusal=refusal,
    )
