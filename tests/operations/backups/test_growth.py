"""A second backup with nothing new is quick, and takes next to no room."""

from __future__ import annotations

import hashlib
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from sqlalchemy import insert

from playlist_app.config import Settings
from playlist_app.database import new_id, write
from playlist_app.library.decoding import peaks
from playlist_app.library.models import AudioFile, Cover, Track
from playlist_app.library.stored import audio_path, cover_path
from playlist_app.operations.backups import checking, disk, taking
from playlist_app.people.models import User
from tests.soak import IS_SOAK, count

TRACKS = count(300, 5_000)
ALBUM = 10  # tracks that have a cover in common
BYTES = count(60_000, 400_000)  # of each audio file: 2 GB in the soak
CHUNK = 1024 * 1024


def fill(app: Flask) -> None:
    """So many tracks, each with audio of its own, which can't be packed; ten are an album."""
    config: Settings = app.config["JAMBOREE"]
    chance, now = Random(5), datetime.now(UTC)
    audio, covers, tracks = [], [], []
    with app.app_context():
        owner = User.named("alice").id
        for number in range(TRACKS):
            sound = b"RIFF" + chance.randbytes(BYTES - 4)
            sha256 = hashlib.sha256(sound).hexdigest()
            files = [(audio_path(config, sha256), sound)]
            if number % ALBUM == 0:
                picture = chance.randbytes(20_000)
                cover = hashlib.sha256(picture).hexdigest()
                covers.append({"id": cover, "tint": "60 0.1 20", "created_at": now})
                files += [
                    (cover_path(config, cover, "large"), picture),
                    (cover_path(config, cover, "small"), picture[:2_000]),
                ]
            for path, content in files:
                disk.make_folder(path.parent)
                path.write_bytes(content)
                path.chmod(0o600)
            file = {
                "id": new_id(),
                "sha256": sha256,
                "size_bytes": BYTES,
                "format": "wav",
                "codec": "pcm_s16le",
                "bitrate": 1_411_000,
                "duration_seconds": 200.0,
                "chunk_hashes": hashlib.sha256(sound).digest() * (BYTES // CHUNK + 1),
                "sound_sha256": sha256[::-1],
                "peaks": chance.randbytes(peaks.COUNT),
                "created_at": now,
                "analysed_at": now,
                "loudness_lufs": -14.0,
            }
            audio.append(file)
            title = f"Track number {number} of {chance.randrange(10**9)}"
            tracks.append(
                {
                    "id": new_id(),
                    "title": title,
                    "artist": f"Artist {number // ALBUM % 400}",
                    "album": f"Album {number // ALBUM}",
                    "title_key": title.lower(),
                    "artist_key": f"artist {number // ALBUM % 400}",
                    "duration_seconds": 200.0,
                    "audio_id": file["id"],
                    "cover_id": cover,
                    "owner_id": owner,
                    "status": "published",
                    "created_at": now,
                }
            )
        with write() as tx:
            tx.execute(insert(AudioFile), audio)
            tx.execute(insert(Cover), covers)
            tx.execute(insert(Track), tracks)


def taken_by(place: Path) -> int:
    """What a folder takes of the disk, in bytes: blocks of files and folders, each once."""
    seen, blocks = set(), 0
    for folder, _, names in os.walk(place):
        for path in (Path(folder), *(Path(folder) / name for name in names)):
            about = path.lstat()
            if about.st_ino not in seen:
                seen.add(about.st_ino)
                blocks += about.st_blocks
    return blocks * 512


def written() -> int:
    """What this process has written to disks, in bytes, as the kernel counts it."""
    lines = Path("/proc/self/io").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("write_bytes")).split()[1])


def test_a_second_backup_with_nothing_new(
    app: Flask, config: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(app)
    first = taking.take(config)
    place = first.path.parent
    room, wrote, began = taken_by(place), written(), time.monotonic()
    second = taking.take(config)
    seconds, wrote, grown = time.monotonic() - began, written() - wrote, taken_by(place) - room

    said = f"{TRACKS} tracks, {first.size_bytes / 1e6:,.0f} MB: {seconds:.2f} s, "
    said += f"{grown / 1e6:.2f} MB more on the disk, {wrote / 1e6:.2f} MB written"
    with capsys.disabled():
        if IS_SOAK:
            print(said)  # noqa: T201 - what docs/benchmarks.md reports
    assert seconds < 5
    assert grown < 10e6
    assert wrote < 10e6
    assert second.files == first.files == TRACKS + 2 * TRACKS // ALBUM + 7
    if IS_SOAK:
        assert checking.verify(second) == []
