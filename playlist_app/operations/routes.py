"""What pages show of operations: whom to ask, and the demo music while it is being made."""

from __future__ import annotations

from flask import Blueprint

from playlist_app.config import settings
from playlist_app.operations.contact import CONTACT
from playlist_app.operations.seeding import progress_now

pages = Blueprint("operations", __name__)


@pages.app_template_global("whom_to_ask")
def _whom_to_ask() -> str:
    return CONTACT.now()


@pages.app_template_global("seeding_progress")
def _progress() -> tuple[int, int] | None:
    return progress_now(settings())
