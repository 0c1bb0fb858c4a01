"""Concerns: what admins should know of their backups before they need one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select

from playlist_app.config import settings
from playlist_app.database import now, session
from playlist_app.operations.backups import kept
from playlist_app.operations.warnings import Warning, source
from playlist_app.people.models import User

LATE = timedelta(days=2)  # without a backup, on a server that makes one every day
STATE = "See /admin/backups, or the server's log, for what went wrong."


def register() -> None:
    """Declare them; called by create_app."""
    source(backups_that_can_not_be_trusted)


def backups_that_can_not_be_trusted() -> Iterator[Warning]:
    """None, an old one, a damaged one, one that was never proven."""
    config = settings()
    found = kept.backups(config)
    whole = [backup for backup in found if backup.has_media and not backup.problem]
    first = session().scalar(select(func.min(User.created_at)))
    if first and now() - first > LATE and (not whole or now() - whole[0].made_at > LATE):
        when = (
            f"The last whole one is of {whole[0].made_at:%d %B %Y}." if whole else "There is none."
        )
        remedy = STATE if config.backups_daily else "Set JAMBOREE_BACKUPS_DAILY, or take one now."
        yield Warning(
            "backup-too-old",
            "There is no recent backup",
            when,
            remedy,
            "alert" if not whole else "warning",
        )
    if found and found[0].problem:
        yield Warning(
            "backup-damaged",
            "The newest backup can't be restored",
            f"{found[0].name}: {found[0].problem}",
            "Take another one, and look into the disk that it lies on.",
            "alert",
        )
    daily = [backup for backup in found if backup.kind == "daily"]
    if daily and not daily[0].problem and not any(backup.proven_at for backup in daily[:3]):
        yield Warning(
            "backup-unproven",
            "It is not proven that the daily backups can be restored",
            f"{daily[0].name} and those before it were not rehearsed.",
            STATE,
        )
