"""Search: by the beginnings of words, without accents and case, forgiving one typo a word."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete

from playlist_app.database import write
from playlist_app.library.models import Genre, Track
from playlist_app.people.models import User
from tests.cast import Person, ok, problem
from tests.library.shelf import set_status

SHELF = [
    # title, artist, album, genre
    ("Paper Lanterns", "Mira Lund", "Night Market", "Folk"),
    ("Harbour Lights", "Ångström Quartet", "Tides", "Jazz"),
    ("Crème Brûlée", "Élodie", "Café Noir", "Chanson"),
    ("Straße im Regen", "Jürgen Groß", "Größer", "Synthwave"),
    ("Чайковский, как он есть", "Оркестр", "", "Classical"),
    ("夜の電車", "東京", "", "Ambient"),
    ("한국 노래", "서울", "", "Pop"),
    ("99 Problems, Solved", "AC/DC Tribute", "Rock & Roll", "Rock"),
    ("Don't Stop", "O'Neil", "", "Pop"),
]


@pytest.fixture
def shelf(app: Flask) -> None:
    """The tracks of SHELF, Alice's."""
    publish(app, SHELF)


def publish(app: Flask, rows: list[tuple[str, str, str, str]]) -> None:
    with app.app_context(), write():
        alice = User.named("alice")
        for title, artist, album, genre in rows:
            Track.publish(alice, title=title, artist=artist, album=album, genre=genre)


def found(person: Person, words: str, **more: Any) -> list[str]:
    answer = ok(person.get("/tracks", query_string={"search": words, **more}))
    return [track["title"] for track in answer["items"]]


@pytest.mark.usefixtures("shelf")
def test_the_beginning_of_a_word_in_any_field_finds_it(bob: Person) -> None:
    for words in ("pap", "lant", "Paper Lanterns", "mir", "lund", "nig", "market", "fol"):
        assert "Paper Lanterns" in found(bob, words), words


@pytest.mark.usefixtures("shelf")
def test_all_words_must_be_there_in_whichever_field_and_order(bob: Person) -> None:
    assert found(bob, "lund pap folk") == ["Paper Lanterns"]
    assert found(bob, "lund harbour") == []


@pytest.mark.usefixtures("shelf")
def test_accents_do_not_count_on_either_side(bob: Person) -> None:
    for words, title in (
        ("creme brulee", "Crème Brûlée"),
        ("crème", "Crème Brûlée"),
        ("Cre\u0300me Bru\u0302le\u0301e", "Crème Brûlée"),
        ("elodie", "Crème Brûlée"),
        ("angstrom", "Harbour Lights"),
        ("hárböur", "Harbour Lights"),
        ("Jurgen", "Straße im Regen"),
    ):
        assert found(bob, words) == [title], words


@pytest.mark.usefixtures("shelf")
def test_case_does_not_count(bob: Person) -> None:
    for words in ("HARBOUR", "harbour", "hArBoUr", "ÅNGSTRÖM"):
        assert found(bob, words) == ["Harbour Lights"], words


@pytest.mark.usefixtures("shelf")
def test_what_stands_in_the_library_is_found_as_it_is_written(bob: Person) -> None:
    for title, artist, _, _ in SHELF:
        assert found(bob, title)[0] == title
        assert title in found(bob, artist), artist


@pytest.mark.usefixtures("shelf")
def test_letters_of_every_script_are_found_by_their_beginning(bob: Person) -> None:
    for words, title in (
        ("Straß", "Straße im Regen"),
        ("größ", "Straße im Regen"),
        ("чайков", "Чайковский, как он есть"),
        ("ЧАЙКОВ", "Чайковский, как он есть"),
        ("夜の", "夜の電車"),
        ("한", "한국 노래"),
        ("\u1112\u1161\u11ab\u1100\u116e\u11a8", "한국 노래"),  # as a Mac sends it
    ):
        assert found(bob, words) == [title], words


@pytest.mark.usefixtures("shelf")
def test_one_typo_a_word_is_forgiven(bob: Person) -> None:
    for kind, words in (
        ("a letter missing", "harbur"),
        ("a letter too many", "harbbour"),
        ("a wrong letter", "hatbour"),
        ("two swapped", "harbuor"),
        ("the first missing", "arbour"),
        ("the first wrong", "garbour"),
        ("the first two swapped", "ahrbour"),
        ("in the beginning of a word", "harbuo"),
        ("one in each word", "harbur lihgts"),
        ("and an accent", "hárbur"),
    ):
        assert "Harbour Lights" in found(bob, words), kind


@pytest.mark.usefixtures("shelf")
def test_a_word_of_three_letters_is_guessed_only_where_nothing_begins_with_it(
    bob: Person,
) -> None:
    ok(bob.post("/tracks", {"title": "Glass Bicycle"}), 201)
    ok(bob.post("/tracks", {"title": "Glove Box"}), 201)
    found = [track["title"] for track in ok(bob.get("/tracks?search=gla"))["items"]]
    assert found == ["Glass Bicycle"]
    found = [track["title"] for track in ok(bob.get("/tracks?search=glx"))["items"]]
    assert sorted(found) == ["Glass Bicycle", "Glove Box"]


def test_two_typos_in_a_word_are_too_many(bob: Person) -> None:
    assert found(bob, "hrbur") == []


@pytest.mark.usefixtures("shelf")
def test_what_is_nowhere_finds_nothing(bob: Person) -> None:
    answer = ok(bob.get("/tracks?search=xylophonist"))
    assert answer == {"items": [], "next_cursor": None}


@pytest.mark.usefixtures("shelf")
def test_signs_do_no_harm(bob: Person) -> None:
    for words in (
        '"',
        "'",
        "*",
        "-",
        "^",
        ":",
        "()",
        '"" OR "',
        'lund" OR "1',
        "title:",
        "NEAR(",
        "{}",
        "%_",
        "\\",
        "\x00",
        ";--",
        "+",
        "🎺",
        "\u0301",
    ):
        assert found(bob, words) == [], words
    for words, title in (
        ('"paper', "Paper Lanterns"),
        ("paper*", "Paper Lanterns"),
        ("-paper", "Paper Lanterns"),
        ("^paper", "Paper Lanterns"),
        ("(paper)", "Paper Lanterns"),
        ("paper -lund", "Paper Lanterns"),
        ("AC/DC", "99 Problems, Solved"),
        ("rock & roll", "99 Problems, Solved"),
        ("don't", "Don't Stop"),
        ("don’t", "Don't Stop"),
        ("99", "99 Problems, Solved"),
    ):
        assert found(bob, words) == [title], words


@pytest.mark.usefixtures("shelf")
def test_words_of_the_index_language_are_words_like_others(app: Flask, bob: Person) -> None:
    publish(app, [("Near and Far", "Or Not", "", "")])
    for words in ("NEAR", "NEAR and", "and", "AND", "OR", "NOT", "near NOT far", "OR NOT AND"):
        assert found(bob, words)[0] == "Near and Far", words


@pytest.mark.usefixtures("shelf")
def test_an_empty_search_is_the_whole_library(bob: Person) -> None:
    assert len(found(bob, "")) == len(SHELF)


def test_a_search_that_is_too_long_is_refused(bob: Person) -> None:
    problem(bob.get("/tracks", query_string={"search": "x" * 201}), 422)
    assert found(bob, "many words " * 18) == []


def test_a_title_counts_more_than_an_artist_and_that_more_than_an_album_or_genre(
    app: Flask, bob: Person
) -> None:
    publish(
        app,
        [
            ("Other one", "Somebody", "Something", "River"),
            ("Other two", "Somebody", "River", "Something"),
            ("Other three", "River", "Somebody", "Something"),
            ("River", "Somebody", "Something", "Otherwise"),
        ],
    )
    assert found(bob, "river") == ["River", "Other three", "Other two", "Other one"]


def test_the_best_hit_is_first_however_old_it_is(app: Flask, bob: Person) -> None:
    publish(app, [(f"Song {number}", "", "", "River") for number in range(30)])
    publish(app, [("River", "", "", "")])
    publish(app, [(f"Other {number}", "", "", "River") for number in range(30)])
    assert found(bob, "river", limit=1) == ["River"]


def test_what_was_typed_is_before_what_was_guessed(app: Flask, bob: Person) -> None:
    publish(app, [("Light", "", "", ""), ("Might", "", "", ""), ("Other", "", "", "Night")])
    assert found(bob, "night") == ["Other", "Light", "Might"]


def test_a_search_can_be_ordered_otherwise(app: Flask, bob: Person) -> None:
    publish(app, [("B River", "", "", ""), ("A", "River", "", ""), ("C River River", "", "", "")])
    assert found(bob, "river", ordering="title") == ["A", "B River", "C River River"]
    assert found(bob, "river", ordering="-title") == ["C River River", "B River", "A"]


@pytest.mark.usefixtures("shelf")
def test_a_search_keeps_to_the_genre_and_the_artist_that_are_asked_for(bob: Person) -> None:
    assert found(bob, "l", genre="folk") == ["Paper Lanterns"]
    assert found(bob, "l", artist="MIRA LUND") == ["Paper Lanterns"]
    assert found(bob, "l", genre="folk", artist="Élodie") == []


def test_what_waits_for_review_is_found_by_who_sent_it_alone(
    app: Flask, alice: Person, bob: Person, dora: Person
) -> None:
    track = alice.makes_track("Half a Secret", genre="Hidden")
    set_status(app, track, "pending")
    for words in ("secret", "secrte", "hidden"):
        assert found(bob, words) == [], words
        assert found(alice, words) == found(dora, words) == ["Half a Secret"], words
    assert found(bob, "", genre="Hidden") == []
    assert found(bob, "secret", ordering="title") == []


def test_a_renamed_track_is_found_by_its_new_name_alone(alice: Person, bob: Person) -> None:
    track = alice.makes_track("Before", artist="Somebody", genre="Folk")
    ok(alice.patch(f"/tracks/{track['id']}", {"title": "Thereafter", "genre": "Jazz"}))
    assert found(bob, "thereaft") == found(bob, "jazz") == ["Thereafter"]
    assert found(bob, "before") == found(bob, "folk") == []


def test_a_deleted_track_is_not_found(alice: Person, bob: Person) -> None:
    track = alice.makes_track("Gone")
    stays = alice.makes_track("Gone, but not this one")
    alice.delete(f"/tracks/{track['id']}")
    assert found(bob, "gone") == [stays["title"]]


def test_the_index_is_whole_after_changes_of_every_kind(app: Flask, alice: Person) -> None:
    """SQLite's own check compares the index with the table it is made of."""
    for number in range(5):
        track = alice.makes_track(f"Song {number}", genre="Folk")
        if number % 2:
            ok(alice.patch(f"/tracks/{track['id']}", {"artist": "New", "genre": ""}))
        else:
            alice.delete(f"/tracks/{track['id']}")
    with app.app_context(), write() as tx:
        tx.connection().exec_driver_sql(
            "INSERT INTO track_fts(track_fts, rank) VALUES ('integrity-check', 1)"
        )


def test_a_new_word_can_be_mistyped_at_once(alice: Person, bob: Person) -> None:
    assert found(bob, "xylophnist") == []
    alice.makes_track("Xylophonist")
    assert found(bob, "xylophnist") == ["Xylophonist"]


def test_an_empty_library_finds_nothing(app: Flask, bob: Person) -> None:
    with app.app_context(), write() as tx:
        tx.execute(delete(Track))
        tx.execute(delete(Genre))
    assert found(bob, "anything") == found(bob, "") == []
