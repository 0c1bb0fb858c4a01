"""What pages show of operations: the demo music while it is being made."""

from __future__ import annotations

from flask import Blueprint

from playlist_app.config import settings
from playlist_app.operations.seeding import progress_now

pages = Blueprint("operations", __name__)


@pages.app_template_global("seeding_progress")
def _progress() -> tuple[int, int] | None:
    return progress_now(settings())
