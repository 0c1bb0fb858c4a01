"""What higher slices know about tracks: they register it, the library asks without knowing whom.

(STYLE.md: imports point one way. The playlists slice registers in `create_app`.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement

from playlist_app.people.models import User

# Conditions on Track under which a guest may hear it: members have their own rule.
audible: list[Callable[[User], ColumnElement[bool]]] = []

# Conditions on AudioFile under which somebody may hear it that is on no track of theirs.
hearing: list[Callable[[User], ColumnElement[bool]]] = []

# Telling every list that holds one of these tracks what is said of them now: their ids, of however
# many, and who changed it (None: the server). Within the write of the change.
telling: list[Callable[[Sequence[str], User | None], None]] = []

# What has to happen before a track is deleted: given its id, and who deletes it.
leaving: list[Callable[[str, User], None]] = []

# Conditions on AudioFile under which something besides a track needs it.
needing: list[Callable[[], ColumnElement[bool]]] = []

# Conditions on Track under which it is not pruned: it is held somewhere, or was played since.
keeping: list[Callable[[datetime], ColumnElement[bool]]] = []

# One track takes the place of another: given the id of the one that goes, of the one that stays,
# and by whom. Within the write of the change.
replacing: list[Callable[[str, str, User], None]] = []

# Conditions on AudioFile under which it came from an address, beside its own `source_url`.
came_from: list[Callable[[str], ColumnElement[bool]]] = []
