"""Only a playlist, or only a person, out of a backup: the rest goes on as it is."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from playlist_app.config import Settings
from playlist_app.operations.backups import checking, restoring, taking
from playlist_app.operations.backups.layout import Backup
from playlist_app.operations.backups.only import Brought, restore_only
from playlist_app.refusals import Conflict, Invalid, NotFound
from tests.cast import Person, ok
from tests.operations.backups.conftest import query, rows, state

TITLE = "Friday kitchen"


@pytest.fixture
def backup(config: Settings) -> Backup:
    return taking.take(config)


def bring(app: Flask, backup: Backup, wanted: str) -> Brought:
    with app.app_context():
        return restore_only(app.config["JAMBOREE"], backup, wanted)


def list_of(person: Person) -> dict[str, Any]:
    found = [p for p in ok(person.get("/playlists"))["items"] if p["title"] == TITLE]
    return dict(found[0])


def test_a_spoilt_playlist_is_what_it_was_and_the_rest_stays(
    app: Flask, config: Settings, backup: Backup, alice: Person, bob: Person, happened: Any
) -> None:
    playlist = list_of(alice)
    path = f"/playlists/{playlist['id']}"
    then = ok(alice.get(f"{path}/items"))["items"]
    for item in then[:2]:
        ok(alice.delete(f"{path}/items/{item['id']}"), 204)
    alice.adds(playlist, alice.makes_track("A wrong one"))
    ok(alice.patch(path, {"title": "Spoilt"}))
    other = alice.makes_playlist("Made since")
    before = happened()

    done = bring(app, backup, f"playlist={TITLE}")

    assert (done.playlists, done.tracks) == ([TITLE], 0)
    now = ok(alice.get(f"{path}/items"))["items"]
    assert [(i["id"], i["votes"]) for i in now] == [(i["id"], i["votes"]) for i in then]
    assert list_of(bob)["id"] == playlist["id"], "its members as well"
    assert ok(alice.get(f"/playlists/{other['id']}"))["title"] == "Made since"
    assert [t for t, _ in happened()[len(before) :]] == ["playlist.restored"]
    assert done.safety
    assert done.safety.name.endswith("-before-restore")
    assert checking.verify_live(config) == []


def test_a_playlist_that_was_deleted_comes_back_with_its_tracks_and_their_audio(
    app: Flask, config: Settings, backup: Backup, alice: Person, charlie: Person
) -> None:
    playlist = list_of(alice)
    tracks = [i["track"] for i in ok(alice.get(f"/playlists/{playlist['id']}/items"))["items"]]
    then = state(config)
    ok(alice.delete(f"/playlists/{playlist['id']}"), 204)
    for track in tracks:
        ok(alice.delete(f"/tracks/{track['id']}"), 204)
    query(config.database, "DELETE FROM audio_file")
    query(config.database, "DELETE FROM cover")
    for path in config.media_folder.rglob("*"):
        if path.is_file():
            path.unlink()

    done = bring(app, backup, f"playlist={playlist['id']}")

    assert done.tracks == len(tracks) == 3
    back = [i["track"] for i in ok(alice.get(f"/playlists/{playlist['id']}/items"))["items"]]
    assert [t["id"] for t in back] == [t["id"] for t in tracks]
    assert state(config)[1] == then[1]
    assert charlie.get(f"/playlists/{playlist['id']}").status_code == 404
    assert checking.verify_live(config) == []


def test_what_was_said_in_a_deleted_playlist_comes_back_and_what_was_said_since_stays(
    app: Flask, config: Settings, alice: Person
) -> None:
    path = f"/playlists/{list_of(alice)['id']}"
    said = {"text": "Bring ice", "take_snapshot": True}
    message = ok(alice.post(f"{path}/messages", said), 201)
    backup = taking.take(config)
    since = ok(alice.post(f"{path}/messages", {"text": "And limes"}), 201)
    bring(app, backup, f"playlist={TITLE}")
    assert ok(alice.get(f"{path}/messages"))["items"] == [since, message]
    ok(alice.delete(path), 204)
    elsewhere = alice.makes_playlist("Elsewhere")
    ok(alice.post(f"/playlists/{elsewhere['id']}/messages", {"text": "Another one"}), 201)

    bring(app, backup, f"playlist={TITLE}")

    assert ok(alice.get(f"{path}/messages"))["items"] == [message]
    assert ok(alice.get(f"{path}/snapshots/{message['snapshot']}"))["items"]


def test_a_person_gets_their_account_and_what_is_gone_of_theirs(
    app: Flask, config: Settings, backup: Backup, alice: Person, bob: Person
) -> None:
    kept = ok(alice.patch(f"/playlists/{list_of(alice)['id']}", {"title": "Kept as it is"}))
    query(config.database, "UPDATE user SET password_hash = '', name = '?' WHERE username='alice'")
    query(config.database, "DELETE FROM membership")
    done = bring(app, backup, "user=Alice")
    assert done.person == "Alice"
    assert rows(config.database)["user"][0][2:4] != ("?",)
    [found] = query(
        config.database, "SELECT name, password_hash != '' FROM user WHERE name='Alice'"
    )
    assert found == ("Alice", 1)
    assert ok(alice.get(f"/playlists/{kept['id']}"))["title"] == "Kept as it is"
    bring(app, backup, "user=bob")
    assert ok(bob.get(f"/playlists/{kept['id']}"))["my_role"] == "editor"


def test_somebody_who_is_gone_altogether_comes_back(
    app: Flask, config: Settings, backup: Backup, alice: Person
) -> None:
    for table in ("playlist", "track", "audio_file", "cover"):
        query(config.database, f"PRAGMA foreign_keys = ON; DELETE FROM {table}".split(";")[1])
    for table in ("item", "vote", "membership", "room", "play", "audio_sender"):
        query(config.database, f"DELETE FROM {table}")
    query(
        config.database,
        "DELETE FROM log_in_session WHERE user_id IN"
        " (SELECT id FROM user WHERE username = 'alice')",
    )
    query(config.database, "DELETE FROM user WHERE username = 'alice'")
    done = bring(app, backup, "user=alice")
    assert (done.playlists, done.tracks) == ([TITLE], 3)
    assert checking.verify_live(config) == []


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        ("everything", Invalid),
        ("playlist=", Invalid),
        ("playlist=No such", NotFound),
        ("user=nobody", NotFound),
        ("playlist=Twice", Conflict),
    ],
)
def test_what_it_cannot_find_changes_nothing(
    app: Flask, config: Settings, alice: Person, wanted: str, refusal: type[Exception]
) -> None:
    for _ in range(2):
        alice.makes_playlist("Twice")
    made = taking.take(config)
    before = state(config)
    with pytest.raises(refusal):
        bring(app, made, wanted)
    assert state(config) == before


def test_a_damaged_backup_is_refused_here_too(app: Flask, config: Settings, backup: Backup) -> None:
    (backup.path / "app.db.gz").write_bytes(b"?")
    before = state(config)
    with pytest.raises(restoring.DamagedBackup, match=r"app\.db\.gz"):
        bring(app, backup, f"playlist={TITLE}")
    assert state(config) == before
