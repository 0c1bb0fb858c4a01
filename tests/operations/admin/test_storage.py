"""What takes the room: by kind, format and person; and the limit from which admins are warned."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import update

from playlist_app.config import settings
from playlist_app.database import write
from playlist_app.library.models import AudioFile
from playlist_app.operations import figures, storage, warnings
from tests.cast import Person
from tests.counting import queries_of
from tests.sounds import Sounds

PATH = "/admin/storage"


@pytest.fixture
def music(app: Flask, alice: Person, bob: Person, sounds: Sounds) -> dict[str, int]:
    """Alice's file, which Bob has too, and one of Bob's own: their sizes."""
    flac, mp3 = sounds("flac"), sounds("mp3", pitch=330.0)
    alice.uploads(flac)
    bob.uploads(flac, title="The same again")
    bob.uploads(mp3)
    return {"flac": flac.stat().st_size, "mp3": mp3.stat().st_size}


def test_what_two_have_counts_for_both_and_once_in_all(app: Flask, music: dict[str, int]) -> None:
    with app.app_context():
        people = {part.name: part.size for part in storage.by_person()}
        formats = {part.name: part.size for part in storage.by_format()}
        kinds = {part.name: part.size for part in storage.by_kind(figures.of(settings()))}
    assert people == {"Alice": music["flac"], "Bob": music["flac"] + music["mp3"]}
    assert formats == {"FLAC": music["flac"], "MP3": music["mp3"]}
    assert kinds["Music"] == music["flac"] + music["mp3"]


def test_what_lies_elsewhere_takes_no_room_here(app: Flask, music: dict[str, int]) -> None:
    with app.app_context():
        with write() as tx:
            tx.execute(update(AudioFile).where(AudioFile.format == "mp3").values(path=b"/music/a"))
        assert {part.name: part.size for part in storage.by_format()} == {"FLAC": music["flac"]}
        assert [part.size for part in storage.by_person()] == [music["flac"]] * 2


def test_the_page_says_it_in_words_and_in_bars(
    app: Flask, dora: Person, alice: Person, music: dict[str, int]
) -> None:
    with app.app_context():
        figures.measure(settings())
    page = dora.page(PATH).text
    for title in ("By kind", "By person", "Music by format"):
        assert f"<h2>{title}</h2>" in page
    assert f'href="/admin/people/{alice.id}"' in page
    widths = [float(width) for width in re.findall(r'class="value" width="([\d.]+)"', page)]
    assert widths
    assert all(0 <= width <= 100 for width in widths)
    assert alice.page(PATH).status_code == 404


def test_an_empty_server_has_a_page_too(dora: Person) -> None:
    page = dora.page(PATH)
    assert page.status_code == 200
    assert "were not measured yet" in page.text


def test_more_files_take_no_more_queries(
    app: Flask, dora: Person, alice: Person, sounds: Sounds, music: dict[str, int]
) -> None:
    dora.page(PATH)
    before = queries_of(app, lambda: dora.page(PATH))
    alice.uploads(sounds("mp3", pitch=550.0))
    assert queries_of(app, lambda: dora.page(PATH)) == before


def test_admins_are_warned_over_the_limit_they_chose(app: Flask, dora: Person) -> None:
    def names() -> list[str]:
        with app.app_context():
            return [warning.name for warning in warnings.standing()]

    cache = app.config["JAMBOREE"].cache_folder / "large"
    with cache.open("wb") as file:
        file.truncate(2 * storage.GB)
    with app.app_context():
        figures.measure(settings())
    assert "storage-over-limit" not in names()
    dora.patch("/settings", {"storage_alert_gb": 3})
    assert "storage-over-limit" not in names()
    dora.patch("/settings", {"storage_alert_gb": 1})
    assert "storage-over-limit" in names()
    page = dora.page(PATH).text
    assert "More room is taken than you wanted" in page
    assert "Most of it is small copies: 2.0 GB." in page
    assert "More room is taken than you wanted" in dora.page("/admin").text
