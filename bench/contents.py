"""The contents: every benchmark by its name, in the order of the table."""

from __future__ import annotations

from collections.abc import Callable

from bench.options import Options
from bench.report.figures import Row
from bench.works import (
    audio,
    fanout,
    idle,
    limiting,
    listening_week,
    listing,
    login,
    moves,
    offline,
    page,
    reading,
    scan,
    search,
    sight,
    start,
    upload,
    votes,
    worker,
)

CONTENTS: dict[str, Callable[[Options], list[Row]]] = {
    "fanout": fanout.measure,
    "votes": votes.measure,
    "read": reading.measure,
    "search": search.measure,
    "library": listing.measure,
    "scan": scan.measure,
    "audio": audio.measure,
    "idle": idle.measure,
    "worker": worker.measure,
    "moves": moves.measure,
    "upload": upload.measure,
    "login": login.measure,
    "limits": limiting.measure,
    "page": page.measure,
    "offline": offline.measure,
    "sight": sight.measure,
    "start": start.measure,
    "week": listening_week.measure,
}
