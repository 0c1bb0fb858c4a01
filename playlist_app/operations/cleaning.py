"""Cleaning up: what was kept for a time, and what a crash left behind."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import lazy_gettext as _

from playlist_app.choices.models import Choice, declare
from playlist_app.config import settings
from playlist_app.database import now
from playlist_app.library import incoming, resumable
from playlist_app.library.curation import changes
from playlist_app.live import events
from playlist_app.offline import merge
from playlist_app.operations import long_work
from playlist_app.operations.backups import restoring
from playlist_app.operations.moving import scratch
from playlist_app.people import (
    api_tokens,
    audit,
    ceremonies,
    idempotency,
    password_links,
    sent_codes,
    sessions,
)
from playlist_app.playlists.past import steps

AUDIT_DAYS = declare(
    Choice(
        "audit_days",
        default=365,
        about=_("Audit"),
        title=_("Keep the audit for"),
        explains=_("Older notes of who did what on this server are removed."),
        unit=_("days"),
        least=1,
        most=36_500,
    )
)
AUDIT_ADDRESS_DAYS = declare(
    Choice(
        "audit_address_days",
        default=30,
        about=_("Audit"),
        title=_("Keep the addresses in it for"),
        explains=_(
            "From where something was done (the IP address) is taken out of the audit after this "
            "time. The rest of the note stays. 0: with the next clean-up."
        ),
        unit=_("days"),
        most=36_500,
    )
)


def clean_up() -> None:
    """Remove sessions and kept answers that are over, events that nobody can have missed any more,
    old notes of the audit and the addresses in it, and files of uploads that were never finished.
    Safe at any time, and beside anything."""
    sessions.forget_ended()
    api_tokens.forget_ended()
    password_links.forget_ended()
    ceremonies.forget_ended()
    sent_codes.forget_old()
    idempotency.forget_old()
    merge.forget_old()
    changes.forget_old()
    steps.forget_old()
    long_work.forget_old()
    events.forget_old(settings().keep_events)
    audit.forget_old(now() - timedelta(days=AUDIT_DAYS.now()))
    audit.forget_addresses(now() - timedelta(days=AUDIT_ADDRESS_DAYS.now()))
    incoming.remove_left_over(settings())
    resumable.forget_expired(settings())
    restoring.remove_left_over(settings())
    scratch.remove_left_over(settings())
