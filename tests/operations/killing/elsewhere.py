"""Elsewhere: another server, which is merged into the one that is killed, piece by piece."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from playlist_app.operations.moving import exporting
from tests.cast import Person
from tests.conftest import close, make_app

TRACKS = 3  # of each list


class Elsewhere:
    def __init__(
        self, folder: Path, furnished: tuple[Path, dict[str, str]], audio: Callable[[], bytes]
    ) -> None:
        shutil.copytree(furnished[0], folder / "instance")
        self._folder = folder
        self._app = make_app(folder / "instance")
        self._alice = Person(self._app, "alice", furnished[1]["alice"])
        self._audio = audio
        self._parcels: dict[str, Path] = {}  # by the list that is new in it

    def parcel(self) -> Path:
        """What was exported of it, with one more list, of music that was never there."""
        playlist = self._alice.makes_playlist("From elsewhere")
        for number in range(TRACKS):
            song = self._folder / f"{number}.wav"
            song.write_bytes(self._audio())
            self._alice.adds(playlist, self._alice.uploads(song, title=f"Song {number}"))
        path = self._folder / f"{len(self._parcels)}.tar"
        exporting.export(self._app.config["JAMBOREE"], path)
        self._parcels[playlist["id"]] = path
        return path

    def to_come(self, database: Path) -> list[Path]:
        """Parcels of which nothing is in that database. Of all others everything must be."""
        with closing(sqlite3.connect(database)) as connection:
            found = {
                playlist: tuple(
                    connection.execute(sql, (playlist,)).fetchone()[0]
                    for sql in (
                        "SELECT count(*) FROM playlist WHERE id = ?",
                        "SELECT count(*) FROM item WHERE playlist_id = ?",
                        "SELECT count(*) FROM item JOIN track ON track.id = item.track_id"
                        " JOIN audio_file ON audio_file.id = track.audio_id"
                        " WHERE item.playlist_id = ?",
                    )
                )
                for playlist in self._parcels
            }
        assert set(found.values()) <= {(0, 0, 0), (1, TRACKS, TRACKS)}, found
        return [self._parcels[playlist] for playlist in found if not found[playlist][0]]

    def close(self) -> None:
        close(self._app)
