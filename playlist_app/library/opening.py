"""Opening a file from outside with FFmpeg, in the one safe way. For processes of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def opened(path: Path, demuxer: str) -> Any:
    """The file as a container. FFmpeg is told the format, and may open nothing but this file."""
    import av

    # Tags that are not UTF-8 are no reason to refuse the sound: who reads them makes what they can.
    return av.open(
        str(path),
        format=demuxer,
        options={"protocol_whitelist": "file"},
        metadata_errors="surrogateescape",
    )
