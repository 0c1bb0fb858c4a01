"""kill -9 at random moments, of all processes at once, while people vote, add, upload and import, a
backup is taken, another server is merged in, or start-up migrates: what was acknowledged is there,
and the data are sound.

KILL_SEED=7 repeats a run, as far as chance goes: it is printed. KILL_MOMENTS=5 is a short one.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from playlist_app import create_app
from playlist_app.config import ROOT, Settings
from playlist_app.operations import pruning, startup
from playlist_app.operations.backups import checking, kept
from tests.conftest import close
from tests.imports.web import serving
from tests.operations.killing import acts, tidy
from tests.operations.killing.acts import Acting
from tests.operations.killing.elsewhere import Elsewhere
from tests.operations.killing.killed import Killed
from tests.operations.killing.ledger import Ledger, Load, post, sound
from tests.serving import PATIENCE, Client
from tests.soak import count

MOMENTS = int(os.environ.get("KILL_MOMENTS", count(20, 200)))
EACH_FOURTH = 4  # of the moments lies in a start that migrates, another one in a merge
FIRST = ("vote", "add", "upload", "import_", "backup")
SEED = int(os.environ.get("KILL_SEED", random.SystemRandom().randrange(1000)))

MIGRATION = '''"""One of the test: it fills a table from another, and changes rows of a third."""

import sqlalchemy as sa
from alembic import op

revision = "{version}"
down_revision = "{before}"


def upgrade() -> None:
    n = sa.Column("n", sa.Integer, primary_key=True)
    op.create_table("{table}", n, sa.Column("text", sa.Text))
    op.execute(
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {rows})"
        " INSERT INTO {table} SELECT x, hex(x) FROM n"
    )
    op.create_index("{table}_by_text", "{table}", ["text"])
    op.execute("INSERT INTO fact (name, value) SELECT '{table}', count(*) FROM {table}")
'''
ROWS = 20_000


class Story:
    """One server, killed again and again, and those who write to it."""

    def __init__(
        self,
        server: Killed,
        cast: dict[str, Client],
        load: Load,
        ledger: Ledger,
        elsewhere: Elsewhere,
    ) -> None:
        self.server = server
        self.elsewhere = elsewhere
        self.cast = cast
        self.load = load
        self.ledger = ledger
        self.config = Settings(data=str(server.data), grace_days=0)
        self.backups_seen: set[str] = set()
        self.versions: list[str] = []
        self.migrations = startup.MIGRATIONS / "versions"
        self.migrating_takes = 0.5  # seconds, until another start told better
        self.merging_takes = 0.5

    def furnish(self) -> None:
        alice = self.cast["alice"]
        made = alice.ok("POST", "/playlists", {"title": "Friday", "visibility": "members"})
        self.playlist: str = made["id"]
        path = f"/playlists/{self.playlist}/items"
        tracks = [alice.ok("POST", "/tracks", {"title": f"Song {n}"}) for n in range(10)]
        self.items = [alice.ok("POST", path, {"track_id": track["id"]})["id"] for track in tracks]
        self.people = {
            name: self.cast[name].ok("GET", "/users/me")["id"] for name in ("alice", "bob", "dora")
        }

    def killed_at_work(self, first: str, after: float) -> None:
        """Some seconds after the first of a kind was acknowledged: by then all are at it, however
        slow the machine is, and of each kind there is something that must not be lost."""
        before = self._done()[first]
        self._all_begin()
        deadline = time.monotonic() + 10 * PATIENCE  # a busy machine takes long for a backup
        while self._done()[first] == before:
            assert time.monotonic() < deadline, f"no {first} is acknowledged"
            time.sleep(0.001)  # between two looks
        time.sleep(after)  # the random moment
        self.server.kill()
        self.load.wait()
        assert self.load.failures == []

    def _done(self) -> Counter[str]:
        return self.ledger.acknowledged + Counter(backup=self.server.taken.stat().st_size)

    def killed_while_merging(self, share: float) -> None:
        """`flask data import --merge`, beside the server and everybody who writes."""
        parcel = self.elsewhere.parcel()
        self._all_begin()
        merging = Acting(acts.merge, self.server.data, parcel)
        time.sleep(share * self.merging_takes)  # the random moment
        merging.kill()
        self.server.kill()
        self.load.wait()
        assert self.load.failures == []

    def _all_begin(self) -> None:
        self.load.begin(self.cast, self.people, self.playlist, self.items)

    def killed_while_migrating(self, share: float) -> None:
        """The moment is a share of how long a start takes until the database is of this version."""
        self.server.kill()
        known = sorted(path.name[:4] for path in self.migrations.glob("[0-9]*.py"))
        version = f"{int(known[-1]) + 1:04}"
        table = f"made_{version}"
        text = MIGRATION.format(version=version, before=known[-1], table=table, rows=ROWS)
        (self.migrations / f"{version}_made.py").write_text(text)
        self.versions.append(version)
        self.server.begin()
        time.sleep(share * self.migrating_takes)  # the random moment
        self.server.kill()

    def comes_back(self) -> None:
        """Start again; everything that was acknowledged must be there."""
        began = time.monotonic()
        before = self._version()
        self.server.start()
        if self._version() != before:
            self.migrating_takes = 0.7 * self.migrating_takes + 0.3 * (time.monotonic() - began)
        self.looks_right()

    def looks_right(self) -> None:
        assert self.ledger.missing(self.config.database) == []
        assert self._version() == max(self.versions, default=self._version())
        with closing(sqlite3.connect(self.config.database)) as database:
            for version in self.versions:
                [made] = database.execute(f"SELECT count(*) FROM made_{version}").fetchone()
                name = f"made_{version}"
                rows = database.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchall()
                assert (made, rows) == (ROWS, [(str(ROWS),)])
        self._merged()
        assert checking.verify_live(self.config) == []
        self._repeats()
        self._backups()
        items = self.cast["bob"].ok("GET", f"/playlists/{self.playlist}/items")["items"]
        assert self.ledger.items <= {item["id"] for item in items}

    def _repeats(self) -> None:
        """What hung when the server went is asked again, and done once."""
        hanging, self.ledger.hanging = self.ledger.hanging, []
        for repeat in hanging:
            status, answer = post(repeat)
            assert status in (200, 201), answer
            again = post(repeat)
            assert again == (status, answer)
            if "title" in repeat.body:
                self.ledger.tracks[answer["id"]] = repeat.body["title"]
            else:
                self.ledger.items.add(answer["id"])

    def _merged(self) -> None:
        """All of it is there, or nothing, and then it is merged again."""
        for parcel in self.elsewhere.to_come(self.config.database):
            took = Acting(acts.merge, self.server.data, parcel).seconds()
            self.merging_takes = 0.7 * self.merging_takes + 0.3 * took
        assert self.elsewhere.to_come(self.config.database) == []

    def _backups(self) -> None:
        """Each that was taken is there and whole; one that was cut off is no backup."""
        taken = set(self.server.taken.read_text().split())
        there = {backup.name: backup for backup in kept.backups(self.config)}
        assert taken <= set(there)
        fresh = sorted(set(there) - self.backups_seen)
        for name in fresh[-2:]:
            assert checking.verify(there[name]) == [], name
        assert [name for name in fresh if there[name].problem] == []
        self.backups_seen |= set(there)

    def _version(self) -> str:
        with closing(sqlite3.connect(self.config.database)) as database:
            return str(database.execute("SELECT version_num FROM alembic_version").fetchone()[0])

    def imports_end(self) -> None:
        """What a killed worker had is taken up, and completed once."""
        deadline = time.monotonic() + 10 * PATIENCE
        with closing(sqlite3.connect(self.config.database)) as database:
            waiting = "SELECT state, count(*) FROM import WHERE state != 'completed' GROUP BY 1"
            while left := database.execute(waiting).fetchall():
                assert time.monotonic() < deadline, left
                time.sleep(0.1)  # between two looks
            tracks = database.execute("SELECT count(DISTINCT track_id) FROM import").fetchone()[0]
        assert tracks == self._count("import")

    def is_tidy(self) -> None:
        """Nothing serves any more. After `prune`, no file lies about that nobody knows of."""
        app = create_app(self.config)
        with app.app_context():
            pruning.prune()
        close(app)
        assert checking.verify_live(self.config) == []
        assert tidy.lasting(self.config) == tidy.expected(self.config)
        assert tidy.strange_backups(self.config) == set()

    def _count(self, table: str) -> int:
        with closing(sqlite3.connect(self.config.database)) as database:
            return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


@pytest.fixture
def story(
    data_folder: Path,
    furnished: tuple[Path, dict[str, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Story]:
    migrations = tmp_path / "migrations"
    shutil.copytree(ROOT / "migrations", migrations)
    monkeypatch.setattr(startup, "MIGRATIONS", migrations)
    server = Killed(
        data_folder,
        migrations,
        WORK="beside",
        IMPORT_ALLOW="127.0.0.0/8",
        IMPORT_ITEMS_A_DAY="0",
        IMPORT_LANES="1",
        GRACE_DAYS="0",
    )
    cast = {name: Client(server, token) for name, token in furnished[1].items()}
    chance, ledger = random.Random(SEED), Ledger()
    elsewhere = Elsewhere(tmp_path / "elsewhere", furnished, lambda: sound(chance))
    with serving() as web:
        load = Load(ledger, chance, web, lambda: sound(chance))
        try:
            yield Story(server, cast, load, ledger, elsewhere)
        finally:
            server.close()
            elsewhere.close()


def test_killed_at_any_moment_nothing_is_lost_that_was_acknowledged(story: Story) -> None:
    sys.stderr.write(f"KILL_SEED={SEED}\n")
    chance = random.Random(SEED)
    story.server.start()
    story.furnish()
    for number in range(MOMENTS):
        if number % EACH_FOURTH == EACH_FOURTH - 1:
            share = chance.random()
            story.killed_while_migrating(share)
            moment = f"{share:.2f} of a migration"
        elif number % EACH_FOURTH == 1:
            share = chance.uniform(0, 1.2)
            story.killed_while_merging(share)
            moment = f"{share:.2f} of a merge"
        else:
            first, seconds = FIRST[number % len(FIRST)], chance.uniform(0, 0.8)
            story.killed_at_work(first, seconds)
            moment = f"{seconds:.2f} s after the first {first}"
        sys.stderr.write(f"{moment}: {dict(story.ledger.acknowledged)}\n")
        story.comes_back()
    done = story.ledger.acknowledged
    assert all(done[kind] >= MOMENTS // 10 for kind in FIRST if kind != "backup"), done
    assert len(story.backups_seen) >= MOMENTS // 10
    story.imports_end()
    story.server.stop()
    story.is_tidy()
