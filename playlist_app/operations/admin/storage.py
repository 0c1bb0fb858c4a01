"""The page of the storage: what takes the room."""

from __future__ import annotations

from flask import render_template

from playlist_app.config import settings
from playlist_app.operations import figures, storage
from playlist_app.operations.admin.door import pages_of
from playlist_app.operations.in_words import size

pages = pages_of("admin_storage", __name__, "/storage")

pages.app_template_filter("bytes")(size)


@pages.get("")
def index() -> str:
    config = settings()
    found = figures.of(config)
    return render_template(
        "operations/storage.html",
        figures=found,
        kinds=storage.by_kind(found),
        formats=storage.by_format(),
        people=storage.by_person(),
        each=config.storage_limit,
        alert=storage.STORAGE_ALERT.now() * storage.GB,
        warnings=list(storage.over_the_limit()),
        has_two_disks=(found.media_free_bytes, found.media_disk_bytes)
        != (found.free_bytes, found.disk_bytes),
    )
