"""Write a file anew with other tags and another cover: the packets are copied as they are."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError

from playlist_app.library.decoding.cover import picture_block, picture_of
from playlist_app.library.formats import sniffed_in
from playlist_app.library.opening import opened

# The format → how FFmpeg calls what writes it, and its options.
MUXERS: dict[str, tuple[str, dict[str, str]]] = {
    "m4a": ("mp4", {"movflags": "+faststart", "brand": "M4A "}),
    "flac": ("flac", {}),
    "ogg": ("ogg", {}),
    "opus": ("opus", {}),
}
# The codecs that it takes; into the others everything that comes in them can be copied.
COPIED = {"m4a": {"aac", "alac", "flac", "opus", "mp3"}}


def answer(
    source: str, target: str, format: str, tags: dict[str, str], cover: str
) -> dict[str, Any]:
    """Paths in hex; `cover` is a JPEG's, or "". Answers `{"written": whether}`: what can't be
    written is given away as it is."""
    path, made = (Path(os.fsdecode(bytes.fromhex(name))) for name in (source, target))
    picture = Path(os.fsdecode(bytes.fromhex(cover))).read_bytes() if cover else None
    try:
        written = _copied(path, made, format, tags, picture)
    except (FFmpegError, ValueError):
        written = False
    return {"written": written}


def _copied(
    path: Path, made: Path, format_: str, tags: dict[str, str], cover: bytes | None
) -> bool:
    known = sniffed_in(path)
    if not known or format_ not in MUXERS:
        return False
    muxer, options = MUXERS[format_]
    is_ogg = format_ in ("ogg", "opus")
    with (
        opened(path, known.demuxer) as old,
        av.open(str(made), "w", format=muxer, options=options) as new,
    ):
        source = old.streams.audio[0]
        codec = source.codec_context.codec.canonical_name
        if codec not in COPIED.get(format_, {codec}):
            return False
        stream = new.add_stream_from_template(source)
        if is_ogg:
            # Ogg's tags belong to the stream, and the cover is one of them.
            stream.metadata.clear()
            stream.metadata.update(tags)
            if cover:
                stream.metadata["METADATA_BLOCK_PICTURE"] = picture_block(cover)
            cover = None
        else:
            new.metadata.update(tags)
        picture = picture_of(new, cover) if cover else None
        new.start_encoding()
        if picture:
            new.mux(picture)
        for packet in old.demux(source):
            if packet.size:
                packet.stream = stream
                new.mux(packet)
    return True
