"""Analyse a file: decode all of it, once.

The answer is `{"broken": why}`, `{"lost": true}` where it can't even be opened, or what there is:
format, codec, duration_seconds (by the samples), bitrate, sound_sha256, loudness_lufs, and peaks in
hex.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError, InvalidDataError

from playlist_app.library.decoding.loudness import QuietMeter
from playlist_app.library.decoding.peaks import Peaks
from playlist_app.library.formats import FORMATS, Format, sniffed_in
from playlist_app.library.opening import opened
from playlist_app.library.sound import SoundHash
from playlist_app.library.wholeness import SHORTFALL, is_whole, packets, promised_seconds

# Players pass over what they can't decode (zeros between frames, notes of old programs, a scratch
# in a recording), and so do we, up to this share of the packets.
BROKEN = 0.2

NOT_KNOWN = "This is not one of the formats that can be played here."
NO_SOUND = "There is no sound in this file."
CUT_OFF = "This file is cut off: a part of it is missing."
DAMAGED = "This file is damaged: a part of it can't be played."
UNREADABLE = "This file can't be read as audio."


class Broken(Exception):
    """Why a file can't be played, for people."""


def answer(path: str) -> dict[str, Any]:
    """`path` is the file's, in hex: it may be no UTF-8."""
    file = Path(os.fsdecode(bytes.fromhex(path)))
    try:
        return _analysed(file)
    except Broken as broken:
        return {"broken": str(broken)}
    except (FileNotFoundError, PermissionError):
        return {"lost": True}
    except FFmpegError:
        return {"broken": UNREADABLE}


def _analysed(path: Path) -> dict[str, Any]:
    format_ = sniffed_in(path)
    if not format_:
        raise Broken(NOT_KNOWN)
    if format_.name == "m4a" and not is_whole(path, "m4a", "mov"):
        raise Broken(CUT_OFF)
    with opened(path, format_.demuxer) as container:
        if not container.streams.audio:
            raise Broken(NO_SOUND)
        stream = container.streams.audio[0]
        codec = stream.codec_context.codec.canonical_name
        promised = promised_seconds(container, stream, format_.name)
        sound = SoundHash(stream)
        there, last_is_whole = packets(container, stream, sound)
    if format_.name == "ogg" and codec == "opus":
        format_ = FORMATS["opus"]
    if format_.name == "webm" and not promised:
        format_ = FORMATS["mka"]
    if there <= 0:
        raise Broken(NO_SOUND)
    whole = last_is_whole and is_whole(path, format_.name, format_.demuxer)
    if not whole or (promised and there < promised - SHORTFALL):
        raise Broken(CUT_OFF)
    decoded, meter, peaks = _decoded(path, format_, there)
    # Encoders pad the end, and say how much: in the header, which the packets follow (m4a), or
    # beside them, which the decoder follows (mp3, opus). So the shorter one is what people hear.
    duration = min(decoded, there)
    return {
        "format": format_.name,
        "codec": codec,
        "duration_seconds": round(duration, 3),
        "bitrate": round(path.stat().st_size * 8 / duration),
        "sound_sha256": sound.hexdigest(),
        "loudness_lufs": meter.lufs,
        "peaks": peaks.values().hex(),
    }


def _decoded(path: Path, format_: Format, about: float) -> tuple[float, QuietMeter, Peaks]:
    """The seconds that come out of the decoder, and what was measured on the way."""
    seconds, meter, peaks = 0.0, QuietMeter(), Peaks(about)
    read = broken = 0
    with opened(path, format_.demuxer) as container:
        stream = container.streams.audio[0]
        for packet in container.demux(stream):
            read += 1
            for frame in _frames(packet):
                if frame is None:
                    broken += 1
                    continue
                seconds += frame.samples / frame.sample_rate
                meter.add(frame)
                peaks.add(frame)
    if not seconds or broken > max(1, read * BROKEN):
        raise Broken(DAMAGED)
    meter.end()
    return seconds, meter, peaks


def _frames(packet: Any) -> list[av.AudioFrame | None]:
    try:
        return list(packet.decode())
    except InvalidDataError:
        return [None]
