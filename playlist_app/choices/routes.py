"""The page of what admins choose while the server runs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from playlist_app.choices import models as choices
from playlist_app.people.models import User
from playlist_app.refusals import Invalid
from playlist_app.web import say

pages = Blueprint("choices", __name__, url_prefix="/admin/settings")


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


@pages.get("")
def show() -> str:
    return _page(choices.values(by=_me()))


@pages.post("")
def change() -> ResponseReturnValue:
    """Take what the form sent: a box that is not ticked sends nothing, and then it stands for off;
    a field that is not in the form at all, as a page from before an update has it, stays as it is.
    """
    wanted = {
        choice.name: choice.read(request.form.get(choice.name))
        for choice in choices.all_choices(by=_me())
        if choice.kind == "bool" or choice.name in request.form
    }
    try:
        choices.change(wanted, by=_me())
    except Invalid as refusal:
        return _page(choices.values(by=_me()) | wanted, refusal), refusal.status
    say(_("Saved."))
    return redirect(url_for("choices.show"), 303)


def _page(values: dict[str, object], refusal: Invalid | None = None) -> str:
    groups: dict[str, list[choices.Choice[Any]]] = {}
    for choice in choices.all_choices(by=_me()):
        groups.setdefault(str(choice.about), []).append(choice)
    return render_template("choices/settings.html", groups=groups, values=values, refusal=refusal)
