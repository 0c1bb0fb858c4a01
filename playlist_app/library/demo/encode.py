"""Owns the audio files: encoding sound with its tags and its cover, the same bytes every time."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer

from playlist_app.library.decoding.cover import picture_block, picture_of

from .catalogue import Format, Song
from .score import RATE, Samples

COMMENT = "Made by Jamboree"

Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Target:
    """How a format is written: muxer, encoder, bits a second (0: lossless), rate, sample format.

    `options` are the muxer's, `effort` the encoder's: at these bit rates the quick ways of LAME and
    of the AAC coder measure no worse than the thorough ones, in half the time and a third.
    """

    muxer: str
    codec: str
    bits: int
    rate: int
    samples: str
    options: Options = ()
    effort: Options = ()


TARGETS: dict[Format, Target] = {
    # The Xing/Info header carries the frame count and the encoder's delay: exact length, no gap.
    "mp3": Target(
        "mp3",
        "libmp3lame",
        192_000,
        RATE,
        "fltp",
        (("id3v2_version", "3"), ("write_xing", "1")),
        (("compression_level", "7"),),
    ),
    # The index goes first, so that a browser can play and seek before it has the whole file.
    "m4a": Target(
        "mp4",
        "aac",
        176_000,
        RATE,
        "fltp",
        (("movflags", "+faststart"), ("brand", "M4A ")),
        (("aac_coder", "fast"),),
    ),
    "opus": Target("opus", "libopus", 128_000, 48_000, "flt"),
    "flac": Target("flac", "flac", 0, RATE, "s16"),
}


def encode(sound: Samples, song: Song, cover: bytes, path: Path) -> None:
    """Write sound (2, n) at RATE to `path` in the song's format, tagged, with its cover (JPEG)."""
    target = TARGETS[song.format]
    # Neither the date nor the library's version nor a random serial number goes into the file.
    options = {"fflags": "+bitexact", **dict(target.options)}
    with av.open(str(path), "w", format=target.muxer, options=options) as container:
        stream = voice_of(container, target)
        if song.format == "opus":  # Ogg tags belong to the stream, and the cover is one of them
            stream.metadata.update(tags(song), METADATA_BLOCK_PICTURE=picture_block(cover))
            container.start_encoding()
        else:
            container.metadata.update(tags(song))
            picture = picture_of(container, cover)
            container.start_encoding()
            container.mux(picture)
        write(sound, container, stream, target)


def voice_of(container: OutputContainer, target: Target) -> AudioStream:
    """The audio stream of a file about to be written."""
    options = {"flags": "+bitexact", **dict(target.effort)}
    stream = container.add_stream(target.codec, rate=target.rate, options=options)
    voice = cast(AudioStream, stream)
    voice.layout = "stereo"
    voice.format = target.samples
    if target.bits:
        voice.bit_rate = target.bits
    return voice


def tags(song: Song) -> dict[str, str]:
    return {
        "title": song.title,
        "artist": song.artist,
        "album": song.album,
        "genre": song.genre,
        "date": str(song.year),
        "track": str(song.number),
        "comment": COMMENT,
    }


def write(sound: Samples, container: OutputContainer, stream: AudioStream, target: Target) -> None:
    resampler = av.AudioResampler(target.samples, "stereo", target.rate)
    for start in range(0, sound.shape[1], RATE):
        block = np.ascontiguousarray(sound[:, start : start + RATE])
        frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
        frame.sample_rate = RATE
        frame.pts = start
        frame.time_base = Fraction(1, RATE)
        for ready in resampler.resample(frame):
            container.mux(stream.encode(ready))
    for ready in resampler.resample(None):
        container.mux(stream.encode(ready))
    container.mux(stream.encode(None))
