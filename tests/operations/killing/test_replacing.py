"""kill -9 in the middle of what replaces everything: a restore, or the import into an empty server.
After a restart the server is the one before or the one after, whole, and goes on.

KILL_SEED=7 repeats a run, as far as chance goes: it is printed. KILL_MOMENTS=20 is a longer one.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import sys
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from playlist_app.config import Settings
from playlist_app.operations import pruning, startup
from playlist_app.operations.backups import checking, layout, taking
from playlist_app.operations.backups.layout import Backup
from playlist_app.operations.moving import exporting
from tests.cast import Person, ok
from tests.conftest import close, make_app
from tests.operations import old_schemas
from tests.operations.backups.conftest import query, rows
from tests.operations.killing import acts, tidy
from tests.operations.killing.acts import Acting
from tests.soak import count
from tests.sounds import Sounds

MOMENTS = int(os.environ.get("KILL_MOMENTS", count(4, 70)))  # of each
SEED = int(os.environ.get("KILL_SEED", random.SystemRandom().randrange(1000)))
# What a restore and a start write by themselves.
NEW = ("fact", "audit", "library_version", "task", "alembic_version")


@dataclass
class Case:
    """A data folder as it was, what is to take its place, and what each of them has."""

    before: Path
    source: Path
    old: tuple[Any, ...]
    new: tuple[Any, ...]
    token: str  # of Alice in the new one
    newest: int  # number that was given to an event in either
    takes: float  # seconds


def whole(data: Path) -> tuple[Any, ...]:
    """What must never be half of one and half of the other."""
    return rows(data / "app.db", but=NEW), (data / "secret_key").read_text()


def newest(data: Path) -> int:
    found = query(data / "app.db", "SELECT seq FROM sqlite_sequence WHERE name = 'event'")
    return int(found[0][0]) if found else 0


@pytest.fixture(scope="module")
def lived_in(
    furnished: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory, sounds: Sounds
) -> tuple[Path, Path, Backup]:
    """A server; as it was later, with another key and music; and the backup of between."""
    base = tmp_path_factory.mktemp("lived")
    shutil.copytree(furnished[0], base / "instance")
    app = make_app(base / "instance")
    alice = Person(app, "alice", furnished[1]["alice"])
    playlist = alice.makes_playlist()
    for format_ in ("mp3", "flac"):
        alice.adds(playlist, alice.uploads(sounds(format_), title=f"In {format_}"))
    close(app)
    config = Settings(data=str(base / "instance"), grace_days=0)
    backup = taking.take(config, to=base / "backups")
    shutil.copytree(base / "instance", base / "later")
    app = make_app(base / "later", grace_days=0)
    alice = Person(app, "alice", furnished[1]["alice"])
    for track in ok(alice.get("/tracks"))["items"]:
        ok(alice.delete(f"/tracks/{track['id']}"), 204)
    alice.uploads(sounds("opus"), title="Later")
    with app.app_context():
        pruning.prune()  # so that a restore has audio to bring back
    close(app)
    (base / "later" / "secret_key").write_text("the key of later" * 4)
    return base / "instance", base / "later", backup


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A server that nobody used yet."""
    folder = tmp_path_factory.mktemp("empty") / "instance"
    app = make_app(folder)
    startup.prepare(app)
    close(app)
    return folder


@pytest.fixture(params=["a restore", "of an older version", "into an empty server"])
def case(
    request: pytest.FixtureRequest,
    lived_in: tuple[Path, Path, Backup],
    empty: Path,
    furnished: tuple[Path, dict[str, str]],
    tmp_path: Path,
) -> tuple[acts.Act, Case]:
    then, later, backup = lived_in
    before, source, token = later, backup.path, furnished[1]["alice"]
    act: acts.Act = acts.restore
    if request.param == "of an older version":
        [(_, data, _)] = old_schemas.make(tmp_path, old_schemas.VERSIONS[1:2])
        token = old_schemas.TOKEN
        (data / "secret_key").write_text("a key of long ago" * 4)
        then, source = data, taking.take(Settings(data=str(data)), to=tmp_path / "old").path
    if request.param == "into an empty server":
        act, before, source = acts.become, empty, tmp_path / "moved.tar"
        exporting.export(Settings(data=str(then)), source)
    done = tmp_path / "done"
    shutil.copytree(before, done)
    takes = Acting(act, done, source).seconds()
    old, new = whole(before), whole(done)
    assert old[0] != new[0]
    assert old[1] != new[1] == (then / "secret_key").read_text()
    found = Case(before, source, old, new, token, max(newest(before), newest(done)), takes)
    shutil.rmtree(done)
    return act, found


def killed(act: acts.Act, case: Case, data: Path, chance: random.Random) -> str:
    """Half of them anywhere, half of them about the last step of a restore."""
    shutil.copytree(case.before, data)
    acting = Acting(act, data, case.source)
    if act is acts.restore and chance.random() < 0.5:
        acting.until_swap()
        seconds = chance.uniform(0, 0.03)
    else:
        seconds = chance.uniform(0, 1.1) * case.takes
    time.sleep(seconds)  # the random moment
    return "killed" if acting.kill() else "done"


def test_killed_at_any_moment_it_is_the_one_before_or_the_one_after(
    case: tuple[acts.Act, Case], tmp_path: Path
) -> None:
    act, it = case
    sys.stderr.write(f"KILL_SEED={SEED}\n")
    chance, ends = random.Random(SEED), Counter[tuple[str, str]]()
    for number in range(MOMENTS):
        data = tmp_path / f"killed{number}"
        how = killed(act, it, data, chance)
        app = make_app(data, grace_days=0)
        startup.prepare(app)
        found = whole(data)
        assert found[0] in (it.old[0], it.new[0])
        is_new = found[0] == it.new[0]
        # Of an empty server nobody has a cookie: it may have the other key already.
        is_key_free = act is acts.become and not is_new
        assert is_key_free or found[1] == (it.new if is_new else it.old)[1], "another key"
        ends[how, "new" if is_new else "old"] += 1
        close(app)
        goes_on(data, it, is_new=is_new)
        shutil.rmtree(data)
    sys.stderr.write(f"{act.__name__}: {dict(ends)}\n")


def goes_on(data: Path, it: Case, *, is_new: bool) -> None:
    """It is sound, can be written to, and has no stray file; and the same can be done again."""
    app = make_app(data, grace_days=0)
    config: Settings = app.config["JAMBOREE"]
    if is_new:
        alice = Person(app, "alice", it.token)
        assert alice.makes_playlist("After it")["seq"] > it.newest
    with app.app_context():
        pruning.prune()
    close(app)
    if not is_old_schema(it):
        assert checking.verify_live(config) == []
        assert tidy.lasting(config) - {"first_admin_code"} == tidy.expected(config)
    assert tidy.strange_backups(config) == set()
    assert not list(data.glob("import-*"))
    assert not list((data / "cache").glob("export-*"))


def is_old_schema(it: Case) -> bool:
    """Its rows were made up by the test: there are no files to them."""
    return it.source.is_dir() and layout.read(it.source).schema != old_schemas.VERSIONS[-1]


def test_what_was_cut_off_behind_the_last_step_is_finished_by_the_next_start(
    lived_in: tuple[Path, Path, Backup], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one moment that is too short to be met by chance: the database is new, the key is not."""
    from playlist_app.operations.backups import restoring

    then, later, backup = lived_in
    data = tmp_path / "data"
    shutil.copytree(later, data)
    config = Settings(data=str(data))
    kept = {}

    class CutOffError(Exception):
        pass

    def cut_off(_: Settings, folder: Path) -> bool:
        kept.update({p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()})
        raise CutOffError

    with monkeypatch.context() as patch:
        patch.setattr(restoring, "_put_what_belongs_to_it", cut_off)
        with pytest.raises(CutOffError):
            restoring.restore(config, backup)
    # As a kill leaves it, which runs no `finally`.
    (data / restoring.FOLDER).mkdir()
    for name, content in kept.items():
        (data / restoring.FOLDER / name).write_bytes(content)
    assert (data / "secret_key").read_text() == (later / "secret_key").read_text()
    with closing(sqlite3.connect(config.database)) as database:
        assert database.execute("SELECT count(*) FROM track").fetchone() == (2,)

    app = make_app(data)
    startup.prepare(app)
    close(app)
    assert (data / "secret_key").read_text() == (then / "secret_key").read_text()
    assert not (data / restoring.FOLDER).exists()
