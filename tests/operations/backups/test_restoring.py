"""Restoring: what a backup holds comes back whole, elsewhere or under a server that runs."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from flask import Flask

from playlist_app.config import Settings
from playlist_app.operations import in_use, startup
from playlist_app.operations.backups import (
    checking,
    kept,
    restoring,
    staging,
    taking,
)
from playlist_app.operations.https.authority import Files, prepare
from tests.cast import Person, ok
from tests.operations.backups.conftest import query, rows, state
from tests.serving import Client, Server
from tests.sounds import Sounds

# What a restore changes on purpose: the epoch, and the note that it was done.
NEW = ("fact", "audit")
# And under a server the version of the library goes on, so that nothing old is taken for current.
UNDER = (*NEW, "library_version")


def test_elsewhere_everything_is_as_it_was(
    config: Settings, elsewhere: Flask, alice: Person
) -> None:
    backup = taking.take(config)
    there: Settings = elsewhere.config["JAMBOREE"]
    done = restoring.restore(there, backup)

    assert (done.files, done.missing, done.safety) == (5, [], None)
    assert rows(there.database, but=NEW) == rows(config.database, but=NEW)
    assert state(there)[1:] == state(config)[1:], "audio, covers, and the key of the cookies"
    assert query(there.database, "SELECT * FROM fact") != query(
        config.database, "SELECT * FROM fact"
    )
    note = "SELECT action, subject, actor_name FROM audit ORDER BY id DESC LIMIT 1"
    assert query(there.database, note) == [("backup.restored", backup.name, "command line")]
    assert checking.verify_live(there) == []
    for path in there.data_folder.rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path
    startup.prepare(elsewhere)
    same = Person(elsewhere, "alice", alice.token)
    assert [t["title"] for t in ok(same.get("/tracks"))["items"]] == [
        t["title"] for t in ok(alice.get("/tracks"))["items"]
    ]


def test_what_was_there_is_saved_and_can_be_restored_too(
    app: Flask, config: Settings, alice: Person, sounds: Sounds
) -> None:
    backup = taking.take(config)
    then = state(config)
    late = alice.uploads(sounds("wav"), title="Later")
    later = rows(config.database, but=UNDER)

    done = restoring.restore(config, backup)
    assert rows(config.database, but=UNDER) == {k: v for k, v in then[0].items() if k not in UNDER}
    assert ok(alice.get("/tracks"))["items"][0]["title"] != "Later"
    assert alice.get(f"/tracks/{late['id']}").status_code == 404
    assert done.safety
    safety = kept.read(done.safety)
    assert safety.kind == "before-restore"

    restoring.restore(config, safety)
    assert rows(config.database, but=UNDER) == later
    assert ok(alice.get(f"/tracks/{late['id']}"))["title"] == "Later"
    assert checking.verify_live(config) == []


def test_audio_that_was_lost_or_damaged_comes_back(config: Settings) -> None:
    backup = taking.take(config)
    then = state(config)
    first, second, _ = sorted(p for p in (config.media_folder / "audio").rglob("*") if p.is_file())
    first.unlink()
    second.write_bytes(b"something else")
    assert restoring.restore(config, backup).files == 2
    assert state(config)[1] == then[1]


def test_an_encrypted_one_comes_back_by_its_passphrase(config: Settings, elsewhere: Flask) -> None:
    backup = taking.take(config, passphrase="words")
    there: Settings = elsewhere.config["JAMBOREE"]
    restoring.restore(there, backup, passphrase="words")
    assert rows(there.database, but=NEW) == rows(config.database, but=NEW)
    assert state(there)[1:] == state(config)[1:]


@pytest.mark.parametrize("passphrase", [None, "words"])
def test_devices_go_on_trusting_a_server_that_lost_everything(
    config: Settings, elsewhere: Flask, passphrase: str | None
) -> None:
    files = Files(config.https_folder)
    prepare(files, ["home.example"], ["192.168.1.7"])
    backup = taking.take(config, passphrase=passphrase)
    assert checking.verify(backup, passphrase=passphrase) == []
    there: Settings = elsewhere.config["JAMBOREE"]
    restored = Files(there.https_folder)

    restoring.restore(there, backup, passphrase=passphrase)
    assert restored.authority.read_bytes() == files.authority.read_bytes()
    assert prepare(restored, ["home.example"], ["192.168.1.7"]) == []
    assert stat.S_IMODE(restored.authority_key.stat().st_mode) == 0o600

    own = Files(config.https_folder)
    own.authority.write_bytes(b"another, that devices trust by now")
    restoring.restore(config, backup, passphrase=passphrase)
    assert own.authority.read_bytes() == b"another, that devices trust by now"


def test_a_newer_one_is_refused(config: Settings, elsewhere: Flask, tmp_path: Path) -> None:
    query(config.database, "UPDATE alembic_version SET version_num = '9999'")
    backup = taking.take(config)
    with pytest.raises(staging.NewerBackup, match="schema 9999"):
        restoring.restore(elsewhere.config["JAMBOREE"], backup)
    assert not elsewhere.config["JAMBOREE"].database.exists()


def test_numbers_of_events_are_never_given_out_twice(
    app: Flask, config: Settings, alice: Person
) -> None:
    backup = taking.take(config)
    newest = alice.makes_playlist("Gone soon")["seq"]
    restoring.restore(config, backup)
    assert alice.makes_playlist("After it")["seq"] == newest + 1
    assert checking.verify_live(config) == []


def test_a_database_of_before_a_migration_comes_back_without_media(
    config: Settings,
) -> None:
    backup = taking.take(config, kind="before-migration", media=False)
    then = state(config)
    query(config.database, "DELETE FROM vote")
    done = restoring.restore(config, backup)
    assert (done.files, done.missing) == (0, [])
    assert rows(config.database, but=NEW)["vote"] == then[0]["vote"] != []


def test_what_was_under_way_then_does_not_begin_again(config: Settings) -> None:
    columns = "id, kind, state, wanted, done, of, message, attempts, created_at"
    query(
        config.database,
        f"INSERT INTO long_work ({columns}) VALUES"
        " ('one', 'restore', 'running', '{}', 0, 0, '', 1, '2026-11-21 12:00:00.000000')",
    )
    restoring.restore(config, taking.take(config))
    assert query(config.database, "SELECT state FROM long_work") == [("cancelled",)]


@pytest.mark.parametrize("content", [b"", b"no database at all" * 1000])
def test_in_the_place_of_a_database_that_is_no_more(config: Settings, content: bytes) -> None:
    backup = taking.take(config)
    then = rows(config.database, but=NEW)
    for path in config.data_folder.glob("app.db*"):
        path.unlink()
    config.database.write_bytes(content)
    done = restoring.restore(config, backup)
    assert rows(config.database, but=NEW) == then
    if content:
        assert done.safety
        assert (done.safety / "app.db").read_bytes() == content


def test_a_damaged_database_is_not_replaced_while_a_server_has_it_open(
    config: Settings,
) -> None:
    backup = taking.take(config)
    for path in config.data_folder.glob("app.db*"):
        path.unlink()
    config.database.write_bytes(b"no database at all" * 1000)
    handle = os.open(config.data_folder / "serving.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_SH)  # as a server does (in_use.serve)
        with pytest.raises(in_use.StillServed):
            restoring.restore(config, backup)
    finally:
        os.close(handle)
    assert config.database.read_bytes() == b"no database at all" * 1000
    assert not (config.data_folder / restoring.FOLDER).exists()


@pytest.mark.parametrize(
    "at",
    ["Comparing", "Getting the database", "Getting audio", "Copying", "Writing", "Putting it in"],
)
def test_one_that_is_cut_off_changes_nothing(config: Settings, at: str) -> None:
    class CutOffError(Exception):
        pass

    def progress(done: int, of: int, message: str) -> None:
        if message.startswith(at):
            raise CutOffError

    backup = taking.take(config)
    query(config.database, "DELETE FROM vote")
    before = state(config)
    with pytest.raises(CutOffError):
        restoring.restore(config, backup, progress=progress)
    assert state(config) == before
    assert not (config.data_folder / restoring.FOLDER).exists()
    assert not (config.media_folder / restoring.FOLDER).exists()


def test_what_a_killed_one_left_goes(config: Settings) -> None:
    left = config.data_folder / restoring.FOLDER, config.media_folder / restoring.FOLDER
    for folder in left:
        folder.mkdir()
        (folder / "half").write_bytes(b"half a file")
    restoring.remove_left_over(config)
    assert not any(folder.exists() for folder in left)


def test_pages_of_a_running_server_read_what_was_restored_afresh(
    own_server: Server, clients: dict[str, Client], lived_in: Path
) -> None:
    alice = clients["alice"]
    playlist = alice.ok("GET", "/playlists")["items"][0]
    path = f"/playlists/{playlist['id']}"
    made = own_server.flask("data", "backup").splitlines()[-1]
    titles = [i["track"]["title"] for i in alice.ok("GET", f"{path}/items")["items"]]
    for item in alice.ok("GET", f"{path}/items")["items"]:
        alice.ok("DELETE", f"{path}/items/{item['id']}")

    listener = alice.listens(f"/ws{path}")
    hello = listener.until("connection.established")["payload"]
    said = own_server.flask("data", "restore", made, "--yes")
    assert said.splitlines()[0].startswith("Restored ")
    assert listener.until_closed() == 1012

    again = alice.listens(f"/ws{path}?since={hello['seq']}&epoch={hello['epoch']}")
    again.until("resync")
    assert [i["track"]["title"] for i in alice.ok("GET", f"{path}/items")["items"]] == titles
    # And it goes on: what is written now is told, by every process.
    item = alice.ok("GET", f"{path}/items")["items"][0]
    alice.ok("POST", f"{path}/items/{item['id']}/vote", {"direction": "up"})
    again.until("track.voted")
    again.close()
    assert own_server.flask("data", "verify").strip() == "All is well."
