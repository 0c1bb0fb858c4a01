"""The sound of a file, apart from all else in it: files that share its hash are one recording.

Other tags, another picture or a rewritten header leave it as it is. It is a hash of the encoded
packets, so that nothing is decoded: the same music as mp3 and as flac are two sounds.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from playlist_app.library.opening import opened

# Layer III (ISO 11172-3, 2.4.2.3; ISO 13818-3): kbit/s in MPEG-2 and in MPEG-1, Hz by version.
_KBITS = (
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
)
_RATES = {0: (11025, 12000, 8000), 2: (22050, 24000, 16000), 3: (44100, 48000, 32000)}


def sound_sha256(path: Path, demuxer: str) -> str:
    """The SHA-256 over the first audio stream: what its decoder needs to know, and its packets.

    `demuxer` is FFmpeg's name for the format (formats.py). Raises FFmpegError. It reads a file from
    outside: call it in a process that may be killed.
    """
    with opened(path, demuxer) as container:
        stream = container.streams.audio[0]
        sound = SoundHash(stream)
        for packet in container.demux(stream):
            sound.add(packet)
    return sound.hexdigest()


class SoundHash:
    """The hash in the making, for who reads the packets anyway."""

    def __init__(self, stream: Any) -> None:
        context = stream.codec_context
        self._codec = context.codec.canonical_name
        self._hash = hashlib.sha256()
        described = f"{self._codec} {context.sample_rate} {context.layout.nb_channels}\n"
        self._hash.update(described.encode())
        self._hash.update(_setup(self._codec, context.extradata or b""))

    def add(self, packet: Any) -> None:
        if self._codec == "mp3":
            # What stands behind the last frame (tags of the nineties, zeros) comes as packets too.
            data = bytes(packet)
            self._hash.update(data[: _frame_length(data)])
        elif packet.size:
            self._hash.update(packet)

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


def _setup(codec: str, extradata: bytes) -> bytes:
    """What the decoder is set up with. Of Vorbis' three headers the second holds the tags
    (Vorbis I, section 5); FFmpeg puts their sizes in front, as Ogg and Matroska lace them."""
    if codec != "vorbis" or not extradata.startswith(b"\x02"):
        return extradata
    at, sizes = 1, []
    for _ in range(2):
        size = 0
        while at < len(extradata) and extradata[at] == 255:
            size, at = size + 255, at + 1
        if at < len(extradata):
            size, at = size + extradata[at], at + 1
        sizes.append(size)
    first, second = sizes
    return extradata[at : at + first] + extradata[at + first + second :]


def _frame_length(data: bytes) -> int:
    """The bytes of the mp3 frame that the data begins with; 0 where it is none."""
    if len(data) < 4 or data[0] != 0xFF or data[1] & 0xE6 != 0xE2:
        return 0
    version, kbits, rate = data[1] >> 3 & 3, data[2] >> 4, data[2] >> 2 & 3
    if version not in _RATES or rate == 3:
        return 0
    bits = _KBITS[version == 3][kbits] * 1000
    samples_by_eight = 144 if version == 3 else 72
    return samples_by_eight * bits // _RATES[version][rate] + (data[2] >> 1 & 1)
