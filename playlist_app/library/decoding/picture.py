"""Make the cover of a file: of the picture in it, of the one that lies beside it, or drawn."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

from av.error import FFmpegError

from playlist_app.library.folder_cover import folder_cover
from playlist_app.library.formats import sniffed_in
from playlist_app.library.probe import covers, picture_in


def answer(path: str, folder: str, seed: str, target: str) -> dict[str, Any]:
    """Paths in hex; `path` "": draw it. The two sizes are written beside `target`; answers the
    cover's id and tint. `seed` is what a drawn one is made of."""
    picture = None
    if path:
        file = _path(path)
        with contextlib.suppress(FFmpegError, OSError):  # what can't be read has no picture
            format_ = sniffed_in(file)
            picture = picture_in(file, format_.demuxer) if format_ else None
        if not picture and (beside := folder_cover(_path(folder))):
            with contextlib.suppress(OSError):
                picture = beside.read_bytes()
    return covers(_path(target), picture, seed)


def _path(name: str) -> Path:
    return Path(os.fsdecode(bytes.fromhex(name)))
