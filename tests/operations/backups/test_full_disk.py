"""A disk that is full at any step of a backup or a restore: what was there is there, and usable."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from playlist_app.config import Settings
from playlist_app.operations.backups import checking, disk, kept, restoring, taking
from tests.operations.backups.conftest import query, rows, state
from tests.soak import count

SIZE = 16_000_000  # bytes
STEPS = count(8, 60)
NEW = ("fact", "audit", "library_version")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    place = tmp_path / "small"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=700", "jamboree-test", str(place)]
    if os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can't be mounted here: that takes root")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(place: Path, *, but: int) -> Path:
    """Leave so many bytes."""
    filler = place / "filler"
    free = shutil.disk_usage(place).free
    filler.write_bytes(bytes(max(free - but, 0)))
    return filler


def test_a_backup_to_a_full_disk(config: Settings, small: Path) -> None:
    """From no room at all to just enough, so that it runs out at one step after the other."""
    needed = taking.take(config).size_bytes
    query(config.database, "CREATE TABLE filling AS SELECT randomblob(300000) AS bytes")
    needed += 500_000
    before = state(config)
    ends = set()
    for step in range(STEPS):
        place = small / "backups"
        filler = fill(small, but=needed * step // (STEPS - 1))
        try:
            made = taking.take(config, to=place)
        except disk.DiskFull as refused:
            assert "Make room" in refused.detail or "make room" in refused.detail
            assert str(place) in refused.detail
            assert kept.in_folder(place) == []
            assert not [p for p in place.glob("*") if p.name != kept.LOCK]
            ends.add("full")
        else:
            assert checking.verify(made) == []
            ends.add("made")
        filler.unlink()
        shutil.rmtree(place, ignore_errors=True)
        assert state(config) == before
    assert ends == {"full", "made"}


def test_a_restore_on_a_full_disk(config: Settings, small: Path) -> None:
    """The data folder lies on it; the backup, and what is saved first, as well."""
    folder = small / "instance"
    shutil.copytree(config.data_folder, folder, ignore=shutil.ignore_patterns("*.lock", "workers"))
    there = Settings(data=str(folder))
    query(there.database, "CREATE TABLE filling AS SELECT randomblob(2000000) AS bytes")
    backup = taking.take(there, to=config.data_folder.parent / "elsewhere")
    then = rows(there.database, but=NEW)
    for path in (there.media_folder / "audio").rglob("*"):
        if path.is_file():
            path.unlink()
    query(there.database, "DELETE FROM vote")
    query(there.database, "PRAGMA wal_checkpoint(TRUNCATE)")
    before = state(there)
    ends = []
    for step in range(STEPS):
        filler = fill(small, but=9_500_000 * step // (STEPS - 1))
        try:
            restoring.restore(there, backup)
        except disk.DiskFull as refused:
            assert "Nothing was changed" in refused.detail
            ends.append("full")
            filler.unlink()
            now = state(there)
            assert (now[0], now[2]) == (before[0], before[2])
            # Audio that the old state had lost may be back by then; nothing else is there.
            assert set(now[1].items()) >= set(before[1].items())
            query(there.database, "INSERT INTO vote SELECT * FROM vote")  # it can be written to
            assert not (folder / restoring.FOLDER).exists()
        else:
            filler.unlink()
            ends.append("restored")
            assert rows(there.database, but=NEW) == then
            assert checking.verify_live(there) == []
            break
        for made in kept.backups(there):
            kept.remove(made)
    assert ends[-1] == "restored"
    assert len(ends) > 2
