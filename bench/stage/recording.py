"""Recordings: WAV files of a given size, of noise, so that no two places in them are the same."""

from __future__ import annotations

import random
import wave
from pathlib import Path

RATE = 44_100  # frames a second, of two samples of two bytes
MIB = 2**20


def write(path: Path, size: int, seed: int = 0) -> None:
    """About `size` bytes of audio; another seed makes another file."""
    noise = random.Random(seed)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        for _ in range(size // MIB):
            file.writeframesraw(noise.randbytes(MIB))
