"""Watched folders (JAMBOREE_WATCH): scanned again and again, in place.

Asking the kernel to tell of each change would take a watch on every folder, which network disks
don't have and large collections exceed; a scan in which nothing changed looks at ten thousands of
files a second (docs/decisions, "scanning").
"""

from __future__ import annotations

import contextlib

from playlist_app.config import settings
from playlist_app.database import write
from playlist_app.library import scan as scanning
from playlist_app.library.scan import AnotherScan, Report
from playlist_app.people.models import User
from playlist_app.refusals import Refusal
from playlist_app.work.tasks import stopping, wake


class NotWatched(Exception):
    """Some of the folders could not be looked at; the message says which and why."""


def look() -> list[Report]:
    """Scan each of them, as the first admin. Raises NotWatched, when the others were scanned."""
    folders = settings().watched_folders
    owner = User.first_admin() if folders else None
    if not owner:
        return []
    reports, wrong = [], []
    for folder in folders:
        if stopping.is_set():
            break
        try:
            with contextlib.suppress(AnotherScan):  # it is being done, or its turn comes again
                reports.append(scanning.scan(folder, owner, wait=False, stop=stopping.is_set))
        except Refusal as refusal:
            wrong.append(refusal.detail)
    if any(report.counts["added"] or report.counts["changed"] for report in reports):
        with write():
            wake("analysis")
    if wrong:
        raise NotWatched(" ".join(wrong))
    return reports
