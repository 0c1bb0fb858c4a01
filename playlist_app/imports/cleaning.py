"""Cleaning up after imports: what a killed worker left, and what was kept for a time."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from playlist_app.config import settings
from playlist_app.database import now, session, write
from playlist_app.imports import folders, looking
from playlist_app.imports.models import Batch, Host, Import, Usage
from playlist_app.imports.states import UNFINISHED
from playlist_app.library import incoming

KEPT_FOR = timedelta(days=7)  # what hosts answered, and what people used


def clean_up() -> None:
    """Remove folders of imports that are finished or gone, files that never became audio, and old
    notes. Safe at any time, and beside anything: a row comes before its folder, and whoever writes
    a file holds it."""
    config = settings()
    there = [path.name for path in folders.all_of(config).glob("*")]
    for name in there:
        state = session().scalar(select(Import.state).where(Import.id == name))
        if state not in UNFINISHED:
            folders.remove(config, name)
    incoming.remove_left_over(config)
    looking.forget_old()
    with write() as tx:
        used = select(Import.id).where(Import.batch_id == Batch.id).exists()
        old = Batch.created_at < now() - timedelta(hours=1)
        tx.execute(delete(Batch).where(~used, old))
        tx.execute(delete(Host).where(Host.closed_until < now() - KEPT_FOR))
        tx.execute(delete(Usage).where(Usage.day < (now() - KEPT_FOR).date().isoformat()))
