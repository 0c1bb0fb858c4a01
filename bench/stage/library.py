"""A library of 100,000 tracks, put straight into the table, and questions that people ask of it.

The search index fills by its triggers, as it does when tracks come in one by one.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from bench.stage import vocabulary
from bench.stage.house import House
from playlist_app.database import new_id, write
from playlist_app.library.models import Genre, Status, Track
from playlist_app.library.texts import sort_key

AT_ONCE = 5_000  # rows
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Question:
    """What somebody types, and the beginnings of words that an answer must have.

    `is_typo`: `words` are what was meant, not what was typed.
    """

    text: str
    words: tuple[str, ...]
    is_typo: bool = False

    def is_answered_by(self, track: dict[str, Any]) -> bool:
        """Whether each word stands at the beginning of one of the track's."""
        said = _words(" ".join(track[part] for part in ("title", "artist", "album", "genre")))
        return all(any(word.startswith(wanted) for word in said) for wanted in self.words)


def fill(house: House, count: int) -> None:
    """Put so many tracks into the library, by the first person."""
    with house.app.app_context(), write() as tx:
        genres = {name: Genre.named(name).id for name in vocabulary.GENRES}
        rows = _rows(house.people[0].id, genres, count)
        while batch := [row for row, _ in zip(rows, range(AT_ONCE), strict=False)]:
            tx.execute(insert(Track), batch)


def _rows(owner: str, genres: dict[str, str], count: int) -> Iterator[dict[str, Any]]:
    for at in range(count):
        song = vocabulary.song(at)
        yield {
            "id": new_id(),
            "title": song["title"],
            "artist": song["artist"],
            "album": song["album"],
            "genre_name": song["genre"],
            "title_key": sort_key(song["title"]),
            "artist_key": sort_key(song["artist"]),
            "genre_id": genres[song["genre"]],
            "year": song["year"],
            "duration_seconds": 120.0 + at % 300,
            "status": Status.PUBLISHED,
            "owner_id": owner,
            "created_at": EPOCH + timedelta(minutes=at),
        }


def questions(count: int, tracks: int) -> list[Question]:
    """So many, each about a track that is there: 45 % the beginning of a word, 25 % two words,
    15 % a word with a typo, 15 % a word as it is written, with its accents."""
    random_ = random.Random(count)
    kinds = random_.choices((_beginning, _two_words, _typo, _accented), (45, 25, 15, 15), k=count)
    return [kind(random_, tracks) for kind in kinds]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", sort_key(text))


def _beginning(random_: random.Random, tracks: int) -> Question:
    word = _some_word(random_, tracks, 3)[: random_.randint(3, 8)]
    return Question(word, (word,))


def _two_words(random_: random.Random, tracks: int) -> Question:
    song = vocabulary.song(random_.randrange(tracks))
    whole = random_.choice(_words(song["artist"]))
    begun = random_.choice(_words(song["title"]))[: random_.randint(2, 6)]
    return Question(f"{whole} {begun}", (whole, begun))


def _typo(random_: random.Random, tracks: int) -> Question:
    """A letter more, less, other, or swapped with its neighbour, but not the first."""
    word = _some_word(random_, tracks, 5)
    at = random_.randrange(1, len(word) - 1)
    letter = random_.choice(string.ascii_lowercase)
    typed = random_.choice(
        (
            word[:at] + letter + word[at:],
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )
    return Question(typed, (word,), is_typo=True)


def _accented(random_: random.Random, tracks: int) -> Question:
    while True:
        song = vocabulary.song(random_.randrange(tracks))
        for word in re.findall(r"\w+", song["title"].lower()):
            if not word.isascii() and len(word) > 2:
                return Question(word, (sort_key(word),))


def _some_word(random_: random.Random, tracks: int, shortest: int) -> str:
    while True:
        song = vocabulary.song(random_.randrange(tracks))
        word = random_.choice(_words(f"{song['title']} {song['artist']}"))
        if len(word) >= shortest:
            return word
