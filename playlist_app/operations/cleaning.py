"""Cleaning up: what was kept for a time, and what a crash left behind."""

from __future__ import annotations

from playlist_app.config import settings
from playlist_app.library import incoming, resumable
from playlist_app.library.curation import changes
from playlist_app.live import events
from playlist_app.offline import merge
from playlist_app.people import idempotency, sessions


def clean_up() -> None:
    """Remove sessions and kept answers that are over, events that nobody can have missed any more,
    and files of uploads that were never finished. Safe at any time, and beside anything."""
    sessions.forget_ended()
    idempotency.forget_old()
    merge.forget_old()
    changes.forget_old()
    events.forget_old(settings().keep_events)
    incoming.remove_left_over(settings())
    resumable.forget_expired(settings())
