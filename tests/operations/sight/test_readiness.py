"""Readiness: what is checked, and what is said where it fails."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask

from playlist_app.database import connect, iso, now, write
from playlist_app.operations.sight import readiness
from playlist_app.work.worker import signs_of_life
from tests.cast import Person


@pytest.fixture
def at_work(app: Flask) -> Iterator[str]:
    """A worker is alive."""
    with signs_of_life(app.config["JAMBOREE"]) as name:
        yield name


@pytest.fixture(autouse=True)
def asks_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "HOLDS", 0)


def ready(person: Person, status: int) -> dict[str, Any]:
    answer = person.page("/readyz")
    assert answer.status_code == status, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    wrong = [name for name, check in found["checks"].items() if not check["ok"]]
    assert bool(wrong) == (status == 503)
    assert found["status"] == ("not ready" if wrong else "ready")
    return {name: found["checks"][name]["says"] for name in wrong}


def test_where_all_is_well_it_is_ready(nobody: Person, at_work: str) -> None:
    assert ready(nobody, 200) == {}
    answer = nobody.page("/readyz")
    assert set(answer.get_json()["checks"]) == {"database", "disk", "migrations", "worker"}
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers


def test_without_a_worker_it_is_not(nobody: Person) -> None:
    wrong = ready(nobody, 503)
    assert set(wrong) == {"worker"}
    assert "flask work" in wrong["worker"]


def test_a_worker_that_stands_still_is_none(
    nobody: Person, at_work: str, data_folder: Path
) -> None:
    note = data_folder / "workers" / f"{at_work}.json"
    told = json.loads(note.read_text())
    told["looked"] = {"imports": iso(now() - timedelta(minutes=6))}
    note.write_text(json.dumps(told))
    assert "Restart it" in ready(nobody, 503)["worker"]
    told["looked"]["clean-up"] = iso(now())
    note.write_text(json.dumps(told))
    assert ready(nobody, 200) == {}


def test_a_database_that_is_gone_is_told(nobody: Person, at_work: str, data_folder: Path) -> None:
    for path in data_folder.glob("app.db*"):
        path.rename(path.with_name(f"away-{path.name}"))
    wrong = ready(nobody, 503)
    assert "missing" in wrong["database"]
    assert not (data_folder / "app.db").exists()  # asking makes none


def test_a_database_that_is_damaged_is_told(
    nobody: Person, at_work: str, data_folder: Path
) -> None:
    for path in data_folder.glob("app.db-*"):
        path.unlink()
    (data_folder / "app.db").write_bytes(b"no database " * 4000)
    assert "can't be used" in ready(nobody, 503)["database"]


def test_one_that_somebody_holds_and_does_not_use_is_told(
    nobody: Person, at_work: str, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "LOCKED_AT_MOST", 0.05)
    with contextlib.closing(connect(data_folder / "app.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "locked" in ready(nobody, 503)["database"]
    assert ready(nobody, 200) == {}


def test_one_that_others_write_to_all_the_time_is_well(
    app: Flask, nobody: Person, at_work: str, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who looks may be unlucky each time it tries, and it is no fault."""
    reads = iter([(1, 1), (1, 2)])
    monkeypatch.setattr(readiness, "LOCKED_AT_MOST", 0.05)
    monkeypatch.setattr(readiness, "_read", lambda _: next(reads))
    with contextlib.closing(connect(data_folder / "app.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        assert ready(nobody, 200) == {}


def test_a_database_of_another_version_is_told(
    nobody: Person, at_work: str, data_folder: Path
) -> None:
    with contextlib.closing(sqlite3.connect(data_folder / "app.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
        database.commit()
    wrong = ready(nobody, 503)
    assert set(wrong) == {"migrations"}
    assert "Restart the server" in wrong["migrations"]


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_a_disk_that_is_nearly_full_is_told(
    nobody: Person, at_work: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9 - 1000, 1000))
    wrong = ready(nobody, 503)
    assert set(wrong) == {"disk"}
    assert "flask data size" in wrong["disk"]


def test_a_folder_that_is_not_ours_is_told(
    nobody: Person, at_work: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert "owner" in ready(nobody, 503)["disk"]


def test_what_is_wrong_tells_nothing_of_paths_and_versions(
    nobody: Person, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (data_folder / "app.db").unlink()
    text = json.dumps(ready(nobody, 503))
    assert str(data_folder) not in text
    assert "0019" not in text


def test_of_many_who_ask_one_looks(
    app: Flask, nobody: Person, at_work: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "HOLDS", 60)
    looks = []
    look = readiness.look
    monkeypatch.setattr(readiness, "look", lambda config: looks.append(1) or look(config))  # type: ignore[func-returns-value]
    for _ in range(5):
        ready(nobody, 200)
    assert len(looks) == 1


def test_while_it_is_not_ready_it_is_alive(nobody: Person) -> None:
    ready(nobody, 503)
    assert nobody.page("/healthz").status_code == 200


def test_a_look_changes_nothing(app: Flask, nobody: Person, at_work: str, happened: Any) -> None:
    ready(nobody, 200)
    assert happened() == []
    with app.app_context(), write():
        pass  # and keeps nobody from writing
