"""Merging the rows of another server's database into ours, in one write.

Ids are made to be unique over all servers, so that a list that was merged before is known again.
What has a name or a hash of its own is known by that: people, genres, audio.
"""

from __future__ import annotations

import functools
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select

from playlist_app.database import Base, if_dropped, write
from playlist_app.live import events
from playlist_app.people import audit, sealed
from playlist_app.people.models import Role
from playlist_app.playlists.models import Playlist

Row = dict[str, Any]

# Rows of one thing that come along where that is new here.
OF_TRACKS = ("track_artist", "lyrics")
OF_PLAYLISTS = ("item", "vote", "membership", "room", "play", "snapshot", "message")
OF_PEOPLE = ("audio_sender", "listen", "listening_place", "smart_playlist")
# Who is new here keeps what is asked of them besides the password. A passkey is of one site alone.
OF_NEW_PEOPLE = ("totp", "recovery_code")

RANKS_OF_ADMINS = {Role.ADMIN, Role.REVIEWER}


def merge(
    other: sqlite3.Connection, place: Callable[[], list[Path]], *, called: str, keys: list[str]
) -> tuple[dict[str, int], dict[str, int]]:
    """How many of each kind are new, and how many were known. `keys` are those of the other server,
    with which secrets of people are sealed there. `place` puts audio and covers where
    the rows say that they are; if the write comes to nothing, they go again."""
    with write():
        merging = _Merging(other, keys)
        placed = place()
        for path in placed:
            if_dropped(functools.partial(path.unlink, missing_ok=True))
        merging.run()
        new, known = dict(merging.new), dict(merging.known)
        audit.note("data.merged", subject=called, new=new)
    return new, known


class _Merging:
    def __init__(self, other: sqlite3.Connection, keys: list[str]) -> None:
        self.other = other
        self.keys = keys
        self.new: Counter[str] = Counter()
        self.known: Counter[str] = Counter()
        # table → key of theirs → key of ours; what is not in it is not here.
        self.ours: dict[str, dict[Any, Any]] = {}
        self.fresh: dict[str, set[Any]] = {}  # ours that are new
        with write() as tx:
            self.here = tx.connection()

    def run(self) -> None:
        self._named("user", "username_key", change=_without_ranks)
        self._named("genre", "key")
        self._named("cover", "id")
        self._audio()
        self._tracks()
        self._copy(OF_TRACKS, only=("track_id", "track"))
        self._named("playlist", "id", change=lambda row: row | {"seq": 0})
        self._copy(OF_PLAYLISTS, only=("playlist_id", "playlist"))
        self._copy(OF_PEOPLE)
        self._copy(OF_NEW_PEOPLE, only=("user_id", "user"))
        self._count_plays()
        self._tell()

    # --- what is known by a name of its own -----------------------------------------------------

    def _named(
        self, table: str, by: str, *, change: Callable[[Row], Row] = lambda row: row
    ) -> None:
        """Of rows with the same id, or the same `by`, ours stays."""
        columns = _table(table).columns
        here = {
            key: id_ for id_, key in self.here.execute(select(columns["id"], columns[by])).all()
        }
        ids = set(here.values())
        for row in self._rows(table):
            match = row["id"] if row["id"] in ids else here.get(row[by])
            self._note(table, row, match, change)

    def _note(self, table: str, row: Row, match: Any, change: Callable[[Row], Row]) -> None:
        self.ours.setdefault(table, {})[row["id"]] = match or row["id"]
        if match:
            self.known[table] += 1
        elif self._insert(table, change(row)):
            self.new[table] += 1
            self.fresh.setdefault(table, set()).add(row["id"])

    def _audio(self) -> None:
        """By the hash of the bytes, or of the sound: one recording is kept once."""
        table = _table("audio_file").columns
        found = self.here.execute(select(table["id"], table["sha256"], table["sound_sha256"])).all()
        by_bytes = {row.sha256: row.id for row in found}
        by_sound = {row.sound_sha256: row.id for row in found if row.sound_sha256}
        alias = _table("audio_alias").columns
        for sha256, id_ in self.here.execute(select(alias["sha256"], alias["audio_id"])):
            by_bytes.setdefault(sha256, id_)
        for row in self._rows("audio_file"):
            match = by_bytes.get(row["sha256"]) or by_sound.get(row["sound_sha256"])
            self._note("audio_file", row, match, lambda row: row | {"unreferenced_since": None})
            if match and row["sha256"] not in by_bytes:
                self._insert("audio_alias", {"sha256": row["sha256"], "audio_id": match})
        for row in self._rows("audio_alias"):
            if row["sha256"] not in by_bytes:
                self._insert("audio_alias", row)

    def _tracks(self) -> None:
        """By their id; or the same person's, of the same audio and title."""
        table = _table("track").columns
        found = self.here.execute(
            select(table["id"], table["owner_id"], table["audio_id"], table["title_key"])
        ).all()
        ids = {row.id for row in found}
        same = {(row.owner_id, row.audio_id, row.title_key): row.id for row in found}
        for row in self._rows("track"):
            owner = self.ours["user"].get(row["owner_id"])
            audio = self.ours.get("audio_file", {}).get(row["audio_id"])
            match = row["id"] if row["id"] in ids else None
            if not match and audio:
                match = same.get((owner, audio, row["title_key"]))
            self._note("track", row, match, _without_number)

    # --- what belongs to these ------------------------------------------------------------------

    def _copy(self, tables: Iterable[str], *, only: tuple[str, str] | None = None) -> None:
        """What is here by its key stays. `only`: those whose column names something new."""
        for table in tables:
            column, of = only or ("", "")
            if table == "vote":
                column, of = "item_id", "item"
            for row in self._rows(table):
                if column and self._ours(of, row[column]) not in self.fresh.get(of, ()):
                    continue
                mine = self._sealed_here(row) if table == "totp" else row
                mine = _without_number(mine) if table == "message" else mine
                if self._insert(table, mine):
                    self.new[table] += 1
                    if "id" in row:
                        self.fresh.setdefault(table, set()).add(row["id"])

    def _sealed_here(self, row: Row) -> Row:
        secret = sealed.again(row["secret"], of=row["user_id"], keys=self.keys)
        return row | {"secret": secret}

    def _ours(self, table: str, key: Any) -> Any:
        return self.ours.get(table, {}).get(key, key)

    def _count_plays(self) -> None:
        """Counts are what the listens add up to; of whom the history was cleared, they stay."""
        for row in self._rows("plays"):
            values = self._translated("plays", row)
            if values is None:
                continue
            self.here.exec_driver_sql(
                "INSERT INTO plays (user_id, track_id, count, last_at) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET last_at = max(last_at, excluded.last_at), count ="
                " max(count, excluded.count, (SELECT count(*) FROM listen WHERE is_play"
                " AND listen.user_id = plays.user_id AND listen.track_id = plays.track_id))",
                (values["user_id"], values["track_id"], values["count"], values["last_at"]),
            )

    def _tell(self) -> None:
        """A list that is new here is told of, as any that is made here; with that it has a place
        among our events, and not among theirs."""
        with write() as tx:
            for playlist_id in sorted(self.fresh.get("playlist", ())):
                playlist = tx.get_one(Playlist, playlist_id)
                playlist.record(events.PlaylistUpdated(playlist.shape()), None)

    # --- rows -----------------------------------------------------------------------------------

    def _rows(self, table: str) -> list[Row]:
        """Those of the other database."""
        cursor = self.other.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - our own names
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def _insert(self, table: str, row: Row) -> bool:
        """Whether it is new; what stands in its way is ours and stays."""
        values = self._translated(table, row)
        if values is None:
            return False
        names = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" * len(values))
        sql = f'INSERT OR IGNORE INTO "{table}" ({names}) VALUES ({marks})'  # noqa: S608
        return bool(self.here.exec_driver_sql(sql, tuple(values.values())).rowcount)

    def _translated(self, table: str, row: Row) -> Row | None:
        """With keys of ours; None for a row that refers to what did not come along."""
        values = dict(row)
        for column in _table(table).columns:
            for key in column.foreign_keys:
                of, value = key.column.table.name, values.get(column.name)
                if value is None or of not in self.ours:
                    continue
                values[column.name] = self.ours[of].get(value)
                if values[column.name] is None and not column.nullable:
                    return None
        return values


def _table(name: str) -> Table:
    return Base.metadata.tables[name]


def _without_ranks(row: Row) -> Row:
    """Whoever looks after another server is a member here, until an admin says otherwise."""
    roles = {Role(name) for name in row["roles"].split()}
    kept = roles - RANKS_OF_ADMINS or {Role.MEMBER}
    return row | {"roles": " ".join(sorted(kept))}


def _without_number(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "number"}
