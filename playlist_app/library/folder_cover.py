"""Pictures that lie beside the music: which one of a folder is its cover."""

from __future__ import annotations

import os
from pathlib import Path

# The best first.
NAMES = ("cover", "folder", "front", "album", "albumart", "albumartsmall")
KINDS = (".jpg", ".jpeg", ".png", ".webp")
LARGEST = 50_000_000  # bytes of a picture that is looked at


def folder_cover(path: Path) -> Path | None:
    """The cover in the folder of this file, or in this folder; None where there is none.

    Case doesn't count. A link is not followed: it may lead out of what is shared.
    """
    folder = path if path.is_dir() else path.parent
    found: dict[tuple[int, int], Path] = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                name = Path(entry.name.lower())
                if name.stem not in NAMES or name.suffix not in KINDS:
                    continue
                is_file = entry.is_file(follow_symlinks=False)
                if is_file and 0 < entry.stat(follow_symlinks=False).st_size <= LARGEST:
                    rank = NAMES.index(name.stem), KINDS.index(name.suffix)
                    found[rank] = Path(entry.path)
    except OSError:
        return None  # the folder is gone, or not ours to read: the music in it is what counts
    return found[min(found)] if found else None
