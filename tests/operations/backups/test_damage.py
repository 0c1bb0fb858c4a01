"""One bit in any file of a backup: verify and restore name it, and change nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from flask import Flask

from playlist_app.config import Settings
from playlist_app.operations.backups import checking, kept, layout, proving, restoring, taking
from playlist_app.operations.backups.layout import Backup
from tests.operations.backups.conftest import state
from tests.soak import count

WORDS = "a passphrase that is long enough"


@pytest.fixture(scope="module")
def made(lived_in: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Backup]:
    """One that is proven, and one that is encrypted, as others are to damage copies of them."""
    folder = tmp_path_factory.mktemp("made") / "instance"
    shutil.copytree(lived_in, folder)
    config = Settings(data=str(folder))
    return {
        "plain": proving.prove(config, taking.take(config)),
        "encrypted": taking.take(config, passphrase=WORDS),
    }


def kinds_of_files(backup: Backup) -> list[str]:
    """One file of each kind."""
    kinds: dict[str, str] = {}
    for path in sorted(p for p in backup.path.rglob("*") if p.is_file()):
        name = path.relative_to(backup.path).as_posix()
        kind = name.split("/")[1] + "".join(path.suffixes) if "/" in name else name
        kinds.setdefault(kind, name)
    return list(kinds.values())


def flip(path: Path, bit: int) -> None:
    content = bytearray(path.read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)


def files(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.parametrize("which", ["plain", "encrypted"])
def test_a_flipped_bit_is_named_and_nothing_is_changed(
    which: str, made: dict[str, Backup], elsewhere: Flask, tmp_path: Path
) -> None:
    config: Settings = elsewhere.config["JAMBOREE"]
    passphrase = WORDS if which == "encrypted" else None
    names = kinds_of_files(made[which])
    assert len(names) == (8 if which == "plain" else 7)
    copy = tmp_path / made[which].name
    shutil.copytree(made[which].path, copy)
    before = state_without_database(config)
    for name in names:
        good = (copy / name).read_bytes()
        bits = len(good) * 8
        for part in range(count(3, 40)):
            flip(copy / name, (part * bits // count(3, 40) + bits // 7) % bits)
            damaged = files(copy)

            problems = checking.verify(kept.read(copy))
            assert [p.what for p in problems] in ([name], [layout.ABOUT], [layout.PROOF]), name
            assert name in str(problems[0]), (name, str(problems[0]))
            with pytest.raises(restoring.DamagedBackup) as refused:
                restoring.restore(config, kept.read(copy), passphrase=passphrase)
            assert name in refused.value.detail
            assert "Nothing was changed" in refused.value.detail

            assert files(copy) == damaged
            assert state_without_database(config) == before
            (copy / name).write_bytes(good)
    assert checking.verify(kept.read(copy)) == []


def state_without_database(config: Settings) -> dict[str, bytes]:
    assert not config.database.exists()
    return {name: b for name, b in files(config.data_folder).items() if "lock" not in name}


def test_what_is_missing_or_too_much_is_named(config: Settings) -> None:
    backup = taking.take(config)
    audio = next(p for p in (backup.path / "media" / "audio").rglob("*") if p.is_file())
    name = audio.relative_to(backup.path).as_posix()
    audio.unlink()
    (backup.path / "stranger").write_text("?")
    assert [p.what for p in checking.verify(backup)] == [name, "stranger"]
    before = state(config)
    with pytest.raises(restoring.DamagedBackup, match=name):
        restoring.restore(config, backup)
    assert state(config) == before


def test_a_rehearsal_proves_a_backup_or_says_why_not(config: Settings) -> None:
    good = proving.prove(config, taking.take(config))
    assert good.proven_at
    assert kept.backups(config) == [good]
    assert checking.verify(good) == []
    bad = taking.take(config)
    [name] = [n for n in kinds_of_files(bad) if "/audio/" in n]
    content = (bad.path / name).read_bytes()
    (bad.path / name).unlink()
    (bad.path / name).write_bytes(bytes([content[0] ^ 1]) + content[1:])
    with pytest.raises(proving.Unproven, match=name):
        proving.prove(config, bad)
    marked = kept.named(config, bad.name)
    assert (marked.proven_at, marked.damaged) == (None, (name,))
    assert name in str(marked.problem)
    assert not list((config.cache_folder / proving.FOLDER).iterdir())

    mended = taking.take(config)
    assert checking.verify(mended) == [], "what a check found damaged is copied, not linked"
    assert (mended.path / name).read_bytes() == content


# --- the data folder ----------------------------------------------------------------------------


def test_a_sound_data_folder_is_well(config: Settings) -> None:
    before = files(config.data_folder)
    assert checking.verify_live(config) == []
    assert checking.verify_live(config, sample=1) == []
    assert {n: b for n, b in files(config.data_folder).items() if "app.db-" not in n} == {
        n: b for n, b in before.items() if "app.db-" not in n
    }


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("UPDATE item SET up = up + 1 WHERE up = 1", "item "),
        ("UPDATE playlist SET seq = seq + 100", "playlist "),
        ("UPDATE playlist SET seq = 0", "playlist "),
        ("UPDATE event SET at = '2020-01-01 00:00:00' WHERE seq = 3", "event 3"),
        ("DELETE FROM user WHERE username = 'bob'", "membership "),
        ("DELETE FROM fact", "fact"),
    ],
)
def test_rows_that_do_not_agree_are_named(config: Settings, sql: str, what: str) -> None:
    import sqlite3

    connection = sqlite3.connect(config.database)
    connection.execute(sql)
    connection.commit()
    connection.close()
    assert any(problem.what.startswith(what) for problem in checking.verify_live(config))


def test_audio_and_covers_that_are_wrong_are_named(config: Settings) -> None:
    audio = next(p for p in (config.media_folder / "audio").rglob("*") if p.is_file())
    cover = next(p for p in (config.media_folder / "covers").rglob("*.large.jpg"))
    flip(audio, 1000)
    cover.unlink()
    found = {p.what: p.reason for p in checking.verify_live(config)}
    assert found == {
        f"media/audio/{audio.parent.name}/{audio.name}": "Its bytes are not what was stored.",
        f"media/covers/{cover.parent.name}/{cover.name}": "It is not in its place.",
    }


def test_a_damaged_database_is_named(config: Settings) -> None:
    content = bytearray(config.database.read_bytes())
    content[4096 * 3 : 4096 * 9] = bytes(4096 * 6)
    config.database.write_bytes(content)
    [first, *_] = checking.verify_live(config)
    assert first.what == "database"
