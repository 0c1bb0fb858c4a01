"""The page of the background work, for admins: what runs, when it last ran, what went wrong."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_timedelta, lazy_gettext
from flask_babel import gettext as _
from flask_login import current_user

from playlist_app.config import settings
from playlist_app.database import now
from playlist_app.people.models import User
from playlist_app.web import say
from playlist_app.work import status, tasks

pages = Blueprint("work", __name__, url_prefix="/admin/tasks")

# What an error is likely to be about, by what it says.
PLAINLY = {
    "No space left": lazy_gettext("The disk is full: make room, and it goes on by itself."),
    "disk is full": lazy_gettext("The disk is full: make room, and it goes on by itself."),
    "database is locked": lazy_gettext("The database was busy for too long."),
    "Permission denied": lazy_gettext("The server may not read or write there."),
    "Read-only file system": lazy_gettext("The disk can’t be written to."),
    "No such file": lazy_gettext("A file or a program is missing."),
}
UNFORESEEN = lazy_gettext("Nobody foresaw this; the server’s log has more about it.")

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
    found, workers = status.all_tasks(by=_me())
    return {"tasks": found, "workers": workers, "works_beside": settings().works_beside}


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
    """A pause in words: "6 hours", "minute"."""
    if pause == tasks.TICK:
        return str(_("minute"))
    words: str = format_timedelta(pause, threshold=1.5)
    return words


@pages.app_template_filter("plainly")
def _plainly(error: str) -> str:
    return str(next((words for says, words in PLAINLY.items() if says in error), UNFORESEEN))
