"""Files that something is wrong with, made from good ones."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import av
import numpy as np
from PIL import Image


def without_id3(mp3: bytes) -> bytes:
    """An mp3 without the tag in front of it (ID3v2, section 3.1: sizes have 7 bits a byte)."""
    if not mp3.startswith(b"ID3"):
        return mp3
    size = 0
    for byte in mp3[6:10]:
        size = size << 7 | byte
    return mp3[10 + size :]


def with_id3(mp3: bytes, frames: bytes) -> bytes:
    size = len(frames)
    packed = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\x00\x00" + packed + frames + without_id3(mp3)


def frame(name: bytes, content: bytes) -> bytes:
    return name + struct.pack(">IH", len(content), 0) + content


def text_frame(name: bytes, text: str) -> bytes:
    """In UTF-16, which ID3v2.3 has for what Latin-1 can't say."""
    return frame(name, b"\x01" + text.encode("utf-16"))


def with_picture(mp3: bytes, picture: bytes, mimetype: bytes = b"image/png") -> bytes:
    return with_id3(mp3, frame(b"APIC", b"\x00" + mimetype + b"\x00\x03\x00" + picture))


def with_id3v1(mp3: bytes, title: bytes, artist: bytes) -> bytes:
    """As programs of the nineties wrote it: 128 bytes at the end, in no encoding that it names."""
    tag = b"TAG" + title.ljust(30, b"\0") + artist.ljust(30, b"\0") + b"\0" * 64 + b"\x50"
    return without_id3(mp3) + tag


def noise_png(side: int = 1900) -> bytes:
    """A picture that can't be made smaller: about 10 MB."""
    noise = np.random.default_rng(1).integers(0, 256, (side, side, 3), dtype=np.uint8)
    data = io.BytesIO()
    Image.fromarray(noise).save(data, "PNG", compress_level=0)
    return data.getvalue()


def bomb_png(side: int = 50_000) -> bytes:
    """A few bytes that say they are 2.5 thousand million pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    row = zlib.compress(bytes(3 * side + 1) * 20)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", row) + chunk(b"IEND", b"")


def silent_film(path: Path) -> None:
    """An mp4 with a picture that moves, and no sound."""
    with av.open(str(path), "w", format="mp4") as out:
        stream = out.add_stream("mpeg4", rate=10)
        assert isinstance(stream, av.VideoStream)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for level in range(5):
            picture = np.full((64, 64, 3), level * 50, dtype=np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode(None))
