"""kill -9 of the worker at any moment: every import is completed once, and nothing lies about."""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from playlist_app.database import session
from playlist_app.imports import cleaning
from playlist_app.imports.models import Import
from playlist_app.imports.states import State
from playlist_app.library.models import AudioFile, Cover, Track
from playlist_app.work.worker import is_alive
from tests.cast import Person, ok
from tests.imports import web as ways
from tests.imports.conftest import rows, until
from tests.imports.test_lists import episodes
from tests.imports.web import Web, feed
from tests.imports.worker import Worker, working
from tests.serving import PATIENCE
from tests.soak import count
from tests.sounds import Sounds

KINDS = (Track, AudioFile, Cover)
IMPORTS = 40
KILLS = 10
ROUNDS = count(1, 5)  # each with its own forty and its own ten moments


def counts(app: Flask) -> Counter[str]:
    with app.app_context():
        query = select(Import.state, func.count()).group_by(Import.state)
        found: Counter[str] = Counter()
        for state, number in session().execute(query):
            found[state] = number
        return found


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_a_killed_worker_loses_nothing_and_doubles_nothing(
    app: Flask, alice: Person, data_folder: Path, web: Web, sounds: Sounds, left: Any, round_: int
) -> None:
    paths = episodes(web, sounds, IMPORTS)
    for path in paths:
        web.ways[path] = ways.slowly(0.3)
    playlist = alice.makes_playlist()
    url = web.put("/feed.xml", feed(web, paths), "application/rss+xml")
    ok(alice.post("/imports", {"url": url, "playlist_id": playlist["id"]}), 201)

    chance = random.Random(round_)
    killed_at = []
    for _ in range(KILLS):
        worker = Worker(data_folder).start()
        try:
            until(lambda: counts(app)[State.ACTIVE] and is_of_the_living(app))
            time.sleep(chance.uniform(0, 1.5))  # the random moment
        finally:
            worker.kill()
        killed_at.append(dict(counts(app)))

    with working(data_folder) as workers:
        deadline = time.monotonic() + 10 * PATIENCE
        while counts(app)[State.COMPLETED] < IMPORTS:
            assert time.monotonic() < deadline, (counts(app), workers[0].log)
            time.sleep(0.1)
        workers[0].stop()

    assert sum(1 for states in killed_at if states.get(State.ACTIVE)) >= KILLS // 2, killed_at
    assert len(rows(app)) == IMPORTS
    assert {row.attempts for row in rows(app)} == {0}
    assert len({row.track_id for row in rows(app)}) == IMPORTS
    assert alice.titles(playlist) == [f"Episode {number}" for number in range(1, IMPORTS + 1)]
    with app.app_context():
        cleaning.clean_up()
        stored = [session().query(kind).count() for kind in KINDS]
    assert stored[:2] == [IMPORTS, IMPORTS]
    media = data_folder / "media"
    assert len([path for path in (media / "audio").rglob("*") if path.is_file()]) == stored[1]
    assert len([path for path in (media / "covers").rglob("*") if path.is_file()]) == 2 * stored[2]
    assert left() == []


def is_of_the_living(app: Flask) -> bool:
    with app.app_context():
        names = session().scalars(select(Import.claimed_by).where(Import.state == State.ACTIVE))
        return any(is_alive(name) for name in names.all())
