"""Owns the audio files: encoding finished sound with its tags and its cover, the same bytes every time."""

from __future__ import annotations

import base64
import struct
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.stream import AudioStream
from av.stream import Disposition

from .catalogue import Format, Song
from .score import RATE, Samples

COMMENT = "Made by Jamboree"


@dataclass(frozen=True, slots=True)
class Target:
    """How a format is written: muxer and its options, encoder, bits a second (0: lossless), samples."""

    muxer: str
    codec: str
    bits: int
    rate: int
    samples: str
    options: tuple[tuple[str, str], ...] = ()


TARGETS: dict[Format, Target] = {
    # The Xing/Info header carries the frame count and the encoder's delay: exact length, no gap.
    "mp3": Target(
        "mp3", "libmp3lame", 192_000, RATE, "fltp", (("id3v2_version", "3"), ("write_xing", "1"))
    ),
    # The index goes first, so that a browser can play and seek before it has the whole file.
    "m4a": Target(
        "mp4", "aac", 176_000, RATE, "fltp", (("movflags", "+faststart"), ("brand", "M4A "))
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
        container.metadata.update(tags(song))
        stream = container.add_stream(
            target.codec, rate=target.rate, options={"flags": "+bitexact"}
        )
        assert isinstance(stream, AudioStream)
        stream.layout = "stereo"
        stream.format = target.samples
        if target.bits:
            stream.bit_rate = target.bits
        if song.format == "opus":
            stream.metadata.update(tags(song))
            stream.metadata["METADATA_BLOCK_PICTURE"] = picture_block(cover)
            picture = None
        else:
            picture = attach(container, cover)
        container.start_encoding()
        if picture is not None:
            packet = av.Packet(cover)
            packet.stream = picture
            packet.pts = packet.dts = 0
            packet.time_base = Fraction(1, 90_000)
            container.mux(packet)
        write(sound, container, stream, target)


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


def attach(container: Any, cover: bytes) -> Any:
    """Announce the cover as an attached picture; its one packet follows the header."""
    picture = container.add_stream("mjpeg", rate=1)
    picture.width, picture.height = jpeg_size(cover)
    picture.pix_fmt = "yuvj420p"
    picture.disposition = Disposition.attached_pic
    picture.metadata.update({"title": "Cover", "comment": "Cover (front)"})
    return picture


def write(sound: Samples, container: Any, stream: AudioStream, target: Target) -> None:
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


def picture_block(cover: bytes) -> str:
    """The cover as a FLAC picture block in base64, which is how Ogg files carry one (RFC 9639 §8.8)."""
    kind, media_type, words = 3, b"image/jpeg", b"Cover"
    width, height = jpeg_size(cover)
    block = struct.pack(">II", kind, len(media_type)) + media_type
    block += struct.pack(">I", len(words)) + words
    block += struct.pack(">IIIII", width, height, 24, 0, len(cover)) + cover
    return base64.b64encode(block).decode("ascii")


def jpeg_size(cover: bytes) -> tuple[int, int]:
    """Width and height of a JPEG, from its frame header."""
    at = 2
    while cover[at + 1] not in (0xC0, 0xC1, 0xC2):
        at += 2 + int.from_bytes(cover[at + 2 : at + 4], "big")
    height, width = struct.unpack(">HH", cover[at + 5 : at + 9])
    return width, height
