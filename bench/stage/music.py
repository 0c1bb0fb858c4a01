"""Music in files: small ones in three formats, each with tags of its own, some with a picture.

A few are encoded; the others are the same sound under other tags, so that many are made quickly.
"""

from __future__ import annotations

import io
from pathlib import Path

import av
import numpy as np
from PIL import Image

from bench.stage import vocabulary

# Format, FFmpeg's encoder, its container, and seconds, so that each has some 20 to 60 KB.
KINDS = (
    ("mp3", "libmp3lame", "mp3", 2.0),
    ("flac", "flac", "flac", 0.6),
    ("opus", "libopus", "ogg", 2.5),
)
SOUNDS = 4  # of each format
WITH_PICTURE = 5  # each fifth of those whose format FFmpeg can write one into


def fill(folder: Path, count: int) -> None:
    """So many files, ten to an album."""
    patterns = [
        (kind, [_encoded(folder, kind, number) for number in range(SOUNDS)]) for kind in KINDS
    ]
    cover = _picture()
    for at in range(count):
        (name, _, container, _), sounds = patterns[at % len(patterns)]
        album = folder / f"Artist {at // 100}" / f"Album {at // 10}"
        album.mkdir(parents=True, exist_ok=True)
        has_picture = name != "opus" and at % WITH_PICTURE == 0
        _tagged(
            sounds[at % SOUNDS],
            album / f"{at:05}.{name}",
            container,
            at,
            cover if has_picture else None,
        )
    for _, sounds in patterns:
        for sound in sounds:
            sound.unlink()


def _encoded(folder: Path, kind: tuple[str, str, str, float], number: int) -> Path:
    name, encoder, container, seconds = kind
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f".sound {number}.{name}"
    rate = 48_000
    noise = np.random.default_rng(number).normal(0, 3000, (1, int(seconds * rate) * 2))
    with av.open(str(path), "w", format=container) as out:
        stream = out.add_stream(encoder, rate=rate, layout="stereo")
        assert isinstance(stream, av.AudioStream)
        resampler = av.AudioResampler(stream.codec_context.format, "stereo", rate)
        frame = av.AudioFrame.from_ndarray(noise.astype(np.int16), format="s16", layout="stereo")
        frame.sample_rate = rate
        fifo = av.AudioFifo()
        for resampled in resampler.resample(frame):
            fifo.write(resampled)
        while piece := fifo.read(960, partial=True):
            out.mux(stream.encode(piece))
        out.mux(stream.encode(None))
    return path


def _tagged(sound: Path, path: Path, container: str, at: int, cover: bytes | None) -> None:
    """The same packets under other tags."""
    song = vocabulary.song(at)
    with av.open(str(sound)) as source, av.open(str(path), "w", format=container) as out:
        out.metadata.update(
            {
                "title": song["title"],
                "artist": song["artist"],
                "album": song["album"],
                "genre": song["genre"],
                "date": str(song["year"]),
                "track": str(at % 10 + 1),
            }
        )
        stream = out.add_stream_from_template(source.streams.audio[0])
        if cover:
            picture = out.add_stream("mjpeg", rate=1)
            assert isinstance(picture, av.VideoStream)
            picture.width = picture.height = 300
            picture.pix_fmt = "yuvj420p"
            picture.disposition = av.stream.Disposition.attached_pic
            shown = av.Packet(cover)
            shown.stream, shown.pts, shown.dts = picture, 0, 0
            out.mux(shown)
        for packet in source.demux(source.streams.audio[0]):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)


def _picture() -> bytes:
    data = io.BytesIO()
    noise = np.random.default_rng(1).integers(0, 255, (30, 30, 3), np.uint8)
    Image.fromarray(noise).resize((300, 300)).save(data, "JPEG", quality=85)
    return data.getvalue()
