"""`flask data prune | vacuum`: what nobody needs goes, all else stays."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from playlist_app.config import Settings
from playlist_app.database import now
from playlist_app.operations import pruning
from playlist_app.operations.backups import kept, layout
from playlist_app.operations.backups.layout import Backup
from tests.cast import Person, ok
from tests.operations.test_startup import dump, query
from tests.sounds import Sounds

Run = Callable[..., Any]


@pytest.fixture
def run(app: Flask) -> Run:
    def run(*arguments: str, stdin: str = "") -> Any:
        return app.test_cli_runner().invoke(args=["data", *arguments], input=stdin)

    return run


def counts(done: Any) -> dict[str, int]:
    return {one["kind"]: one["count"] for one in json.loads(done.output)["found"] if one["count"]}


@pytest.fixture
def littered(data_folder: Path, alice: Person, bob: Person, sounds: Sounds) -> Path:
    """A data folder with one of each kind that nobody needs, and one that somebody does."""
    alice.uploads(sounds("flac"), title="Paper Lanterns")
    gone = alice.uploads(sounds("mp3", pitch=700.0), title="Nobody's any more")
    ok(alice.delete(f"/tracks/{gone['id']}"), 204)
    media = data_folder / "media"
    (media / "audio" / "ab").mkdir(exist_ok=True)
    (media / "audio" / "ab" / ("ab" * 32)).write_bytes(bytes(1000))
    (media / "incoming" / "a9b1").write_bytes(b"half an upload")
    stray = data_folder / "cache" / "renditions" / "cd" / ("cd" * 32)
    stray.parent.mkdir(parents=True)
    stray.write_bytes(bytes(2000))
    database = data_folder / "app.db"
    query(database, "UPDATE audio_file SET unreferenced_since = '2020-01-01' WHERE format = 'mp3'")
    charlie = "(SELECT id FROM user WHERE username = 'charlie')"
    query(database, f"UPDATE log_in_session SET ends_at = '2020-01-01' WHERE user_id = {charlie}")
    return data_folder


def test_a_dry_run_says_what_would_go_and_changes_nothing(littered: Path, run: Run) -> None:
    before = dump(littered / "app.db"), sorted(littered.rglob("*"))
    done = run("prune", "--dry-run", "--json")
    assert counts(done) == {"sessions": 1, "audio": 1, "orphans": 1, "uploads": 1, "cache": 1}
    assert "Nothing was removed" in run("prune", "--dry-run", "--yes").output
    assert "Nothing was removed" in run("prune", stdin="n\n").output
    assert (dump(littered / "app.db"), sorted(littered.rglob("*"))) == before


def test_what_nobody_needs_goes_once_and_the_rest_stays(
    littered: Path, run: Run, alice: Person, charlie: Person
) -> None:
    done = run("prune", "--yes")
    assert done.exit_code == 0
    assert "Removed." in done.output
    assert counts(run("prune", "--json")) == {}
    assert run("prune").output.endswith("There is nothing to remove.\n")
    [kept_file] = [path for path in (littered / "media" / "audio").rglob("*") if path.is_file()]
    [track] = ok(alice.get("/tracks"))["items"]
    assert track["audio"]["sha256"] == kept_file.name
    assert list((littered / "media" / "incoming").iterdir()) == []
    assert charlie.get("/users/me").status_code == 401
    pruned = "SELECT actor_name FROM audit WHERE action = 'data.pruned'"
    assert query(littered / "app.db", pruned) == [("command line",)]


# --- backups ------------------------------------------------------------------------------------


def backup(config: Settings, days: float, kind: str, *, proven: bool = False) -> Backup:
    """The small files of one that was made so many days ago; what is in it counts for nothing."""
    made = now() - timedelta(days=days)
    name = f"{made:%Y%m%dT%H%M%SZ}-{kind}"
    path = config.backup_folder / name
    path.mkdir(mode=0o700)
    made_backup = Backup(name, path, made, kind)
    layout.write_about(made_backup)
    if proven:
        layout.write_proof(replace(made_backup, proven_at=made, checked_at=made))
    return made_backup


def test_old_backups_go_but_never_the_newest_nor_the_newest_proven(app: Flask, run: Run) -> None:
    config: Settings = app.config["JAMBOREE"]
    daily = [backup(config, days, "daily") for days in range(1, 60)]
    young = backup(config, 30, "manual")
    old = backup(config, 100, "before-migration")
    proven = backup(config, 120, "manual", proven=True)
    run("prune", "--yes")
    left = {one.name for one in kept.backups(config)}
    assert {daily[0].name, young.name, proven.name} <= left
    assert old.name not in left
    days = [one for one in kept.backups(config) if one.kind == "daily"]
    assert 7 <= len(days) <= 11  # seven days, four weeks, some of them the same


def test_backups_stay_when_they_are_all_there_is(app: Flask) -> None:
    config: Settings = app.config["JAMBOREE"]
    only = backup(config, 1000, "manual")
    assert pruning.old_backups(kept.backups(config), config, timedelta(days=1)) == []
    newer = backup(config, 900, "manual")
    old = pruning.old_backups(kept.backups(config), config, timedelta(days=1))
    assert [one.name for one in old] == [only.name]
    assert newer.name not in [one.name for one in old]


def test_one_that_was_cut_off_goes_but_not_one_that_is_being_taken(app: Flask, run: Run) -> None:
    place = kept.folder(app.config["JAMBOREE"])
    place.mkdir(exist_ok=True)
    with kept.alone(place):
        draft = place / f"{layout.DRAFT}20200101T000000Z-manual"
        draft.mkdir()
        (draft / "app.db.gz").write_bytes(bytes(1000))
        run("prune", "--yes")
        assert draft.exists()
    assert counts(run("prune", "--dry-run", "--json"))["cut-off-backups"] == 1
    run("prune", "--yes")
    assert not draft.exists()


# --- vacuum -------------------------------------------------------------------------------------


def rows(database: Path) -> list[str]:
    """What is in the tables, but for the index of the search and what was noted of the act."""
    return sorted(
        line
        for line in dump(database)
        if line.startswith("INSERT") and '"audit"' not in line and "track_" not in line
    )


def test_the_database_gets_smaller_and_keeps_everything(
    data_folder: Path, run: Run, alice: Person
) -> None:
    alice.makes_track("Paper Lanterns")
    query(data_folder / "app.db", "CREATE TABLE big AS SELECT zeroblob(3000000) AS it")
    query(data_folder / "app.db", "DROP TABLE big")
    before = rows(data_folder / "app.db")
    done = run("vacuum", "--json")
    said = json.loads(done.output)
    assert said["after_bytes"] < said["before_bytes"] - 2_000_000
    assert rows(data_folder / "app.db") == before
    found = ok(alice.get("/tracks?q=lantern"))["items"]
    assert [track["title"] for track in found] == ["Paper Lanterns"]
