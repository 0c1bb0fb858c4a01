"""Genres as categories that reviewers keep in order: renamed, merged, and that taken back."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import func, select, update

from playlist_app.database import new_id, now, session, write
from playlist_app.library import rules
from playlist_app.library.curation.changes import Change
from playlist_app.library.description import LONGEST_GENRE
from playlist_app.library.genre_names import genre_key
from playlist_app.library.models import Genre, Track
from playlist_app.library.texts import clean_text
from playlist_app.people.models import User
from playlist_app.refusals import Conflict, Invalid, NotAllowed, NotFound

JSON = dict[str, Any]


def find_genre(genre_id: str) -> Genre:
    """Raises NotFound."""
    found = session().get(Genre, genre_id)
    if not found:
        raise NotFound("This genre isn't here any more. It may have been merged into another.")
    return found


def rename(genre: Genre, name: str, by: User) -> tuple[Genre, Change | None]:
    """Give a genre another name; where another genre has it, the two become that one.

    Answers the genre that there is now, and the change, which can be undone. Every track of it
    changes with it, and each list that holds some of them is told. Raises NotAllowed, or Invalid.
    """
    with write():
        _require_reviewer(by)
        name = clean_text(name, "name", longest=LONGEST_GENRE)
        if not name:
            raise Invalid.field("name", "A genre needs a name.")
        key = genre_key(name)
        other = session().scalar(select(Genre).where(Genre.key == key, Genre.id != genre.id))
        if other:
            return other, _merge(genre, other, by)
        if name == genre.name:
            return genre, None
        return genre, _call(genre, name, by)


def undo_change(change: Change, by: User) -> int:
    """Take a renaming or a merging back, as far as nobody changed more since; answers how many
    tracks have their old genre again. Raises NotAllowed, or Conflict where that can't be."""
    with write() as tx:
        _require_reviewer(by)
        what: JSON = orjson.loads(change.what)
        restored = _call_back(what) if change.kind == "rename" else _part(what)
        change.undone_at = now()
        tx.flush()
        _tell(restored, by)
    return len(restored)


def _require_reviewer(by: User) -> None:
    if not by.is_reviewer:
        raise NotAllowed("Only a reviewer can change the genres.")


def _call(genre: Genre, name: str, by: User) -> Change:
    what = {"genre": genre.id, "before": genre.name, "after": name}
    tracks = _numbers(genre.id)
    _set_name(genre, name)
    _tell(tracks, by)
    return _kept("rename", what, by)


def _merge(genre: Genre, into: Genre, by: User) -> Change:
    """All tracks of `genre` are of the other one from now on, and it is gone."""
    tracks = _numbers(genre.id)
    what = {
        "genre": {"id": genre.id, "name": genre.name, "key": genre.key},
        "into": into.id,
        "tracks": tracks,
    }
    _move(tracks, into)
    session().delete(genre)
    session().flush()
    _tell(tracks, by)
    return _kept("merge", what, by)


def _call_back(what: JSON) -> list[int]:
    genre = session().get(Genre, what["genre"])
    if not genre or genre.name != what["after"]:
        return []  # somebody called it otherwise meanwhile
    key = genre_key(what["before"])
    if session().scalar(select(Genre.id).where(Genre.key == key, Genre.id != genre.id)):
        raise Conflict(f"There is another genre called {what['before']!r} by now.")
    _set_name(genre, what["before"])
    return _numbers(genre.id)


def _part(what: JSON) -> list[int]:
    """The tracks that are still of the genre that theirs was merged into get theirs back."""
    old = what["genre"]
    genre = session().scalar(select(Genre).where(Genre.key == old["key"]))
    if not genre:
        genre = Genre(id=old["id"], name=old["name"], key=old["key"])
        session().add(genre)
        session().flush()
    moved = set(what["tracks"])
    tracks = [number for number in _numbers(what["into"]) if number in moved]
    _move(tracks, genre)
    return tracks


def _set_name(genre: Genre, name: str) -> None:
    genre.name, genre.key = name, genre_key(name)[:120]
    session().flush()
    session().execute(update(Track).where(Track.genre_id == genre.id).values(genre_name=name))


def _move(numbers: list[int], into: Genre) -> None:
    session().execute(
        update(Track)
        .where(Track.number.in_(_each(numbers)))
        .values(genre_id=into.id, genre_name=into.name)
        .execution_options(synchronize_session=False)
    )
    session().expire_all()


def _numbers(genre_id: str) -> list[int]:
    return list(session().scalars(select(Track.number).where(Track.genre_id == genre_id)))


def _each(numbers: list[int]) -> Any:
    """However many numbers, as one parameter."""
    table = func.json_each(orjson.dumps(numbers).decode()).table_valued("value")
    return select(table.c.value)


def _kept(kind: str, what: JSON, by: User) -> Change:
    change = Change(id=new_id(), kind=kind, by_id=by.id, at=now(), what=orjson.dumps(what).decode())
    session().add(change)
    session().flush()
    return change


def _tell(numbers: list[int], by: User) -> None:
    if not numbers:
        return
    ids = session().scalars(select(Track.id).where(Track.number.in_(_each(numbers)))).all()
    for tell in rules.telling:
        tell(ids, by)
