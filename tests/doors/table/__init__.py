"""The rows, a module a slice."""

from tests.doors.persons import Row
from tests.doors.table import imports, library, listening, offline, operations, people, playlists

ROWS: list[Row] = [
    *people.ROWS,
    *playlists.ROWS,
    *library.ROWS,
    *listening.ROWS,
    *imports.ROWS,
    *offline.ROWS,
    *operations.ROWS,
]
