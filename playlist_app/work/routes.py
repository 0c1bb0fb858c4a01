"""The page of the background work, for admins: what runs, when it last ran, what went wrong."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_timedelta
from flask_babel import gettext as _
from flask_login import current_user

from playlist_app.config import settings
from playlist_app.database import now
from playlist_app.people.models import User
from playlist_app.web import say
from playlist_app.work import status

pages = Blueprint("work", __name__, url_prefix="/admin/tasks")

JUST_NOW = timedelta(seconds=5)


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


@pages.get("")
def show() -> str:
    return render_template("work/tasks.html", **_found())


@pages.get("/now")
def standing() -> str:
    """The region that changes by itself."""
    return render_template("work/_tasks.html", **_found())


@pages.post("/<name>/run")
def run(name: str) -> ResponseReturnValue:
    task = status.run_now(name, by=_me())
    say(_("“%(title)s” looks for something to do now.", title=task.title))
    return redirect(url_for("work.show"), 303)


def _found() -> dict[str, object]:
    tasks, workers = status.all_tasks(by=_me())
    return {"tasks": tasks, "workers": workers, "works_beside": settings().works_beside}


@pages.app_template_filter("ago")
def _ago(moment: datetime) -> str:
    """How long ago, or how soon, in words: "3 minutes ago", "in 2 hours"."""
    passed = now() - moment
    if abs(passed) < JUST_NOW:
        return str(_("just now"))
    words: str = format_timedelta(-passed, add_direction=True)
    return words


@pages.app_template_filter("every")
def _every(pause: timedelta) -> str:
    """A pause in words: "6 hours"."""
    words: str = format_timedelta(pause, threshold=1.5)
    return words
