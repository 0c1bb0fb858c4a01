"""The pages of the library, without a line of script: plain links and forms."""

from __future__ import annotations

import io
import uuid
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from playlist_app.database import write
from playlist_app.library.models import Track
from playlist_app.people.models import Role, User
from tests.cast import Browser, Person, ok
from tests.library.shelf import set_status, somebody, stock
from tests.sounds import Sounds


@pytest.fixture
def browser(app: Flask, alice: Person) -> Browser:
    """Alice's, logged in."""
    return Browser(app, alice)


def text(answer: TestResponse, status: int = 200) -> str:
    assert answer.status_code == status
    return answer.get_data(as_text=True)


# --- the list -----------------------------------------------------------------------------------


def test_the_library_shows_its_tracks(alice: Person, bob: Person) -> None:
    track = alice.makes_track("Paper Lanterns", album="Night Market", genre="Folk")
    page = text(bob.page("/library"))
    assert '<ul aria-label="Tracks">' in page
    assert f'href="/library/{track["id"]}"' in page
    for value in ("Paper Lanterns", "Mira Lund", "Night Market", "Folk (1)"):
        assert value in page


def test_an_empty_library_says_what_to_do(bob: Person) -> None:
    assert "The library is empty. Upload the first songs above." in text(bob.page("/library"))


def test_a_search_shows_what_it_found_and_keeps_its_words(alice: Person, bob: Person) -> None:
    for title in ("Paper Lanterns", "Harbour Lights"):
        alice.makes_track(title)
    page = text(bob.page("/library?search=harbuor&ordering=-created_at"))
    assert "Harbour Lights" in page
    assert "Paper Lanterns" not in page
    assert 'name="search" value="harbuor"' in page
    assert '<option value="-created_at" selected>' in page


def test_a_search_without_a_hit_says_so(alice: Person, bob: Person) -> None:
    alice.makes_track("Paper Lanterns")
    assert "Nothing fits that." in text(bob.page("/library?search=xylophone"))
    assert "Nothing fits that." in text(bob.page(f"/library?genre={uuid.uuid4()}"))


def test_what_people_typed_is_shown_and_not_run(alice: Person, bob: Person) -> None:
    alice.makes_track('<img src=x onerror="alert(1)">', artist="</a><script>alert(2)</script>")
    page = text(bob.page('/library?search="><script>alert(3)</script>'))
    page += text(bob.page("/library"))
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=" in page


def test_a_long_list_goes_on_behind_a_link(app: Flask, bob: Person) -> None:
    with app.app_context(), write():
        for number in range(55):
            Track.publish(User.named("alice"), title=f"Song {number:02}")
    for ordering in ("", "-created_at"):
        page = text(bob.page(f"/library?ordering={ordering}"))
        more = page.split('<a class="button quiet" href="')[1].split('"')[0].replace("&amp;", "&")
        following = text(bob.page(more))
        shown = page + following
        assert all(f'data-field="title">Song {number:02}</p>' in shown for number in range(55))
        assert "More</a>" not in following


@pytest.mark.parametrize("query", ["ordering=owner", "cursor=x", "ordering=title&cursor=W10"])
def test_an_address_that_makes_no_sense_is_told(bob: Person, query: str) -> None:
    assert "Please check what you entered" in text(bob.page(f"/library?{query}"), 422)


def test_a_guest_is_offered_no_upload(app: Flask, alice: Person) -> None:
    guest = somebody(app, "gus", Role.GUEST)
    assert "<upload-box" in text(alice.page("/library"))
    assert "<upload-box" not in text(guest.page("/library"))


# --- a track ------------------------------------------------------------------------------------


def test_a_track_has_a_page_for_everybody_and_a_form_for_who_may_edit(
    app: Flask, alice: Person, bob: Person, dora: Person
) -> None:
    track = alice.makes_track("Paper Lanterns", duration_seconds=187.5, year=2024)
    path = f"/library/{track['id']}"
    for person in (alice, dora, somebody(app, "rita", Role.REVIEWER)):
        assert "Delete this track" in text(person.page(path))
    page = text(bob.page(path))
    assert "Delete this track" not in page
    assert "<form" not in page.split('class="track-page"')[1].split("</main>")[0]
    for value in ("Paper Lanterns", "Mira Lund", "3:08", "2024", "Alice"):
        assert value in page


def test_a_track_that_one_may_not_see_has_no_page(app: Flask, alice: Person, bob: Person) -> None:
    track = alice.makes_track("Half a Secret")
    set_status(app, track, "pending")
    hidden = bob.page(f"/library/{track['id']}")
    assert "Half a Secret" not in text(hidden, 404)
    text(bob.page(f"/library/{uuid.uuid4()}"), 404)
    text(bob.page("/library/..%2f..%2fetc"), 404)
    text(alice.page(f"/library/{track['id']}"))


def test_a_track_is_edited_by_its_form(
    browser: Browser, alice: Person, bob: Person, happened: Any
) -> None:
    track = alice.makes_track("Before", year=1999)
    playlist = bob.makes_playlist()
    bob.adds(playlist, track)
    path = f"/library/{track['id']}"
    fields = {"title": "After", "artist": "Élodie", "album": "", "genre": "Jazz", "year": ""}
    answer = browser.submits(path, **fields)
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    assert "Saved." in text(browser.opens(path))
    changed = ok(bob.get(f"/tracks/{track['id']}"))
    assert [changed[name] for name in ("title", "artist", "genre", "year")] == [
        "After",
        "Élodie",
        "Jazz",
        None,
    ]
    assert happened(playlist["id"])[-1] == ("track.updated", {"track": changed})


def test_a_form_that_cannot_be_saved_says_why_and_changes_nothing(
    alice: Person, happened: Any
) -> None:
    track = alice.makes_track("Before", year=1999)
    path = f"/library/{track['id']}"
    for fields in (
        {"title": ""},
        {"title": "x" * 301},
        {"year": "soon"},
        {"year": "²"},
        {"year": "12345"},
        {"year": "-5"},
        {"year": "9" * 5000},
    ):
        answer = alice.page(path, method="POST", data={"title": "After"} | fields)
        assert "Please check what you entered" in text(answer, 422), fields
    assert ok(alice.get(f"/tracks/{track['id']}")) == track
    assert happened() == []


def test_a_form_of_who_may_not_edit_changes_nothing(
    app: Flask, alice: Person, bob: Person, nobody: Person
) -> None:
    track = alice.makes_track("Alice's")
    path = f"/library/{track['id']}"
    text(bob.page(path, method="POST", data={"title": "Bob's"}), 403)
    text(bob.page(f"{path}/delete", method="POST"), 403)
    assert nobody.page(f"{path}/delete", method="POST").status_code == 302
    set_status(app, track, "pending")
    text(bob.page(path, method="POST", data={"title": "Bob's"}), 404)
    text(bob.page(f"{path}/delete", method="POST"), 404)
    assert ok(alice.get(f"/tracks/{track['id']}"))["title"] == "Alice's"


def test_a_track_is_deleted_by_its_button(app: Flask, browser: Browser, alice: Person) -> None:
    track = alice.makes_track("Gone")
    page = f"/library/{track['id']}"
    answer = browser.submits(f"{page}/delete", seen_at=page)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/library")
    assert "“Gone” is out of the library" in text(browser.opens("/library"))
    assert stock(app).rows["track"] == 0


# --- uploading ----------------------------------------------------------------------------------


def test_several_files_are_sent_by_one_form_and_each_is_judged_for_itself(
    app: Flask, browser: Browser, sounds: Sounds
) -> None:
    answer = browser.submits(
        "/library/upload",
        seen_at="/library",
        file=[
            (io.BytesIO(sounds("mp3", title="Paper Boats").read_bytes()), "one.mp3"),
            (io.BytesIO(b"Dear diary"), "diary.mp3"),
            (io.BytesIO(sounds("flac", title="Paper Planes").read_bytes()), "two.flac"),
        ],
    )
    assert answer.status_code == 303
    page = text(browser.opens(answer.headers["Location"]))
    assert "Added “Paper Boats”." in page
    assert "Added “Paper Planes”." in page
    assert "diary.mp3: This is not one of the formats that can be played here." in page
    after = stock(app)
    assert after.rows["track"] == after.rows["audio_file"] == 2
    assert len(after.files) == 6


def test_htmx_gets_the_outcomes_as_a_region(app: Flask, alice: Person, sounds: Sounds) -> None:
    answer = alice.page(
        "/library/upload",
        method="POST",
        headers={"HX-Request": "true"},
        data={
            "file": [
                (io.BytesIO(sounds("mp3").read_bytes()), "one.mp3"),
                (io.BytesIO(b"<b>no</b>"), "<b>no.mp3"),
            ]
        },
    )
    region = text(answer)
    assert region.count("<li>") == 2
    assert "<html" not in region
    assert "Paper Lanterns" in region
    assert "&lt;b&gt;no.mp3" in region


def test_a_form_without_a_file_says_so(app: Flask, browser: Browser) -> None:
    before = stock(app)
    for fields in ({}, {"file": [(io.BytesIO(b""), "")]}):
        answer = browser.submits("/library/upload", seen_at="/library", **fields)
        if answer.status_code == 303:  # a browser sends an empty part for a field left empty
            answer = browser.opens(answer.headers["Location"])
        assert "Choose a file first." in answer.get_data(as_text=True)
    assert stock(app) == before


def test_a_guests_form_is_refused(app: Flask, sounds: Sounds) -> None:
    guest = somebody(app, "gus", Role.GUEST)
    before = stock(app)
    form = {"file": (io.BytesIO(sounds("mp3").read_bytes()), "one.mp3")}
    text(guest.page("/library/upload", method="POST", data=form), 403)
    assert stock(app) == before


# --- several at once, genres, undo --------------------------------------------------------------


def test_several_tracks_are_edited_without_a_script_and_restored(
    alice: Person, browser: Browser
) -> None:
    tracks = [alice.makes_track(f"Song {n}", genre="Folk", year=1990 + n) for n in range(2)]
    ids = [track["id"] for track in tracks]
    page = text(browser.submits("/library/selected", seen_at="/library", ids=ids))
    assert "Edit 2 tracks" in page
    assert 'name="genre" value="Folk"' in page
    assert 'name="year" value=""' in page
    shown = {"was_genre": "Folk", "was_year": "", "was_location": "", "back": "/library?search=so"}
    typed = {"genre": "Jazz", "year": "", "location": "48.2, 16.37", "compilation": "yes"}
    answer = browser.submits("/library/several", seen_at="/library", ids=ids, **shown, **typed)
    assert (answer.status_code, answer.location) == (303, "/library?search=so")
    changed = [ok(alice.get(f"/tracks/{id_}")) for id_ in ids]
    assert [t["year"] for t in changed] == [1990, 1991]  # they differ, and were left as they are
    assert {t["genre"] for t in changed} == {"Jazz"}
    assert changed[0]["location"] == {"latitude": 48.2, "longitude": 16.37, "accuracy_m": None}
    page = text(browser.opens("/library"))
    assert "2 tracks changed." in page
    undo = page.split('action="/library/changes/')[1].split('"')[0]
    assert (
        browser.submits(f"/library/changes/{undo}", seen_at=f"/library/{ids[0]}").status_code == 303
    )
    assert [ok(alice.get(f"/tracks/{id_}")) for id_ in ids] == tracks


def test_an_address_from_outside_is_no_way_back(alice: Person, browser: Browser) -> None:
    ids = [alice.makes_track("Song")["id"]]
    for path in ("/library/several", "/library/several/delete"):
        back = "https://example.com/"
        answer = browser.submits(path, seen_at="/library", ids=ids, back=back, year="1")
        assert answer.location == "/library"
    assert ok(alice.get("/tracks"))["items"] == []


def test_a_place_that_is_none_is_refused(alice: Person, browser: Browser) -> None:
    track = alice.makes_track("Song")
    path = f"/library/{track['id']}"
    answer = browser.submits(path, location="behind the house", title="Song")
    assert "A place is latitude and longitude" in text(answer, 422)
    assert ok(alice.get(f"/tracks/{track['id']}")) == track


def test_a_reviewer_renames_and_merges_genres_on_a_page(
    app: Flask, alice: Person, bob: Person, dora: Person
) -> None:
    for title, genre in (("a", "Folk"), ("b", "Jazz")):
        alice.makes_track(title, genre=genre)
    genres = {genre["name"]: genre["id"] for genre in ok(dora.get("/genres"))["items"]}
    hers = Browser(app, dora)
    text(bob.page("/library/genres"), 403)
    assert "1 track" in text(hers.opens("/library/genres"))
    path = f"/library/genres/{genres['Folk']}"
    hers.submits(path, seen_at="/library/genres", name="Songs")
    page = text(hers.opens("/library/genres"))
    assert "“Folk” is “Songs” now." in page
    hers.submits(path, seen_at="/library/genres", name="Songs", into="Jazz")
    assert "“Songs” is a part of “Jazz” now." in text(hers.opens("/library/genres"))
    assert {g["name"]: g["track_count"] for g in ok(bob.get("/genres"))["items"]} == {"Jazz": 2}


def test_a_page_of_a_track_leads_to_its_artists_its_album_and_what_is_near(
    alice: Person, bob: Person
) -> None:
    track = alice.makes_track(
        "Song",
        artist="Mira Lund feat. Tobi Vale",
        album="Night Market",
        disc=1,
        track_number=4,
        location={"latitude": -48.2, "longitude": 16.37, "accuracy_m": 5},
    )
    page = text(bob.page(f"/library/{track['id']}"))
    assert 'href="/library?artist=Tobi+Vale"' in page
    assert "disc 1" in page
    assert "track 4" in page
    assert 'href="geo:-48.2,16.37;u=5"' in page
    assert 'near=-48.2,16.37,1000"' in page
    for address in ("artist=Tobi+Vale", "album=night+market", "near=-48.2,16.37,1000"):
        assert track["id"] in text(bob.page(f"/library?{address}"))
    assert track["id"] not in text(bob.page("/library?near=48.2,16.37,1000"))
