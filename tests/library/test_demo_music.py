"""The demo music: a shelf of it is made once, and then listened to by measuring.

In the soak that is the whole shelf; else three songs of the playlist, those that are made again,
and one of each genre.
"""

from __future__ import annotations

import ast
import io
import os
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from playlist_app.library.demo import (
    DEMO_PLAYLIST,
    SONGS,
    Song,
    catalogue,
    make,
    make_all,
    making,
)
from playlist_app.library.demo.theory import Key, chord
from tests.soak import IS_SOAK

RATE = 44_100
FRAME = 4096
Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Heard:
    """What is left of a song after listening: its file, and measures instead of its sound."""

    song: Song
    path: Path
    declared: float
    seconds: float
    rate: int
    tags: dict[str, str]
    cover: Image.Image
    peak: float
    edges: float
    loudness: list[float]
    chroma: Floats
    onsets: Floats
    melody: Floats


AGAIN = {"pixel-picnic", "elbow-room", "moon-base-tuesday", "three-for-the-window"}
SOME = AGAIN | set(DEMO_PLAYLIST[:3])
OF_EACH_GENRE = {song.genre: song.slug for song in sorted(SONGS, key=lambda s: s.slug in SOME)}
CHOSEN = {song.slug for song in SONGS} if IS_SOAK else SOME | set(OF_EACH_GENRE.values())


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Heard]:
    """The shelf, made in parallel as on a first start, in the order in which it came."""
    folder = tmp_path_factory.mktemp("demo")
    skip = {song.slug for song in SONGS} - CHOSEN
    made = make_all(folder, processes=os.cpu_count() or 2, skip=skip)
    return {song.slug: listen(song, path) for song, path in made}


def listen(song: Song, path: Path) -> Heard:
    with av.open(str(path)) as container:
        declared = (container.duration or 0) / av.time_base
        audio = container.streams.audio[0]
        tags = {
            name.lower(): text for name, text in {**container.metadata, **audio.metadata}.items()
        }
        rate = audio.rate
        resampler = av.AudioResampler("fltp", "stereo", RATE)
        parts = [
            ready.to_ndarray()
            for frame in container.decode(audio)
            for ready in resampler.resample(frame)
        ]
        sound = np.concatenate(parts, axis=1)
    mono = sound.mean(axis=0)
    spectra = spectrogram(mono)
    halves = mono[: len(mono) // (RATE // 2) * (RATE // 2)].reshape(-1, RATE // 2)
    return Heard(
        song=song,
        path=path,
        declared=declared,
        seconds=sound.shape[1] / RATE,
        rate=rate,
        tags=tags,
        cover=cover_of(path),
        peak=decibels(float(np.abs(sound).max())),
        edges=float(max(np.abs(sound[:, :40]).max(), np.abs(sound[:, -40:]).max())),
        loudness=[decibels(float(np.sqrt(np.mean(half**2)))) for half in halves],
        chroma=chroma(spectra),
        onsets=onset_strength(spectra),
        melody=loudest_notes(spectra),
    )


def cover_of(path: Path) -> Image.Image:
    with av.open(str(path)) as container:
        packet = next(container.demux(container.streams.video[0]))
        picture = Image.open(io.BytesIO(bytes(packet)))
        picture.load()
    return picture


def decibels(level: float) -> float:
    return 20 * float(np.log10(max(level, 1e-9)))


def spectrogram(mono: Floats) -> Floats:
    """Magnitudes (frames, bins) of the sound."""
    frames = mono[: len(mono) // FRAME * FRAME].reshape(-1, FRAME)
    return np.abs(np.fft.rfft(frames * np.hanning(FRAME).astype(np.float32), axis=1))


def semitones(spectra: Floats, low: float, high: float) -> tuple[Floats, npt.NDArray[np.intp]]:
    """The bins between two frequencies, and the MIDI note nearest to each."""
    frequency = np.fft.rfftfreq(FRAME, 1 / RATE)
    heard = (frequency > low) & (frequency < high)
    notes = np.round(69 + 12 * np.log2(frequency[heard] / 440)).astype(np.intp)
    return spectra[:, heard], notes


def chroma(spectra: Floats, moments: int = 48) -> Floats:
    """How much of each pitch class sounds at so many moments through the song (moments, 12)."""
    bins, notes = semitones(spectra, 110, 2000)
    classes = np.stack([bins[:, notes % 12 == one].sum(axis=1) for one in range(12)], axis=1)
    joined = np.stack([part.mean(axis=0) for part in np.array_split(classes, moments)])
    centred = joined - joined.mean(axis=1, keepdims=True)
    unit: Floats = centred / np.linalg.norm(centred, axis=1, keepdims=True)
    return unit


def onset_strength(spectra: Floats) -> Floats:
    """How much begins at each frame: the rise of the compressed spectrum."""
    louder = np.diff(np.log1p(20 * spectra), axis=0)
    rising: Floats = np.maximum(louder, 0).mean(axis=1)
    return rising


def loudest_notes(spectra: Floats) -> Floats:
    """The strongest note of each frame in the range where tunes lie."""
    bins, notes = semitones(spectra, 230, 1400)
    loudest: Floats = notes[bins.argmax(axis=1)].astype(float)
    return loudest


# --- the catalogue ----------------------------------------------------------------------------


def test_there_are_35_songs_and_no_two_share_a_title_a_slug_or_a_seed() -> None:
    assert len(SONGS) == 35
    for field in ("title", "slug", "seed"):
        assert len({getattr(song, field) for song in SONGS}) == 35, field


def test_they_belong_to_at_least_eight_genres() -> None:
    assert len({song.genre for song in SONGS}) >= 8


def test_songs_of_a_genre_differ_in_key_tempo_and_chords() -> None:
    for one, other in combinations(SONGS, 2):
        if one.genre == other.genre:
            assert one.key != other.key, (one.slug, other.slug)
            assert one.tempo != other.tempo, (one.slug, other.slug)
            assert one.a != other.a, (one.slug, other.slug)


def test_every_key_and_chord_can_be_read() -> None:
    for song in SONGS:
        assert Key.named(song.key).classes
        for symbol in f"{song.a} {song.b} {song.home}".replace("|", " ").split():
            assert chord(symbol).classes, (song.slug, symbol)


def test_an_unknown_chord_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="Hm7"):
        chord("Hm7")


def test_the_demo_playlist_names_ten_songs_of_the_shelf() -> None:
    assert len(set(DEMO_PLAYLIST)) == 10
    assert set(DEMO_PLAYLIST) <= {song.slug for song in SONGS}


def test_some_titles_have_accents_for_search_to_see_through() -> None:
    assert len([song for song in SONGS if not song.title.isascii()]) >= 3


def test_listing_the_songs_imports_no_heavy_module() -> None:
    folder = Path(catalogue.__file__).parent
    for name in ("__init__.py", "catalogue.py"):
        tree = ast.parse((folder / name).read_text("utf-8"))
        imported = {
            node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
            for node in tree.body
            if isinstance(node, ast.Import | ast.ImportFrom)
        }
        light = {"__future__", "collections.abc", "dataclasses", "pathlib", "typing", "catalogue"}
        assert imported <= light, name


# --- the files --------------------------------------------------------------------------------


def test_every_song_becomes_a_file_of_its_name_and_nothing_else_is_left(
    shelf: dict[str, Heard],
) -> None:
    assert set(shelf) == CHOSEN
    assert {heard.song.genre for heard in shelf.values()} == {song.genre for song in SONGS}
    folder = shelf[DEMO_PLAYLIST[0]].path.parent
    names = {song.filename for song in SONGS if song.slug in CHOSEN}
    assert {path.name for path in folder.iterdir()} == names


def test_the_songs_of_the_demo_playlist_come_first_and_in_its_order(
    shelf: dict[str, Heard],
) -> None:
    first = [slug for slug in DEMO_PLAYLIST if slug in CHOSEN]
    assert list(shelf)[: len(first)] == first


def test_every_song_lasts_20_to_40_seconds_and_says_so_exactly(shelf: dict[str, Heard]) -> None:
    for slug, heard in shelf.items():
        assert 20 <= heard.seconds <= 40, slug
        assert abs(heard.declared - heard.seconds) < 0.05, slug


def test_tags_can_be_read_back(shelf: dict[str, Heard]) -> None:
    for heard in shelf.values():
        song = heard.song
        expected = {
            "title": song.title,
            "artist": song.artist,
            "album": song.album,
            "genre": song.genre,
            "date": str(song.year),
            "track": str(song.number),
            "comment": "Made by Jamboree",
        }
        assert expected.items() <= heard.tags.items(), song.slug


def test_every_file_carries_its_cover(shelf: dict[str, Heard]) -> None:
    for slug, heard in shelf.items():
        assert (heard.cover.format, heard.cover.size) == ("JPEG", (640, 640)), slug


def test_opus_is_at_48_and_the_others_at_44_1_kilohertz(shelf: dict[str, Heard]) -> None:
    for slug, heard in shelf.items():
        assert heard.rate == (48_000 if heard.song.format == "opus" else 44_100), slug


def test_m4a_has_its_index_before_its_sound(shelf: dict[str, Heard]) -> None:
    for slug, heard in shelf.items():
        if heard.song.format == "m4a":
            start = heard.path.read_bytes()[:200_000]
            assert 0 < start.index(b"moov") < start.index(b"mdat"), slug


# --- the sound --------------------------------------------------------------------------------


def test_no_song_clips_clicks_or_whispers(shelf: dict[str, Heard]) -> None:
    for slug, heard in shelf.items():
        assert -9 < heard.peak < -0.3, (slug, heard.peak)
        assert heard.edges < 0.01, (slug, heard.edges)


def test_songs_are_about_equally_loud(shelf: dict[str, Heard]) -> None:
    means = [np.mean([level for level in one.loudness if level > -50]) for one in shelf.values()]
    assert max(means) - min(means) < 6


def test_no_song_falls_silent_before_its_end(shelf: dict[str, Heard]) -> None:
    for slug, heard in shelf.items():
        assert min(heard.loudness[1:-8]) > -45, slug


def test_every_song_has_a_rhythm(shelf: dict[str, Heard]) -> None:
    for slug, heard in shelf.items():
        strength = heard.onsets
        clear = strength > np.median(strength) + 0.5 * np.std(strength)
        begins = np.count_nonzero(clear[1:] & ~clear[:-1])
        assert begins >= 20, (slug, begins)


def test_every_song_has_a_tune_of_several_notes(shelf: dict[str, Heard]) -> None:
    for slug, heard in shelf.items():
        notes, frames = np.unique(heard.melody, return_counts=True)
        assert np.count_nonzero(frames >= 3) >= 6, (slug, notes)
        changes = np.count_nonzero(np.diff(heard.melody))
        assert changes >= 20, (slug, changes)


def test_no_two_songs_are_alike(shelf: dict[str, Heard]) -> None:
    """Neither their harmony over time nor their rhythm may nearly coincide."""
    for one, other in combinations(shelf.values(), 2):
        harmony = float(np.mean(np.sum(one.chroma * other.chroma, axis=1)))
        assert harmony < 0.75, (one.song.slug, other.song.slug, harmony)
        shared = min(len(one.onsets), len(other.onsets))
        rhythm = float(np.corrcoef(one.onsets[:shared], other.onsets[:shared])[0, 1])
        assert rhythm < 0.75, (one.song.slug, other.song.slug, rhythm)


# --- the making -------------------------------------------------------------------------------


def test_a_song_makes_the_same_bytes_again_in_every_format(
    shelf: dict[str, Heard], tmp_path: Path
) -> None:
    """Also: what is to be skipped is skipped, and one process is enough."""
    skip = {song.slug for song in SONGS} - AGAIN
    made = dict(make_all(tmp_path, processes=1, skip=skip))
    assert {song.slug for song in made} == AGAIN
    assert {song.format for song in made} == {"mp3", "m4a", "opus", "flac"}
    for song, path in made.items():
        assert path.read_bytes() == shelf[song.slug].path.read_bytes(), song.slug


@pytest.fixture
def silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """A band that plays nothing, at once."""
    monkeypatch.setattr(making, "mixdown", lambda *_: np.zeros((2, RATE), dtype=np.float32))


@pytest.mark.usefixtures("silence")
def test_a_file_has_its_name_only_when_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def encode(sound: Floats, song: Song, cover: bytes, path: Path) -> None:
        assert path.name == "paper-lanterns.mp3.part"
        path.write_bytes(b"whole")

    monkeypatch.setattr(making, "encode", encode)
    assert make(SONGS[0], tmp_path).read_bytes() == b"whole"
    assert [path.name for path in tmp_path.iterdir()] == ["paper-lanterns.mp3"]


@pytest.mark.usefixtures("silence")
def test_a_song_that_fails_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def encode(sound: Floats, song: Song, cover: bytes, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(making, "encode", encode)
    with pytest.raises(OSError, match="No space left"):
        make(SONGS[0], tmp_path)
    assert list(tmp_path.iterdir()) == []
