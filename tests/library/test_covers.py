"""Covers: taken from the file or drawn, stored in two sizes, and seen by who sees the track."""

from __future__ import annotations

import io
import math
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from playlist_app.database import session
from playlist_app.library.models import Cover
from playlist_app.library.probe import oklch
from tests.cast import Person, ok, problem
from tests.library.odd_files import bomb_png, with_picture
from tests.library.shelf import files, set_status
from tests.sounds import Sounds, picture

TEAL = (0, 140, 160)
RED = (200, 40, 40)


def seen(person: Person, track: dict[str, Any], size: str = "large") -> Image.Image:
    answer = person.get(track["cover_url"].replace("/large.", f"/{size}."))
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    image = Image.open(io.BytesIO(answer.data))
    assert image.format == "JPEG"
    return image.convert("RGB")


def is_like(image: Image.Image, colour: tuple[int, int, int]) -> bool:
    """Whether its middle has this colour, as nearly as a JPEG keeps it."""
    middle = image.getpixel((image.width // 2, image.height // 2))
    assert isinstance(middle, tuple)
    return all(abs(one - other) < 8 for one, other in zip(middle, colour, strict=True))


def send(person: Person, data: bytes) -> dict[str, Any]:
    form = {"file": (io.BytesIO(data), "song.mp3")}
    return ok(person.post("/tracks", data=form, content_type="multipart/form-data"), 201)


def tint(app: Flask) -> tuple[float, float, float]:
    """The only cover's."""
    with app.app_context():
        text = session().scalars(select(Cover.tint)).one()
    lightness, chroma, hue = map(float, text.split(" "))
    return lightness, chroma, hue


@pytest.mark.parametrize("format_", ["mp3", "m4a", "flac"])
def test_a_picture_in_the_file_is_the_cover_in_two_sizes(
    alice: Person, sounds: Sounds, format_: str
) -> None:
    track = alice.uploads(sounds(format_, cover=picture(TEAL)))
    large, small = seen(alice, track), seen(alice, track, "small")
    assert (large.size, small.size) == ((640, 640), (160, 160))
    assert is_like(large, TEAL)
    assert is_like(small, TEAL)


def test_the_tint_is_the_colour_of_the_picture(app: Flask, alice: Person, sounds: Sounds) -> None:
    alice.uploads(sounds("mp3", cover=picture(RED)))
    lightness, chroma, hue = tint(app)
    wanted = oklch(*RED)
    assert lightness == pytest.approx(wanted[0], abs=0.02)
    assert chroma == pytest.approx(wanted[1], abs=0.02)
    assert hue == pytest.approx(wanted[2], abs=4)


def test_colours_are_measured_as_the_web_does() -> None:
    # The values of CSS Color 4's sample code for these sRGB colours.
    for colour, (lightness, chroma, hue) in {
        (255, 255, 255): (1.0, 0.0, None),
        (0, 0, 0): (0.0, 0.0, None),
        (255, 0, 0): (0.628, 0.2577, 29.23),
        (0, 255, 0): (0.8664, 0.2948, 142.5),
        (0, 0, 255): (0.452, 0.3132, 264.05),
    }.items():
        found = oklch(*colour)
        assert found[0] == pytest.approx(lightness, abs=0.001)
        assert found[1] == pytest.approx(chroma, abs=0.001)
        assert hue is None or math.isclose(found[2], hue, abs_tol=0.1)


def test_a_picture_that_is_not_square_is_cut_and_not_squeezed(
    alice: Person, sounds: Sounds
) -> None:
    wide = Image.new("RGB", (1200, 400), RED)
    wide.paste(TEAL, (400, 0, 800, 400))
    data = io.BytesIO()
    wide.save(data, "PNG")
    image = seen(alice, send(alice, with_picture(sounds("mp3").read_bytes(), data.getvalue())))
    assert image.size == (640, 640)
    for corner in ((10, 10), (629, 629)):
        pixel = image.getpixel(corner)
        assert isinstance(pixel, tuple)
        assert pixel[0] < 60


def test_a_picture_can_have_transparent_parts_and_few_colours(
    alice: Person, sounds: Sounds
) -> None:
    for mode in ("P", "LA"):
        data = io.BytesIO()
        Image.new("RGB", (40, 40), TEAL).convert(mode).save(data, "PNG")
        track = send(alice, with_picture(sounds("mp3").read_bytes(), data.getvalue()))
        assert seen(alice, track).size == (640, 640), mode


def test_the_same_picture_on_two_songs_is_stored_once(
    app: Flask, alice: Person, sounds: Sounds
) -> None:
    one = alice.uploads(sounds("mp3", cover=picture(TEAL)))
    other = alice.uploads(sounds("flac", cover=picture(TEAL), title="Another"))
    assert one["cover_url"] == other["cover_url"]
    assert len(files(app, "covers")) == 2


def test_where_there_is_no_picture_one_is_drawn(app: Flask, alice: Person, sounds: Sounds) -> None:
    drawn = seen(alice, alice.uploads(sounds("mp3")))
    assert drawn.size == (640, 640)
    assert len(drawn.resize((64, 64)).getcolors(4096) or []) > 10
    lightness, chroma, hue = tint(app)
    assert 0 < lightness < 1
    assert 0 <= chroma < 0.4
    assert 0 <= hue < 360


@pytest.mark.parametrize(
    "broken",
    [
        b"\xff\xd8\xff\xe0 this is no JPEG",
        b"\x89PNG\r\n\x1a\n" + bytes(500),
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        bomb_png(),
    ],
    ids=["a broken JPEG", "a broken PNG", "an SVG", "a program", "a bomb"],
)
def test_a_picture_that_cannot_be_used_is_no_reason_to_refuse_the_song(
    alice: Person, sounds: Sounds, broken: bytes
) -> None:
    track = send(alice, with_picture(sounds("mp3").read_bytes(), broken))
    drawn = seen(alice, track)
    assert drawn.size == (640, 640)
    assert len(drawn.resize((64, 64)).getcolors(4096) or []) > 10


# --- the door -----------------------------------------------------------------------------------


def test_who_sees_the_track_sees_its_cover_and_nobody_else(
    app: Flask, alice: Person, charlie: Person, dora: Person, nobody: Person, sounds: Sounds
) -> None:
    track = alice.uploads(sounds("mp3"))
    url, small = track["cover_url"], track["cover_url"].replace("large", "small")
    assert charlie.get(url).status_code == 200
    problem(nobody.get(url), 401)
    set_status(app, track, "pending")
    assert [person.get(small).status_code for person in (alice, dora)] == [200, 200]
    hidden, unknown = charlie.get(url), charlie.get(f"/covers/{'0' * 64}/large.jpg")
    assert problem(hidden, 404) == problem(unknown, 404)
    problem(charlie.get(url, headers={"If-None-Match": "*"}), 404)
    problem(nobody.get(url), 401)


def test_a_cover_is_kept_and_asked_for_by_its_etag(alice: Person, sounds: Sounds) -> None:
    url = alice.uploads(sounds("mp3"))["cover_url"]
    first = alice.get(url)
    assert {"private", "immutable"} <= set(first.headers["Cache-Control"].split(", "))
    again = alice.get(url, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    small = alice.get(url.replace("large", "small"))
    assert small.headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize(
    "path", ["0/large.jpg", f"{'0' * 64}/huge.jpg", "..%2f..%2fapp.db/large.jpg"]
)
def test_a_cover_that_is_none_is_not_found(alice: Person, path: str) -> None:
    assert alice.get(f"/covers/{path}").status_code == 404
