"""The traveller: a browser with a long playlist on its device, then without network.

Needs Playwright and Chromium, which the app itself does not: `missing()` says what to do without.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import io
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import av
import numpy as np

from bench.stage import vocabulary
from bench.stage.house import PASSWORD, House, List, Person
from playlist_app.database import new_id, session, write
from playlist_app.library.models import AudioFile, Track
from playlist_app.library.upload import audio_path
from playlist_app.people.models import User
from playlist_app.playlists.models import Playlist

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

RATE = 24_000
SECONDS = 20.0
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


def missing() -> str:
    """Why there can be no browser here; empty where there can."""
    if not importlib.util.find_spec("playwright"):
        return "Playwright is not installed: make test sets it up, or pip install playwright."
    return "" if shutil.which("chromium") else "There is no Chromium: scripts/browsers.sh gets it."


def songs(house: House, count: int) -> List:
    """A list of so many songs that can be heard: the same sound, each with bytes of its own."""
    sound = _sound()
    with house.app.app_context():
        owner = User.by_id(house.people[0].id)
        with write():
            playlist = Playlist.create(by=owner, title="A long way")
            items = [
                playlist.add(_track(house, owner, sound, at), by=owner).id for at in range(count)
            ]
        return List(playlist.id, items)


def _sound() -> bytes:
    out = io.BytesIO()
    times = np.arange(int(SECONDS * RATE)) / RATE
    wave = (np.sin(times * 2 * np.pi * 330) * 8000).astype(np.int16)[np.newaxis, :]
    with av.open(out, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=RATE, layout="mono")
        assert isinstance(stream, av.AudioStream)
        stream.bit_rate = 16_000
        resampler = av.AudioResampler(stream.codec_context.format, "mono", RATE)
        frame = av.AudioFrame.from_ndarray(wave, format="s16", layout="mono")
        frame.sample_rate = RATE
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return out.getvalue()


def _track(house: House, owner: User, sound: bytes, at: int) -> Track:
    own = sound + b"TAG" + f"Song {at}".encode().ljust(125, b"\0")  # ID3v1, behind the sound
    digest = hashlib.sha256(own)
    path = audio_path(house.app.config["JAMBOREE"], digest.hexdigest())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(own)
    audio = AudioFile(
        id=new_id(),
        sha256=digest.hexdigest(),
        size_bytes=len(own),
        format="mp3",
        codec="mp3",
        bitrate=16_000,
        duration_seconds=SECONDS,
        chunk_hashes=digest.digest(),
    )
    session().add(audio)
    session().flush()
    return Track.publish(owner, audio=audio, cover=None, **vocabulary.song(at))


@contextlib.contextmanager
def browser(url: str, person: Person) -> Iterator[BrowserContext]:
    """Chromium, in which the person is logged in."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=ARGUMENTS
        )
        context = chromium.new_context(viewport={"width": 390, "height": 800})
        said = {"username": person.name, "password": PASSWORD}
        answer = context.request.post(f"{url}/api/v1/users/login", data=said)
        assert answer.ok, answer.text()
        yield context
        chromium.close()
