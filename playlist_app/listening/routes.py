"""The pages of listening: going on where one was, statistics, and the history."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from playlist_app.library.shapes import duration_text
from playlist_app.listening import charts, recording
from playlist_app.listening.place import place_of
from playlist_app.listening.statistics import OFFSET_AT_MOST, RANGES, Asked, statistics_of
from playlist_app.people.models import User
from playlist_app.web import say

OFFSET_COOKIE = "jamboree-offset"  # written by static/js/pages/local-times.js
HISTORY_SHOWN = 100

pages = Blueprint("listening", __name__)

pages.app_template_filter("clock")(duration_text)
pages.app_template_filter("listened")(charts.listened)
for chart in (charts.hours_of, charts.weekdays_of, charts.weeks_of):
    pages.app_template_global(chart.__name__)(chart)


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


@pages.app_template_global("continue_listening")
def _continue_listening() -> dict[str, Any] | None:
    """What one can go on with, for the home page; its queue is asked for when one does."""
    return place_of(_me(), with_queue=False)


def _offset() -> int:
    """How far the reader's clock is from UTC, in minutes, as their browser noted; else 0."""
    try:
        offset = int(request.cookies.get(OFFSET_COOKIE, "0"))
    except ValueError:
        return 0
    return offset if abs(offset) <= OFFSET_AT_MOST else 0


@pages.get("/you/statistics")
def statistics() -> str:
    """Own data only."""
    wanted = request.args.get("range", "month")
    asked = Asked(wanted if wanted in RANGES else "month", _offset())
    return render_template("listening/statistics.html", statistics=statistics_of(_me(), asked))


@pages.get("/you/history")
def history() -> str:
    """What one heard lately, and the button that forgets it."""
    listens = recording.history(_me(), limit=HISTORY_SHOWN, before=None)
    return render_template("listening/history.html", listens=listens)


@pages.post("/you/history/clear")
def clear_history() -> ResponseReturnValue:
    recording.clear_history(by=_me())
    say(_("Your history and your play counts are cleared."))
    return redirect(url_for("listening.history"), 303)
