"""The overview: how the server is, in one glance; what to do; what is here, and who."""

from __future__ import annotations

from flask import render_template

from playlist_app.config import settings
from playlist_app.live import presence
from playlist_app.operations import figures, warnings
from playlist_app.operations.admin.door import me, pages_of
from playlist_app.operations.backups import kept
from playlist_app.people.audit import notes
from playlist_app.work import worker

pages = pages_of("admin_overview", __name__)

LATELY = 5
PEOPLE_SHOWN = 30


@pages.get("")
def index() -> str:
    return render_template("operations/overview.html", **_found())


@pages.get("/now")
def standing() -> str:
    """The region that changes by itself."""
    return render_template("operations/_overview.html", **_found())


def _found() -> dict[str, object]:
    config = settings()
    standing = warnings.standing()
    here = presence.everybody(config.cache_folder)
    backups = [backup for backup in kept.backups(config) if not backup.problem]
    return {
        "warnings": standing,
        "is_well": not any(warning.level != "note" for warning in standing),
        "is_disk_full": any(warning.name == "disk-nearly-full" for warning in standing),
        "figures": figures.of(config),
        "here": list(here.items())[:PEOPLE_SHOWN],
        "here_count": len(here),
        "backup": backups[0] if backups else None,
        "proven": next((backup for backup in backups if backup.proven_at), None),
        "workers": worker.alive(),
        "notes": notes(by=me(), limit=LATELY)[0],
    }
