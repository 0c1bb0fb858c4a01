"""Whom people ask who can't get in; admins say it, and the log-in shows it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from playlist_app.choices.models import Choice, declare

CONTACT = declare(
    Choice(
        "contact",
        default="",
        about=_("People"),
        title=_("Whom to ask"),
        explains=_(
            "Who has no account, or forgot the password, reads this at the log-in: a name, a "
            "number, an address. Everybody who finds this server can read it."
        ),
        most=120,
    )
)
