"""What higher slices do when a playlist changes: they register it, the playlists tell them without
knowing whom. (STYLE.md: imports point one way; library/rules.py is the same for tracks.)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from playlist_app.library.models import Track

if TYPE_CHECKING:
    from playlist_app.playlists.models import Playlist

# A track was added to a list. Within the write of that.
adding: list[Callable[[Playlist, Track], None]] = []
