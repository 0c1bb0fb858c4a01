"""The choice of who may make themselves an account on this server."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from playlist_app.choices.models import Choice, declare
from playlist_app.people import letting_in
from playlist_app.people.letting_in import Policy

REGISTRATION = declare(
    Choice(
        "registration",
        default=str(Policy.INVITE),
        about=_("People"),
        title=_("Who may make an account"),
        explains=_(
            "Open: everybody who finds this server, as a member. By invite: who has a link that "
            "you made. Closed: nobody, and invites wait; you make the accounts."
        ),
        options={
            str(Policy.OPEN): _("Everybody"),
            str(Policy.INVITE): _("Who has an invite"),
            str(Policy.CLOSED): _("Nobody"),
        },
    )
)


def register() -> None:
    """Have the people slice ask here."""
    if REGISTRATION.now not in letting_in.chosen:
        letting_in.chosen.append(REGISTRATION.now)
