"""Troubles at a start: each is told in words that say what to do, and nothing is changed."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from playlist_app.config import ROOT, Settings
from playlist_app.database import PRAGMAS
from playlist_app.operations import folders, in_use, startup, troubles
from playlist_app.operations.troubles import CannotServe, DamagedDatabase, FullDisk, LockedDatabase
from tests.conftest import close, make_app
from tests.disks import fill, grow, small_disk
from tests.operations.test_folders import NOBODY, as_nobody
from tests.operations.test_startup import dump, later, query, write_later

__all__ = ["later"]


def start(folder: Path) -> None:
    app = make_app(folder)
    try:
        startup.prepare(app)
    finally:
        close(app)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A prepared folder where everybody may look: not below pytest's, which nobody may enter."""
    with tempfile.TemporaryDirectory() as base:
        Path(base).chmod(0o755)
        yield Path(base) / "data"


# --- whose it is --------------------------------------------------------------------------------


def test_a_folder_of_another_user_is_told_with_both_names(
    open_folder: Path, furnished: tuple[Path, object]
) -> None:
    shutil.copytree(furnished[0], open_folder)
    open_folder.chmod(0o777)
    said = as_nobody(lambda: folders.make(Settings(data=str(open_folder))))
    assert "belongs to the user root" in said
    assert "this runs as nobody" in said
    assert "chown -R nobody" in said
    # And what it says to do helps.
    subprocess.run(["chown", "-R", "nobody", str(open_folder)], check=True)

    def starts() -> None:
        start(open_folder)
        (open_folder / "started").touch()

    assert as_nobody(starts) == ""
    assert (open_folder / "started").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_root_makes_nothing_in_the_folder_of_another(
    open_folder: Path, furnished: tuple[Path, object]
) -> None:
    shutil.copytree(furnished[0], open_folder)
    for path in [open_folder, *open_folder.rglob("*")]:
        os.chown(path, NOBODY, NOBODY)
    before = {path: path.stat().st_uid for path in open_folder.rglob("*")}
    with pytest.raises(CannotServe, match="Start it as nobody"):
        folders.make(Settings(data=str(open_folder)))
    assert {path: path.stat().st_uid for path in open_folder.rglob("*")} == before


def test_a_disk_that_is_for_reading_only_is_told_as_that(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1000) as disk:
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        with pytest.raises(CannotServe, match="mounted for reading only"):
            folders.make(Settings(data=str(disk / "data")))


def test_the_command_line_says_it_in_a_sentence_and_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "data", "prepare"],
        cwd=ROOT,
        env=os.environ | {"JAMBOREE_DATA": str(tmp_path / "taken")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: The folder {tmp_path / 'taken'} can't be made")
    assert "Traceback" not in done.stderr


# --- the disk is full ---------------------------------------------------------------------------


def test_a_first_start_on_a_full_disk_says_so_and_works_once_there_is_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 300) as disk:
        with pytest.raises(FullDisk, match="Make room"):
            start(disk / "data")
        grow(disk, 10_000)
        start(disk / "data")
        assert query(disk / "data" / "app.db", "PRAGMA integrity_check") == [("ok",)]
        assert query(disk / "data" / "app.db", "SELECT count(*) FROM fact") == [(1,)]


@pytest.mark.parametrize("left", [0, 1, 3, 5])
def test_a_migration_on_a_full_disk_leaves_what_was_there(
    tmp_path: Path, furnished: tuple[Path, object], later: Path, left: int
) -> None:
    """Out of room where the copy is made, or in the middle of the migration."""
    with small_disk(tmp_path / "disk", 20_000) as disk:
        folder = disk / "data"
        shutil.copytree(furnished[0], folder)
        rows = "INSERT INTO later SELECT hex(zeroblob(3000000))"
        old = write_later(later, folder / "app.db", f"op.execute({rows!r})")
        before = dump(folder / "app.db")
        size = (folder / "app.db").stat().st_size
        filler = fill(disk, but=size * left)

        with pytest.raises(FullDisk):
            start(folder)

        if not left:
            filler.unlink()  # without 32 KB for its index of the log, SQLite can't even read
        assert query(folder / "app.db", "SELECT version_num FROM alembic_version") == [(old,)]
        assert dump(folder / "app.db") == before
        filler.unlink(missing_ok=True)
        start(folder)
        assert query(folder / "app.db", "SELECT length(thing) FROM later") == [(6_000_000,)]
        assert query(folder / "app.db", "PRAGMA integrity_check") == [("ok",)]


def test_a_start_that_has_nothing_to_make_works_on_a_full_disk(
    tmp_path: Path, furnished: tuple[Path, object], capsys: pytest.CaptureFixture[str]
) -> None:
    with small_disk(tmp_path / "disk", 20_000) as disk:
        shutil.copytree(furnished[0], disk / "data")
        start(disk / "data")
        late = "UPDATE log_in_session SET ends_at = '2020-01-01'"
        query(disk / "data" / "app.db", late)
        fill(disk, but=40_000)
        start(disk / "data")
        assert "Nothing was tidied up. The disk is full" in capsys.readouterr().err


# --- the database -------------------------------------------------------------------------------

HOLDS = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("PRAGMA locking_mode = EXCLUSIVE")
held.execute("BEGIN EXCLUSIVE")
held.execute("UPDATE fact SET value = value")
print("held", flush=True)
sys.stdin.read()
"""


def test_a_database_that_another_program_has_locked_is_told_with_its_name(
    data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PRAGMAS, "busy_timeout", "100")
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(data_folder / "app.db")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert other.stdout
    assert other.stdin
    assert other.stdout.readline() == b"held\n"
    with pytest.raises(LockedDatabase, match=f"process {other.pid}"):
        start(data_folder)
    other.stdin.close()
    other.wait()
    other.stdout.close()
    start(data_folder)


@pytest.mark.parametrize("where", ["head", "middle"])
def test_a_damaged_database_is_told_and_left_as_it_is(data_folder: Path, where: str) -> None:
    database = data_folder / "app.db"
    start(data_folder)
    for page in range(1, 12) if where == "middle" else [0]:
        with database.open("r+b") as file:
            file.seek(page * 4096)
            file.write(b"\xff" * 200)
    before = database.read_bytes()
    with pytest.raises(DamagedDatabase, match="flask data restore BACKUP"):
        start(data_folder)
    assert database.read_bytes() == before


def test_a_database_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    database = tmp_path / "app.db"
    query(database, "CREATE TABLE recipe (title TEXT)")
    with pytest.raises(startup.ForeignDatabase, match="did not make"):
        start(tmp_path)
    with closing(sqlite3.connect(database)) as connection:
        assert list(connection.execute("SELECT name FROM sqlite_master")) == [("recipe",)]


def test_an_empty_file_in_the_place_of_the_database_becomes_one(tmp_path: Path) -> None:
    """As it is left by a first start that was killed."""
    (tmp_path / "app.db").touch(0o600)
    start(tmp_path)
    assert query(tmp_path / "app.db", "SELECT count(*) FROM fact") == [(1,)]
    assert stat.S_IMODE((tmp_path / "app.db").stat().st_mode) == 0o600


def test_what_is_no_trouble_of_the_folder_passes_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), troubles.explained(Settings(data=str(tmp_path))):
        (tmp_path / "missing").read_text()


# --- who uses it --------------------------------------------------------------------------------


def test_what_is_served_is_replaced_by_nobody(data_folder: Path) -> None:
    config = Settings(data=str(data_folder))
    assert not in_use.is_served(config)
    with in_use.by_nobody_else(config):
        pass
    script = (
        "import sys; from playlist_app.config import Settings; "
        "from playlist_app.operations import in_use; "
        "in_use.serve(Settings(data=sys.argv[1])); print('serving', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", script, str(data_folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert other.stdout
    assert other.stdin
    assert other.stdout.readline() == b"serving\n"
    assert in_use.is_served(config)
    with pytest.raises(in_use.StillServed, match="Stop it first"), in_use.by_nobody_else(config):
        pass
    other.kill()
    other.wait()
    other.stdout.close()
    other.stdin.close()
    with in_use.by_nobody_else(config):
        assert in_use.is_served(config)
