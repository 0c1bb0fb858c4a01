"""Seeding: what is there already is left as it is. That the music is music: test_demo_music.py."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from playlist_app.database import write
from playlist_app.library.demo import SONGS
from playlist_app.library.models import Track
from playlist_app.operations import seeding, startup
from playlist_app.people.models import User
from tests.cast import Person, ok
from tests.conftest import close, make_app


@pytest.fixture
def seeded(app: Flask) -> None:
    """Every song of the demo is there; only its name counts."""
    with app.app_context(), write():
        dora = User.named("dora")
        for song in SONGS:
            Track.publish(dora, title=song.title, artist=song.artist)


def run(app: Flask) -> str:
    done = app.test_cli_runner().invoke(args=["data", "seed"])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.usefixtures("seeded")
def test_seeding_again_makes_no_second_of_anything(
    app: Flask, data_folder: Path, dora: Person
) -> None:
    assert run(app) == run(app) == "The demo music is there.\n"
    assert len(ok(dora.get("/tracks?limit=200"))["items"]) == len(SONGS)
    titles = [playlist["title"] for playlist in ok(dora.get("/playlists"))["items"]]
    assert titles == [seeding.PLAYLIST]
    assert not (data_folder / "cache" / "demo").exists()
    with app.app_context():
        assert seeding.progress_now(app.config["JAMBOREE"]) is None


@pytest.mark.usefixtures("seeded")
def test_the_demo_playlist_is_the_first_admins_and_for_all_members(
    app: Flask, charlie: Person, nobody: Person
) -> None:
    run(app)
    [playlist] = ok(charlie.get("/playlists"))["items"]
    assert (playlist["owner"]["name"], playlist["visibility"]) == ("Dora", "members")
    assert nobody.get(f"/playlists/{playlist['id']}").status_code == 401


@pytest.mark.usefixtures("seeded")
def test_seeding_happens_once_at_a_time(app: Flask) -> None:
    """Who comes second waits for the lock, which is the first's until it ends."""
    with app.app_context():
        steps = seeding.seed(User.named("dora"))
        assert list(steps) == []
        lock = app.config["JAMBOREE"].cache_folder / "seed.lock"
        with lock.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_who_waited_sees_what_was_made_meanwhile(app: Flask, data_folder: Path) -> None:
    """And not what there was when they came: they would make all of it a second time."""
    with app.app_context():
        dora = User.named("dora")  # from here on this session sees one moment
        other = make_app(data_folder)
        with other.app_context(), write():
            for song in SONGS:
                Track.publish(User.named("dora"), title=song.title, artist=song.artist)
        close(other)
        assert list(seeding.seed(dora)) == []


def test_without_an_admin_nobody_is_there_whose_music_it_could_be(tmp_path: Path) -> None:
    app = make_app(tmp_path / "new")
    startup.prepare(app)
    done = app.test_cli_runner().invoke(args=["data", "seed"])
    assert done.exit_code == 1
    assert "There is no admin yet" in done.output
    close(app)


@pytest.fixture
def note(app: Flask) -> Path:
    """Where a seeding notes how far it is."""
    folder: Path = app.config["JAMBOREE"].cache_folder
    return folder / "seeding.json"


@pytest.fixture
def running(note: Path) -> Iterator[None]:
    """A seeding that holds its lock."""
    with note.with_name("seed.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.mark.usefixtures("running")
def test_while_it_runs_the_page_shows_how_far_it_is(alice: Person, note: Path) -> None:
    note.write_text("[12, 35]")
    home = alice.page("/").get_data(as_text=True)
    assert "Making music: 12 of 35 tracks." in home
    assert home.count('hx-trigger="every 2s"') == home.count('id="seeding"') == 1
    note.unlink()
    home = alice.page("/").get_data(as_text=True)
    assert "Making music" not in home
    assert 'id="seeding"' not in home, "the page that asks takes the region from this one: away"


def test_what_a_seeding_left_that_was_killed_is_not_shown(alice: Person, note: Path) -> None:
    note.write_text("[12, 35]")
    assert "Making music" not in alice.page("/").get_data(as_text=True)


@pytest.mark.usefixtures("running")
def test_a_broken_note_breaks_no_page(alice: Person, note: Path) -> None:
    for text in ("", "[12", "[1]", "{}"):
        note.write_text(text)
        assert alice.page("/").status_code == 200, text


# --- while it starts ----------------------------------------------------------------------------


class Started:
    """Stands for the process: one that was started and does not hold its lock yet."""

    commands: list[list[str]] = []  # noqa: RUF012 - the fixture empties it

    def __init__(self, command: list[str], **_: Any) -> None:
        self.commands.append(command)

    def wait(self) -> int:
        return 0


@pytest.fixture
def starting(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "Popen", Started)
    Started.commands = []
    with app.app_context():
        seeding.start_beside()


@pytest.mark.usefixtures("starting")
def test_from_the_first_moment_pages_say_that_music_is_being_made(alice: Person) -> None:
    [command] = Started.commands
    assert command[-2:] == ["data", "seed"]
    home = alice.page("/").get_data(as_text=True)
    assert "Making music …" in home
    assert 'hx-trigger="every 2s"' in home


@pytest.mark.usefixtures("starting")
def test_one_that_never_came_to_its_work_is_not_waited_for(alice: Person, note: Path) -> None:
    late = time.time() - seeding.STARTS_WITHIN - 1
    os.utime(note, (late, late))
    assert 'id="seeding"' not in alice.page("/").get_data(as_text=True)


@pytest.mark.usefixtures("starting")
def test_one_that_takes_long_to_count_what_is_there_is_still_shown(
    alice: Person, note: Path
) -> None:
    """It holds its lock by then."""
    late = time.time() - seeding.STARTS_WITHIN - 1
    os.utime(note, (late, late))
    with note.with_name("seed.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert "Making music …" in alice.page("/").get_data(as_text=True)


@pytest.mark.usefixtures("seeded", "starting")
def test_where_nothing_was_missing_the_note_goes_with_the_process(
    app: Flask, alice: Person, note: Path
) -> None:
    run(app)
    assert not note.exists()
    assert 'id="seeding"' not in alice.page("/").get_data(as_text=True)


# --- people to try things with ------------------------------------------------------------------


@pytest.mark.usefixtures("seeded")
def test_people_to_try_things_with_are_made_once_and_share_a_list(
    app: Flask, nobody: Person
) -> None:
    def seed_people() -> dict[str, str | None]:
        done = app.test_cli_runner().invoke(args=["data", "seed", "--people", "--json"])
        assert done.exit_code == 0, done.output
        return {one["username"]: one["password"] for one in json.loads(done.output)["people"]}

    passwords = seed_people()
    assert list(passwords) == ["owner", "member", "outsider"]
    assert len(set(passwords.values())) == 3
    sees = {}
    for name, password in passwords.items():
        log_in = {"username": name, "password": password}
        token = ok(nobody.post("/users/login", log_in))["token"]
        lists = ok(Person(app, name, token).get("/playlists"))["items"]
        sees[name] = {one["title"]: (one["my_role"], one["item_count"]) for one in lists}
    assert sees["owner"]["Try things here"] == ("owner", 5)
    assert sees["member"]["Try things here"] == ("editor", 5)
    assert "Try things here" not in sees["outsider"]
    assert set(seed_people().values()) == {None}
    with app.app_context():
        assert not any(User.named(name).is_admin for name in passwords)
