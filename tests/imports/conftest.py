"""For the tests of imports: the web outside, and a worker in this process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from playlist_app.database import now, session, write
from playlist_app.imports import working
from playlist_app.imports.models import Host, Import
from playlist_app.work.worker import signs_of_life
from tests.conftest import close, make_app
from tests.imports.web import Web, serving
from tests.serving import PATIENCE

# As an admin would, who wants to import from this machine.
SETTINGS: dict[str, Any] = {
    "import_allow": "127.0.0.0/8",
    "import_backoff": 1,
    "import_attempts": 3,
    "import_stall": 2,
}


@pytest.fixture
def settings_of_imports() -> dict[str, Any]:
    """Other settings of a test, beside those above."""
    return {}


@pytest.fixture
def app(data_folder: Path, settings_of_imports: dict[str, Any]) -> Iterator[Flask]:
    app = make_app(data_folder, **(SETTINGS | settings_of_imports))
    yield app
    if "import_proxy" in app.extensions:
        app.extensions["import_proxy"].stop()
    close(app)


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as outside:
        yield outside


@pytest.fixture
def work(app: Flask) -> Iterator[Callable[..., int]]:
    """Work off what is in the queue now, here; answers how many imports were taken up."""

    def work(*, at_most: int = 1000) -> int:
        done = 0
        while done < at_most:
            with app.app_context():
                if not working.fetch_next():
                    break
            done += 1
        return done

    with signs_of_life(app.config["JAMBOREE"]):
        yield work


@pytest.fixture
def later(app: Flask) -> Callable[[], None]:
    """Time has passed: what was put off may go on."""

    def later() -> None:
        with app.app_context(), write() as tx:
            for row in tx.scalars(select(Import).where(Import.not_before.is_not(None))):
                row.not_before = now() - timedelta(seconds=1)
            for host in tx.scalars(select(Host)):
                host.closed_until = now() - timedelta(seconds=1)

    return later


@pytest.fixture
def left(app: Flask, data_folder: Path) -> Callable[[], list[str]]:
    """What lies where things come in."""

    def left() -> list[str]:
        media = data_folder / "media"
        places = [media / "imports", media / "incoming"]
        return [str(path.relative_to(media)) for place in places for path in place.rglob("*")]

    return left


def until(holds: Callable[[], Any]) -> Any:
    """Wait for the thing itself."""
    deadline = time.monotonic() + PATIENCE
    while not (found := holds()):
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)
    return found


def rows(app: Flask) -> list[Import]:
    with app.app_context():
        return list(session().scalars(select(Import).order_by(Import.created_at, Import.position)))
