"""Restoring only a playlist, or only a person, out of a backup into a server that has gone on.

A playlist becomes what it was: its items, votes, members. A person gets their account as it was,
and of what is theirs what is gone: lists, tracks, history. Tracks that are gone and that a list
needs come with it, with their audio. What refers to somebody who is gone is the first admin's then.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Table, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from playlist_app.config import Settings
from playlist_app.database import Base, session, write
from playlist_app.live import events
from playlist_app.operations.backups import contents, disk, restoring, staging, taking
from playlist_app.operations.backups.checking import file_problem
from playlist_app.operations.backups.contents import File
from playlist_app.operations.backups.disk import Progress
from playlist_app.operations.backups.layout import Backup, Damaged
from playlist_app.operations.backups.opening import Opened, read_only
from playlist_app.operations.in_words import things
from playlist_app.people import audit
from playlist_app.people.models import User
from playlist_app.playlists.models import Playlist
from playlist_app.refusals import Conflict, Invalid, NotFound

Row = dict[str, Any]

# What belongs to a list, and goes and comes with it.
OF_PLAYLIST = ("item", "membership", "setting_change", "room", "play")
# What people wrote and kept since stays; what is gone of it comes back.
SAID_IN_PLAYLIST = ("snapshot", "message")
# What belongs to a person, and comes back where it is gone.
OF_PERSON = {
    "membership": "user_id",
    "listen": "user_id",
    "plays": "user_id",
    "listening_place": "user_id",
    "smart_playlist": "owner_id",
}
OF_TRACK = ("track_artist", "lyrics")


@dataclass
class Brought:
    """What came back; `safety` holds what was there before."""

    safety: Path | None = None
    playlists: list[str] = field(default_factory=list)
    tracks: int = 0
    person: str = ""

    def shape(self) -> dict[str, Any]:
        return {
            "safety": str(self.safety),
            "person": self.person or None,
            "playlists": self.playlists,
            "tracks": self.tracks,
        }

    @property
    def sentences(self) -> list[str]:
        said = [f"{self.person} has the account that the backup has."] if self.person else []
        said += [f"The playlist “{title}” is what it was." for title in self.playlists]
        said.append(f"{things(self.tracks, 'track')} of those that were gone came back.")
        return [*said, f"What was there before is in {self.safety}."]


def restore_only(
    config: Settings,
    backup: Backup,
    wanted: str,
    *,
    passphrase: str | None = None,
    progress: Progress = disk.silent,
) -> Brought:
    """`wanted` is "playlist=" with a title or an id, or "user=" with a name.

    Raises Invalid, NotFound for what the backup does not have, Conflict, and what
    restoring.restore does; after any of them everything is as it was."""
    kind, _, name = wanted.partition("=")
    if kind not in ("playlist", "user") or not name:
        raise Invalid("Say what: --only playlist=TITLE, or --only user=NAME.")
    with (
        disk.full_is_said(restoring.FAILED, config.data_folder),
        restoring.staged(config) as (folder, media),
    ):
        opened = restoring.whole(backup, passphrase, progress)
        try:
            made = staging.database(opened, folder, progress)
            with closing(read_only(made)) as old:
                old.row_factory = sqlite3.Row
                found = _found(old, kind, name)
                ready = _stage_media(old, opened, config, media, progress)
                safety = taking.take(config, kind="before-restore", progress=progress).path
                return _bring(old, kind, found, config, media, ready, backup, safety)
        except Damaged as error:
            raise restoring.refused(backup, str(error)) from None


def _bring(
    old: sqlite3.Connection,
    kind: str,
    found: Row,
    config: Settings,
    media: Path,
    ready: list[File],
    backup: Backup,
    safety: Path,
) -> Brought:
    try:
        with write() as tx:
            bringing = _Bringing(old, tx, Brought(safety))
            if kind == "playlist":
                bringing.playlist(found)
            else:
                bringing.person(found)
            audit.note("backup.restored", subject=backup.name, only=kind)
            for file in ready:
                restoring.put(media, config.media_folder, Path(file.name).relative_to("media"))
    except IntegrityError as error:
        raise Conflict(
            f"What is there now does not go together with what the backup has ({error.orig}). "
            "Nothing was changed."
        ) from error
    return bringing.brought


def _found(old: sqlite3.Connection, kind: str, name: str) -> Row:
    if kind == "user":
        rows = _rows(old, "user", "username = ? COLLATE NOCASE", name)
    else:
        rows = _rows(old, "playlist", "id = ? OR title = ?", name, name)
    if not rows:
        raise NotFound(f"The backup has no {kind} called {name!r}.")
    if len(rows) > 1:
        ids = ", ".join(row["id"] for row in rows)
        raise Conflict(f"The backup has several of that title; say which by its id: {ids}.")
    return rows[0]


def _stage_media(
    old: sqlite3.Connection, opened: Opened, config: Settings, media: Path, progress: Progress
) -> list[File]:
    """Audio and covers of tracks that the server has no more, as far as the backup has them."""
    gone = set(_ids(old, "track")) - set(session().scalars(text("SELECT id FROM track")))
    session().rollback()
    needed = {
        name
        for row in _rows(old, "track")
        if row["id"] in gone
        for name in (row["cover_id"], _sha256_of(old, row["audio_id"]))
    }
    files = [f for f in contents.files(old) if Path(f.name).name.partition(".")[0] in needed]
    ready = []
    for number, file in enumerate(files):
        progress(number, len(files), "Getting audio and covers out")
        if file_problem(config, file) and opened.has(file):
            opened.media(file, media / Path(file.name).relative_to("media"))
            ready.append(file)
    disk.sync(media)
    return ready


def _sha256_of(old: sqlite3.Connection, audio_id: str | None) -> str | None:
    found = old.execute("SELECT sha256 FROM audio_file WHERE id = ?", (audio_id,)).fetchone()
    return str(found[0]) if found else None


class _Bringing:
    """Rows of the backup, on their way into the write that is under way."""

    def __init__(self, old: sqlite3.Connection, tx: Session, brought: Brought) -> None:
        self.old, self.tx, self.brought = old, tx, brought
        heir = User.first_admin()
        self.heir = heir.id if heir else None

    def playlist(self, row: Row) -> None:
        """The list as it was, with the tracks in it."""
        items = _rows(self.old, "item", "playlist_id = ?", row["id"])
        for item in items:
            self.track(item["track_id"])
        if self._is_there("playlist", "id", row["id"]):
            self._update("playlist", row, but=("id", "seq"))
        else:
            self._insert("playlist", row | {"seq": 0})
        for table in OF_PLAYLIST:
            sql = f'DELETE FROM "{table}" WHERE playlist_id = :id'  # noqa: S608 - our own names
            self.tx.execute(text(sql), {"id": row["id"]})
        for table in OF_PLAYLIST:
            self._insert_all(table, _rows(self.old, table, "playlist_id = ?", row["id"]))
        for table in SAID_IN_PLAYLIST:
            for said in _rows(self.old, table, "playlist_id = ?", row["id"]):
                said.pop("number", None)  # another message may have it by now
                self._insert(table, said)
        for item in items:
            self._insert_all("vote", _rows(self.old, "vote", "item_id = ?", item["id"]))
            self._count_votes(item["id"])
        self.tx.expire_all()
        playlist = self.tx.get_one(Playlist, row["id"])
        playlist.record(events.PlaylistRestored(), None)
        self.brought.playlists.append(row["title"])

    def person(self, row: Row) -> None:
        """Their account as it was, and what is gone of what is theirs."""
        if self._is_there("user", "id", row["id"]):
            self._update("user", row, but=("id", "last_seen_at"))
        else:
            self._insert("user", row)
        self.brought.person = row["name"]
        for track in _rows(self.old, "track", "owner_id = ?", row["id"]):
            self.track(track["id"])
        for playlist in _rows(self.old, "playlist", "owner_id = ?", row["id"]):
            if not self._is_there("playlist", "id", playlist["id"]):
                self.playlist(playlist)
        for table, column in OF_PERSON.items():
            self._insert_all(table, _rows(self.old, table, f'"{column}" = ?', row["id"]))

    def track(self, track_id: str) -> None:
        """A track that is gone, with what it plays, how it is sorted, and what is said of it."""
        if self._is_there("track", "id", track_id):
            return
        [row] = _rows(self.old, "track", "id = ?", track_id)
        del row["number"]  # somebody else may have it by now
        row["audio_id"] = self._same("audio_file", "sha256", row["audio_id"])
        row["genre_id"] = self._same("genre", "key", row["genre_id"])
        self._insert_all("cover", _rows(self.old, "cover", "id = ?", row["cover_id"]))
        self._insert("track", row)
        for table in OF_TRACK:
            self._insert_all(table, _rows(self.old, table, "track_id = ?", track_id))
        self.brought.tracks += 1

    def _same(self, table: str, known_by: str, old_id: str | None) -> str | None:
        """The id here of a row that is known by something else; it comes where it is gone."""
        for row in _rows(self.old, table, "id = ?", old_id):
            sql = f'SELECT id FROM "{table}" WHERE "{known_by}" = :it'  # noqa: S608
            found: str | None = self.tx.execute(text(sql), {"it": row[known_by]}).scalar()
            if not found:
                self._insert(table, row)
            return found or str(row["id"])
        return None

    def _count_votes(self, item_id: str) -> None:
        """Anew, as the votes of who is no more did not come."""
        self.tx.execute(
            text(
                "UPDATE item SET"
                " up = (SELECT count(*) FROM vote WHERE item_id = :id AND value = 1),"
                " down = (SELECT count(*) FROM vote WHERE item_id = :id AND value = -1)"
                " WHERE id = :id"
            ),
            {"id": item_id},
        )

    # --- rows -----------------------------------------------------------------------------------

    def _insert_all(self, table: str, rows: Iterable[Row]) -> None:
        for row in rows:
            self._insert(table, row)

    def _insert(self, table: str, row: Row) -> None:
        fitting = self._fit(Base.metadata.tables[table], row)
        if fitting:
            names = ", ".join(f'"{name}"' for name in fitting)
            values = ", ".join(f":{name}" for name in fitting)
            sql = f'INSERT OR IGNORE INTO "{table}" ({names}) VALUES ({values})'  # noqa: S608
            self.tx.execute(text(sql), fitting)

    def _update(self, table: str, row: Row, *, but: tuple[str, ...]) -> None:
        fitting = self._fit(Base.metadata.tables[table], row) or {}
        names = ", ".join(f'"{name}" = :{name}' for name in fitting if name not in but)
        sql = f'UPDATE "{table}" SET {names} WHERE id = :id'  # noqa: S608 - our own names
        self.tx.execute(text(sql), fitting)

    def _fit(self, table: Table, row: Row) -> Row | None:
        """The row with nothing in it that refers to what is no more; None where it can't be."""
        row = dict(row)
        for column in table.columns:
            for key in column.foreign_keys:
                value, other = row.get(column.name), key.column
                if value is None or self._is_there(other.table.name, other.name, value):
                    continue
                if column.nullable:
                    row[column.name] = None
                elif other.table.name == "user" and not column.primary_key and self.heir:
                    row[column.name] = self.heir
                else:
                    return None
        return row

    def _is_there(self, table: str, column: str, value: object) -> bool:
        sql = f'SELECT 1 FROM "{table}" WHERE "{column}" = :value'  # noqa: S608 - our own names
        return self.tx.execute(text(sql), {"value": value}).first() is not None


def _rows(old: sqlite3.Connection, table: str, where: str = "1", *values: object) -> list[Row]:
    """`where` is text of this module alone."""
    sql = f'SELECT * FROM "{table}" WHERE {where}'  # noqa: S608
    return [dict(row) for row in old.execute(sql, values)]


def _ids(old: sqlite3.Connection, table: str) -> list[str]:
    return [row[0] for row in old.execute(f'SELECT id FROM "{table}"')]  # noqa: S608
