"""`flask data export | import`: a server in one file, and out of it again."""

from __future__ import annotations

import json
import shutil
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from playlist_app.operations import in_use, startup
from playlist_app.operations.moving import exporting, parcel
from playlist_app.people.models import Role, User
from playlist_app.people.sessions import open_session
from tests.cast import Person, ok, problem
from tests.conftest import close, make_app
from tests.operations.test_startup import dump, files, query
from tests.people.test_second_step import code_at, second
from tests.sounds import Sounds


def lasting(folder: Path) -> dict[str, bytes]:
    """Every file that is meant to last, but for the database."""
    return {
        name: content
        for name, content in files(folder).items()
        if not name.startswith("cache/") and not name.endswith(".lock")
    }


def run(app: Flask, *arguments: str) -> Any:
    return app.test_cli_runner().invoke(args=["data", *arguments])


@pytest.fixture(scope="module")
def made(
    furnished: tuple[Path, dict[str, str]],
    tmp_path_factory: pytest.TempPathFactory,
    sounds: Sounds,
) -> tuple[Path, dict[str, Any], Path]:
    """A data folder, a list in it, and what was exported of it; made once. Alice's list has two
    songs, which Bob voted on and Charlie knows nothing of."""
    base = tmp_path_factory.mktemp("made")
    shutil.copytree(furnished[0], base / "instance")
    app = make_app(base / "instance")
    alice, bob = (Person(app, name, furnished[1][name]) for name in ("alice", "bob"))
    playlist = alice.makes_playlist("Friday kitchen")
    alice.invites(playlist, bob)
    first = alice.adds(playlist, alice.uploads(sounds("flac"), title="Paper Lanterns"))
    alice.adds(playlist, bob.uploads(sounds("mp3", pitch=600.0), title="Copper Wire"))
    ok(bob.post(f"/playlists/{playlist['id']}/items/{first['id']}/vote", {"direction": "up"}))
    done = run(app, "export", str(base / "moved.tar"))
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[-1] == str(base / "moved.tar")
    close(app)
    return base / "instance", playlist, base / "moved.tar"


@pytest.fixture(scope="module")
def unused(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a server that nobody used yet, made once."""
    folder = tmp_path_factory.mktemp("unused") / "instance"
    app = make_app(folder)
    startup.prepare(app)
    close(app)
    return folder


@pytest.fixture
def data_folder(made: tuple[Path, dict[str, Any], Path], tmp_path: Path) -> Path:
    shutil.copytree(made[0], tmp_path / "instance")
    return tmp_path / "instance"


@pytest.fixture
def lists(made: tuple[Path, dict[str, Any], Path]) -> dict[str, Any]:
    return made[1]


@pytest.fixture
def parcel_of_it(made: tuple[Path, dict[str, Any], Path], tmp_path: Path) -> Path:
    shutil.copy(made[2], tmp_path / "moved.tar")
    return tmp_path / "moved.tar"


@pytest.fixture
def elsewhere(unused: Path, tmp_path: Path) -> Iterator[Flask]:
    """A server that nobody used yet, on another machine."""
    shutil.copytree(unused, tmp_path / "elsewhere")
    app = make_app(tmp_path / "elsewhere")
    yield app
    close(app)


def test_a_server_moves_with_everything_and_everybody_still_logged_in(
    app: Flask,
    elsewhere: Flask,
    parcel_of_it: Path,
    lists: dict[str, Any],
    alice: Person,
    charlie: Person,
) -> None:
    done = run(elsewhere, "import", str(parcel_of_it))
    assert (done.exit_code, done.output) == (0, "Taken in, with 2 audio files.\n")
    there = Person(elsewhere, "alice", alice.token)
    path = f"/playlists/{lists['id']}"
    assert ok(there.get(f"{path}/items")) == ok(alice.get(f"{path}/items"))
    for item in ok(there.get(f"{path}/items"))["items"]:
        url = item["track"]["audio"]["url"]
        assert there.get(url).data == alice.get(url).data
    assert Person(elsewhere, "charlie", charlie.token).get(path).status_code == 404
    old, new = app.config["JAMBOREE"].data_folder, elsewhere.config["JAMBOREE"].data_folder
    for name in ("secret_key", *(f for f in lasting(old) if f.startswith(("media/a", "media/c")))):
        assert (new / name).read_bytes() == (old / name).read_bytes()
    assert not (new / "first_admin_code").exists()
    assert run(elsewhere, "status").exit_code == 0
    assert query(new / "app.db", "SELECT * FROM event") == query(
        old / "app.db", "SELECT * FROM event"
    )
    for path_ in new.rglob("*"):
        assert stat.S_IMODE(path_.stat().st_mode) & 0o077 == 0, path_
    assert list(new.glob("import-*")) == []


def test_the_file_is_for_nobody_elses_eyes_and_is_written_over_by_nobody(
    app: Flask, parcel_of_it: Path, made: tuple[Path, dict[str, Any], Path]
) -> None:
    assert stat.S_IMODE(made[2].stat().st_mode) == 0o600
    before = parcel_of_it.read_bytes()
    assert run(app, "export", str(parcel_of_it)).exit_code == 1
    assert parcel_of_it.read_bytes() == before
    assert list(made[0].glob("cache/export-*")) == []


def test_audio_of_other_folders_comes_along_and_what_is_gone_is_known_as_lost(
    app: Flask, elsewhere: Flask, data_folder: Path, tmp_path: Path, alice: Person, sounds: Sounds
) -> None:
    music = tmp_path / "music"
    music.mkdir()
    shutil.copy(sounds("wav", pitch=500.0), music / "one.wav")
    scanned = app.test_cli_runner().invoke(args=["library", "scan", str(music), "--owner", "alice"])
    assert scanned.exit_code == 0, scanned.output
    gone = alice.uploads(sounds("mp3", pitch=800.0), title="Gone")
    sha = gone["audio"]["sha256"]
    (data_folder / "media" / "audio" / sha[:2] / sha).unlink()
    said = json.loads(run(app, "export", str(tmp_path / "it.tar"), "--json").output)
    assert (said["audio_files"], said["missing"]) == (3, 1)
    assert run(elsewhere, "import", str(tmp_path / "it.tar")).exit_code == 0
    shutil.rmtree(music)
    there = Person(elsewhere, "alice", alice.token)
    found = {track["audio"]["sha256"]: track for track in ok(there.get("/tracks"))["items"]}
    assert len(found) == 4
    for sha256, track in found.items():
        assert there.get(track["audio"]["url"]).status_code == (404 if sha256 == sha else 200)


# --- what can't be taken in ---------------------------------------------------------------------


def damaged(path: Path, at: float) -> Path:
    """A copy with one bit flipped, so far into the file."""
    content = bytearray(path.read_bytes())
    content[int(len(content) * at)] ^= 1
    other = path.with_name("damaged.tar")
    other.write_bytes(content)
    return other


def test_a_flipped_bit_is_found_and_changes_nothing(elsewhere: Flask, parcel_of_it: Path) -> None:
    folder = elsewhere.config["JAMBOREE"].data_folder
    before = dump(folder / "app.db"), lasting(folder)
    for at in (0.003, 0.05, 0.3, 0.6, 0.9):
        done = run(elsewhere, "import", str(damaged(parcel_of_it, at)))
        assert done.exit_code == 1, done.output
        assert "Error: " in done.output
        assert (dump(folder / "app.db"), lasting(folder)) == before


def test_a_file_that_is_cut_off_changes_nothing(elsewhere: Flask, parcel_of_it: Path) -> None:
    folder = elsewhere.config["JAMBOREE"].data_folder
    before = dump(folder / "app.db"), lasting(folder)
    content = parcel_of_it.read_bytes()
    for share in (0.97, 0.4, 0.0):
        parcel_of_it.write_bytes(content[: int(len(content) * share)])
        done = run(elsewhere, "import", str(parcel_of_it))
        assert done.exit_code == 1
        assert (dump(folder / "app.db"), lasting(folder)) == before


def test_nothing_is_written_outside_of_its_place(elsewhere: Flask, tmp_path: Path) -> None:
    for name in ("../../evil", "/tmp/evil", "media/audio/ab/../../../evil", "media/audio/x"):
        evil = tmp_path / "evil.tar"
        with tarfile.open(evil, "w") as tar:
            manifest = parcel.Manifest("2026", "0001", "e", 1, 1)
            content = json.dumps(vars(manifest)).encode()
            for called, data in ((parcel.MANIFEST, content), (name, b"evil")):
                about = tarfile.TarInfo(called)
                about.size = len(data)
                tar.addfile(about, __import__("io").BytesIO(data))
        done = run(elsewhere, "import", str(evil))
        assert "which does not belong there" in done.output
    assert not list(tmp_path.rglob("evil"))


def test_a_newer_one_and_what_is_none_are_refused(
    elsewhere: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parcel_of_it: Path
) -> None:
    (tmp_path / "other.tar").write_bytes(b"something else" * 100)
    assert "not made by" in run(elsewhere, "import", str(tmp_path / "other.tar")).output
    assert "no file" in run(elsewhere, "import", str(tmp_path / "missing.tar")).output
    newest = parcel.manifest_of(parcel_of_it).schema
    monkeypatch.setattr(startup, "newest_version", lambda: f"{int(newest) - 1:04}")
    assert "newer version" in run(elsewhere, "import", str(parcel_of_it)).output


def test_a_server_that_is_used_or_runs_is_not_replaced(
    app: Flask, elsewhere: Flask, parcel_of_it: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dump(app.config["JAMBOREE"].database)
    done = run(app, "import", str(parcel_of_it))
    assert done.exit_code == 1
    assert "Say --merge" in done.output
    assert dump(app.config["JAMBOREE"].database) == before
    monkeypatch.setattr(in_use, "_serving", {})
    in_use.serve(elsewhere.config["JAMBOREE"])
    assert "Stop it first" in run(elsewhere, "import", str(parcel_of_it)).output


# --- merging ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def other(unused: Path, tmp_path_factory: pytest.TempPathFactory, sounds: Sounds) -> Path:
    """What was exported of another server: Alice is there too, and Erin; one song is the same."""
    base = tmp_path_factory.mktemp("other")
    shutil.copytree(unused, base / "instance")
    app = make_app(base / "instance")
    tokens = []
    with app.app_context():
        for name in ("Alice", "erin"):
            person = User.create(name, "another password", roles={Role.ADMIN}, by=None)
            tokens.append(open_session(person))
    alice, erin = Person(app, "alice", tokens[0]), Person(app, "erin", tokens[1])
    alice.uploads(sounds("flac"), title="Paper Lanterns")
    playlist = erin.makes_playlist("Erin's", visibility="private")
    erin.invites(playlist, alice)
    song = erin.uploads(sounds("ogg", pitch=300.0), title="Only there")
    item = erin.adds(playlist, song)
    ok(alice.post(f"/playlists/{playlist['id']}/items/{item['id']}/vote", {"direction": "up"}))
    said = {"text": "Bring ice", "take_snapshot": True}
    ok(alice.post(f"/playlists/{playlist['id']}/messages", said), 201)
    secret = ok(erin.post("/users/me/factors/totp", {"password": "another password"}), 201)[
        "secret"
    ]
    ok(erin.post("/users/me/factors/totp/confirm", {"code": code_at(secret, -1)}))
    (base / "secret").write_text(secret)
    exporting.export(app.config["JAMBOREE"], base / "other.tar")
    close(app)
    return base / "other.tar"


def test_another_server_is_merged_by_hash_and_by_name_and_once(
    app: Flask,
    other: Path,
    alice: Person,
    bob: Person,
    happened: Any,
) -> None:
    before = happened()

    done = run(app, "import", str(other), "--merge", "--json")

    said = json.loads(done.output)
    assert (said["new"]["user"], said["known"]["user"]) == (1, 1)
    assert (said["new"]["audio_file"], said["known"]["audio_file"]) == (1, 1)
    assert (said["new"]["track"], said["known"]["track"]) == (1, 1)
    # Alice keeps her password and sees what Erin shares with her; Bob sees nothing of it.
    [theirs] = [p for p in ok(alice.get("/playlists"))["items"] if p["title"] == "Erin's"]
    [item] = ok(alice.get(f"/playlists/{theirs['id']}/items"))["items"]
    assert (item["track"]["title"], item["votes"], item["my_vote"]) == ("Only there", 1, "up")
    assert alice.get(item["track"]["audio"]["url"]).status_code == 200
    assert bob.get(f"/playlists/{theirs['id']}").status_code == 404
    [message] = ok(alice.get(f"/playlists/{theirs['id']}/messages"))["items"]
    kept = ok(alice.get(f"/playlists/{theirs['id']}/snapshots/{message['snapshot']}"))
    assert (message["text"], kept["items"][0]["title"]) == ("Bring ice", "Only there")
    titles = sorted(track["title"] for track in ok(alice.get("/tracks"))["items"])
    assert titles == ["Copper Wire", "Only there", "Paper Lanterns"]
    told = happened()[len(before) :]
    assert [kind for kind, _ in told] == ["playlist.updated"]
    assert ok(alice.get(f"/playlists/{theirs['id']}"))["seq"] == len(before) + 1
    # What Erin's app shows is asked for here as well, though another key seals it here.
    nobody = Person(app, "nobody", None)
    erin = {"username": "erin", "password": "another password"}
    ticket = problem(nobody.post("/users/login", erin), 401)["second_step"]["ticket"]
    secret = (other.parent / "secret").read_text()
    ok(second(nobody, ticket, code_at(secret)))
    # Who looked after the other server is a member here.
    with app.app_context():
        assert not User.named("erin").is_admin
        assert User.named("alice").as_user()["roles"] == ["member"]
    config = app.config["JAMBOREE"]
    assert query(config.database, "PRAGMA foreign_key_check") == []
    assert len(list(config.backup_folder.glob("*before-restore*"))) == 1

    after = [line for line in dump(config.database) if '"audit"' not in line]
    again = json.loads(run(app, "import", str(other), "--merge", "--json").output)
    assert again["new"] == {}
    assert [line for line in dump(config.database) if '"audit"' not in line] == after


def test_a_merge_that_fails_leaves_rows_and_files_as_they_were(
    app: Flask, other: Path, data_folder: Path
) -> None:
    query(
        data_folder / "app.db",
        "CREATE TRIGGER full BEFORE INSERT ON vote BEGIN SELECT RAISE(ABORT, 'no'); END",
    )
    before = dump(data_folder / "app.db"), sorted((data_folder / "media").rglob("*"))
    done = run(app, "import", str(other), "--merge", "--no-backup")
    assert done.exit_code == 1
    after = dump(data_folder / "app.db"), sorted((data_folder / "media").rglob("*"))
    assert after[0] == before[0]
    assert [p for p in after[1] if p.is_file()] == [p for p in before[1] if p.is_file()]
