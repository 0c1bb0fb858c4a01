"""kill -9 at random moments, of all processes at once, while people vote, add, upload and import, a
backup is taken, or start-up migrates: what was acknowledged is there, and the data are sound.

KILL_SEED=7 repeats a run, as far as chance goes: it is printed. KILL_MOMENTS=5 is a short one.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from playlist_app import create_app
from playlist_app.config import ROOT, Settings
from playlist_app.library.stored import audio_path, cover_path
from playlist_app.operations import pruning, startup
from playlist_app.operations.backups import checking, kept
from tests.conftest import close
from tests.imports.web import serving
from tests.operations.killing.ledger import Ledger, Load, post, sound
from tests.serving import PATIENCE, Client, Server
from tests.soak import count

MOMENTS = int(os.environ.get("KILL_MOMENTS", count(20, 200)))
EACH_FOURTH = 4  # of the moments lies in a start that migrates
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

ALWAYS = {"app.db", "app.db-wal", "app.db-shm", "secret_key"}


class Killed(Server):
    """A server of house.py, on its data folder."""

    def __init__(self, data: Path, migrations: Path, **settings: str) -> None:
        super().__init__(data)
        self.settings |= settings
        self.taken = data.parent / "taken"
        self.taken.touch()
        self.group = 0
        environment = {k: v for k, v in os.environ.items() if not k.startswith("JAMBOREE_")}
        environment |= {"HOST": "127.0.0.1", "PORT": str(self.port), "JAMBOREE_DATA": str(data)}
        environment |= {f"JAMBOREE_{name}": value for name, value in self.settings.items()}
        command = [sys.executable, "-m", "tests.operations.killing.house"]
        self.log = data.parent / "server.log"
        with self.log.open("ab") as log:
            self.house = subprocess.Popen(
                [*command, str(self.port), str(migrations), str(self.taken)],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def begin(self) -> None:
        """Start it, and wait for nothing."""
        assert self.house.stdin and self.house.stdout
        print(file=self.house.stdin, flush=True)
        self.group = int(self.house.stdout.readline())

    def start(self) -> Server:
        self.begin()
        self.wait_until_it_serves()
        return self

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> float:
        began = time.monotonic()
        if self.group:
            self._end(signal.SIGTERM)
        return time.monotonic() - began

    def _end(self, sent: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.group, sent)
        deadline = time.monotonic() + PATIENCE
        while self._lives():
            assert time.monotonic() < deadline, "it does not end"
            time.sleep(0.005)  # between two looks
        self.group = 0

    def _lives(self) -> bool:
        for path in Path("/proc").glob("[0-9]*/stat"):
            with suppress(FileNotFoundError, ProcessLookupError):
                state, _, group = path.read_text().rpartition(")")[2].split()[:3]
                if int(group) == self.group and state not in "ZX":
                    return True
        return False

    def close(self) -> None:
        if self.group:
            self.kill()
        assert self.house.stdin and self.house.stdout
        self.house.stdin.close()
        self.house.wait(PATIENCE)
        self.house.stdout.close()


class Story:
    """One server, killed again and again, and those who write to it."""

    def __init__(self, server: Killed, cast: dict[str, Client], load: Load, ledger: Ledger) -> None:
        self.server = server
        self.cast = cast
        self.load = load
        self.ledger = ledger
        self.config = Settings(data=str(server.data), grace_days=0)
        self.backups_seen: set[str] = set()
        self.versions: list[str] = []
        self.migrations = startup.MIGRATIONS / "versions"
        self.migrating_takes = 0.5  # seconds, until another start told better

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
        self.load.begin(self.cast, self.people, self.playlist, self.items)
        deadline = time.monotonic() + PATIENCE
        while self._done()[first] == before:
            assert time.monotonic() < deadline, f"no {first} is acknowledged"
            time.sleep(0.001)  # between two looks
        time.sleep(after)  # the random moment
        self.server.kill()
        self.load.wait()
        assert self.load.failures == []

    def _done(self) -> Counter[str]:
        return self.ledger.acknowledged + Counter(backup=self.server.taken.stat().st_size)

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
        data = self.config.data_folder
        found = {
            path.relative_to(data).as_posix()
            for path in data.rglob("*")
            # What is in these can be deleted at any time; what a backup holds `verify` has read.
            if path.is_file() and path.relative_to(data).parts[0] not in ("cache", "backups")
        }
        found = {name for name in found if name not in ALWAYS and not name.endswith(".lock")}
        assert found == self._expected()
        backups = {path.name for path in self.config.backup_folder.iterdir()}
        known = {backup.name for backup in kept.backups(self.config)}
        assert {name for name in backups - known if name != kept.LOCK} == set()

    def _expected(self) -> set[str]:
        """The files that the rows speak of."""
        with closing(sqlite3.connect(self.config.database)) as database:
            audio = [row[0] for row in database.execute("SELECT sha256 FROM audio_file")]
            covers = [row[0] for row in database.execute("SELECT id FROM cover")]
        found = {audio_path(self.config, sha256) for sha256 in audio}
        for id_ in covers:
            found |= {cover_path(self.config, id_, size) for size in ("large", "small")}
        return {path.relative_to(self.config.data_folder).as_posix() for path in found}

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
    with serving() as web:
        load = Load(ledger, chance, web, lambda: sound(chance))
        try:
            yield Story(server, cast, load, ledger)
        finally:
            server.close()


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
