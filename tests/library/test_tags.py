"""Tags: what a file says about itself, in whatever words, becomes the fields of a track."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tinytag import TinyTag

from playlist_app.library.credits import artists_in
from playlist_app.library.folder_cover import folder_cover
from playlist_app.library.genre_names import NUMBERED, genre_key, genre_name
from playlist_app.library.tags import track_fields
from tests.cast import Person, ok
from tests.sounds import write

ALL = {
    "title": "Paper Lanterns",
    "artist": "Mira Lund feat. Tobi Vale",
    "album_artist": "Various Artists",
    "album": "Night Market",
    "genre": "hip hop",
    "date": "2024-05-01",
    "track": "4/12",
    "disc": "2/2",
    "compilation": "1",
}
FIELDS = {
    "title": "Paper Lanterns",
    "artist": "Mira Lund feat. Tobi Vale",
    "artists": ["Mira Lund", "Tobi Vale"],
    "album_artist": "Various Artists",
    "album": "Night Market",
    "genre": "Hip-Hop",
    "year": 2024,
    "track_number": 4,
    "disc": 2,
    "compilation": True,
}


# --- whole files --------------------------------------------------------------------------------


@pytest.mark.parametrize("format_", ["mp3", "m4a", "ogg", "opus", "flac"])
def test_the_tags_of_an_uploaded_file_become_the_fields_of_its_track(
    alice: Person, tmp_path: Path, format_: str
) -> None:
    path = tmp_path / f"tagged.{format_}"
    write(path, format_, seconds=1.0, pitch=330.0, tags=ALL)
    track = alice.uploads(path)
    assert {name: track[name] for name in FIELDS} == FIELDS
    assert ok(alice.get("/tracks?artist=tobi vale"))["items"] == [track]
    assert ok(alice.get("/tracks?artist=mira lund"))["items"] == [track]


@pytest.mark.parametrize("format_", ["mp3", "m4a", "ogg", "opus", "flac"])
def test_a_scan_and_an_upload_read_the_same(tmp_path: Path, format_: str) -> None:
    path = tmp_path / f"tagged.{format_}"
    write(path, format_, seconds=1.0, pitch=330.0, tags=ALL)
    found = track_fields(TinyTag.get(path).as_dict())
    # tinytag does not read the flag of an MP4; the album's artist says as much.
    assert {name: found.get(name) for name in FIELDS} == FIELDS


def test_what_a_person_says_goes_before_the_tags(alice: Person, tmp_path: Path) -> None:
    path = tmp_path / "tagged.mp3"
    write(path, "mp3", seconds=1.0, pitch=330.0, tags=ALL)
    track = alice.uploads(path, artist="Somebody", disc="7")
    assert (track["artist"], track["artists"], track["disc"]) == ("Somebody", ["Somebody"], 7)
    assert track["track_number"] == 4


# --- single tags --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "fields"),
    [
        ({}, {}),
        ({"title": "  "}, {}),
        ({"TITLE": "Loud"}, {"title": "Loud"}),
        ({"ALBUM ARTIST": "Mira"}, {"album_artist": "Mira", "artist": "Mira"}),
        ({"artist": ["Simon & Garfunkel", "AC/DC"]}, {"artist": "Simon & Garfunkel; AC/DC"}),
        ({"artist": ["A / B", "C"]}, {"artists": ["A / B", "C"]}),
        ({"artist": "A & B", "ARTISTS": "A;B"}, {"artist": "A & B", "artists": ["A", "B"]}),
        ({"artist": "A;B"}, {"artist": "A; B"}),
        ({"date": "01.05.1999"}, {"year": 1999}),
        ({"date": "20240501"}, {"year": 2024}),
        ({"date": "0000", "originaldate": "1987-01-02"}, {"year": 1987}),
        ({"year": 1999}, {"year": 1999}),
        ({"date": "soon"}, {}),
        ({"track": "0/0", "disc": "A"}, {}),
        ({"track": ["04"]}, {"track_number": 4}),
        ({"track": "123456789"}, {}),
        ({"compilation": "0"}, {}),
        ({"lyrics-deu": "Eins\nzwei"}, {"lyrics": "Eins\nzwei"}),
        ({"location-eng": "+48.2+016.37/"}, {"location": {"latitude": 48.2, "longitude": 16.37}}),
        ({"location": "Vienna"}, {}),
        ({"title": "b\udce9ta"}, {"title": "béta"}),  # Windows-1252
        ({"title": "half \ud800"}, {"title": "half ?"}),
        ({"title": None, "comment": object()}, {}),
    ],
)
def test_a_tag_is_read_as_it_was_meant(raw: dict[str, Any], fields: dict[str, Any]) -> None:
    found = track_fields(raw)
    assert {name: found.get(name) for name in fields} == fields
    if not fields:
        assert found == {}


@pytest.mark.parametrize(
    ("line", "artists"),
    [
        ("AC/DC", ["AC/DC"]),
        ("Simon & Garfunkel", ["Simon & Garfunkel"]),
        ("Earth, Wind & Fire", ["Earth, Wind & Fire"]),
        ("Ft. Worth Band", ["Ft. Worth Band"]),
        ("Nofeat. Guy", ["Nofeat. Guy"]),
        ("A feat. B", ["A", "B"]),
        ("A Ft B", ["A", "B"]),
        ("A featuring B", ["A", "B"]),
        ("A (feat. B & C)", ["A", "B & C"]),
        ("A [ft. B]", ["A", "B"]),
        ("A; B;C", ["A", "B", "C"]),
        ("A / B / A", ["A", "B"]),
        ("", []),
        (" ; ", []),
    ],
)
def test_a_line_is_split_only_where_it_is_certain(line: str, artists: list[str]) -> None:
    assert artists_in(line) == artists


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("(17)", "Rock"),
        ("17", "Rock"),
        ("(4)Eurodisco", "Eurodisco"),
        ("(4)(17)", "Disco"),
        ("(RX)", "Remix"),
        ("(999)", ""),
        ("255", ""),
        ("HIP HOP; Rap", "Hip-Hop"),
        ("drum'n'bass", "Drum & Bass"),
        ("Pop, Rock", "Pop"),
        ("Singer/Songwriter", "Singer/Songwriter"),
        ("field  recording", "Field Recording"),
        ("EDM", "EDM"),
        (" ; ", ""),
    ],
)
def test_a_genre_is_one_name_spelled_as_usual(tag: str, name: str) -> None:
    assert genre_name(tag) == name


def test_genres_that_differ_only_in_spelling_are_one() -> None:
    for one, other in (
        ("Hip-Hop", "hip hop"),
        ("Drum & Bass", "drum and bass"),
        ("Lo-Fi", "LOFI"),
        ("Música", "musica"),
    ):
        assert genre_key(one) == genre_key(other)
    assert genre_key("Rock") != genre_key("Rap")
    assert genre_key("★") == "★"
    assert len({genre_key(name) for name in NUMBERED}) == len(NUMBERED) == 192


# --- covers in folders --------------------------------------------------------------------------


def test_a_folder_has_a_cover_by_its_name(tmp_path: Path) -> None:
    song = tmp_path / "song.mp3"
    assert folder_cover(song) is None
    for name in ("booklet.jpg", "AlbumArtSmall.jpg", "Front.PNG", "FOLDER.JPG", "Cover.WebP"):
        (tmp_path / name).write_bytes(b"x")
    assert folder_cover(song) == tmp_path / "Cover.WebP"
    (tmp_path / "Cover.WebP").unlink()
    assert folder_cover(tmp_path) == tmp_path / "FOLDER.JPG"
    assert folder_cover(tmp_path / "gone" / "song.mp3") is None


def test_a_link_and_an_empty_file_are_no_cover(tmp_path: Path) -> None:
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(b"x")
    folder = tmp_path / "album"
    folder.mkdir()
    (folder / "cover.jpg").symlink_to(secret)
    (folder / "folder.jpg").touch()
    (folder / "front.jpg").mkdir()
    assert folder_cover(folder) is None
