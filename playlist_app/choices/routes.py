"""The page of what admins choose while the server runs."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from playlist_app.choices import models as choices
from playlist_app.people.models import User
from playlist_app.web import say

pages = Blueprint("choices", __name__, url_prefix="/admin/settings")


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


@pages.get("")
def show() -> str:
    found, values = choices.all_choices(by=_me()), choices.values(by=_me())
    return render_template("choices/settings.html", choices=found, values=values)


@pages.post("")
def change() -> ResponseReturnValue:
    # A box that is not ticked sends nothing.
    wanted = {c.name: c.name in request.form for c in choices.all_choices(by=_me())}
    choices.change(wanted, by=_me())
    say(_("Saved."))
    return redirect(url_for("choices.show"), 303)
