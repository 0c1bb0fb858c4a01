"""Search over title, artist, album and genre: by the beginnings of words, without accents, and
forgiving one typo a word.

SQLite's full-text index (FTS5) holds the words without accents and case. When the words as typed
find too little, each is replaced by the words of the library that are one edit away: a letter more,
less, other, or swapped with its neighbour (optimal string alignment distance, by rapidfuzz).
"""

from __future__ import annotations

import re
import threading
import time
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import Select, TextClause, func, select, text
from sqlalchemy.sql import column, table

from playlist_app.database import session
from playlist_app.library.models import Track
from playlist_app.library.texts import sort_key

ENOUGH = 5  # hits that make guessing unnecessary
# Letters of the shortest word that is guessed. One of three is one edit away from very much: it
# counts as mistyped only where nothing begins with it, or lists would jump while somebody is still
# typing.
SHORTEST_GUESSED = 4
SHORTEST_IN_NEED = 3
GUESSES = 12  # words that may stand for one that was mistyped
WORDS_AT_MOST = 12
REFRESHED_EVERY = 60.0  # seconds; new tracks count at once, edits within this time

track_fts = table("track_fts", column("rowid"), column("rank"))


@dataclass(frozen=True)
class Hits:
    """The tracks that match, whoever asks: a query of them has visible_to beside it.

    `as_typed` are the numbers of those that hold the words themselves, where others were guessed.
    """

    expression: str
    as_typed: tuple[int, ...] = ()

    def numbers(self) -> Select[int]:
        """Their numbers, in no order."""
        return select(track_fts.c.rowid).where(self._match())

    def among(self, tracks: Select[Any]) -> Select[Any]:
        """Those of a query of tracks that are hits, best first."""
        hits = tracks.join(track_fts, track_fts.c.rowid == Track.number).where(self._match())
        if self.as_typed:
            hits = hits.order_by(track_fts.c.rowid.in_(self.as_typed).desc())
        # `rank` is the index's own order, weighted in the migration: title, artist, album, genre.
        # It stands in the outermost query: SQLite drops the order of one inside.
        return hits.order_by(track_fts.c.rank)

    def _match(self) -> TextClause:
        return text("track_fts MATCH :words").bindparams(words=self.expression)


def matching(words: str) -> Hits | None:
    """What fits these words; None when there is no word in them."""
    # With the accents that have no letter of their own; the index leaves them out, like the others.
    tokens = re.findall(r"[\w\u0300-\u036f]+", unicodedata.normalize("NFC", words))[:WORDS_AT_MOST]
    if not tokens:
        return None
    exact = _all_of([_spellings(token) for token in tokens])
    first = _first(exact)
    if len(first) >= ENOUGH:
        return Hits(exact)
    shortest = SHORTEST_GUESSED if first else SHORTEST_IN_NEED
    return Hits(_all_of([_meant_by(token, shortest) for token in tokens]), as_typed=first)


def _spellings(token: str) -> list[str]:
    """As it was typed, which the index folds in its own way, and as sort_key has it.

    They differ beyond accents: sort_key has "strasse" for "straße", where the index keeps the ß.
    """
    return list(dict.fromkeys([token, sort_key(token)]))


def _all_of(alternatives: list[list[str]]) -> str:
    """An FTS5 expression: each group must match, with any of its words as a beginning."""
    return " AND ".join(
        "(" + " OR ".join(f'"{word}"*' for word in words) + ")" for words in alternatives
    )


def _first(expression: str) -> tuple[int, ...]:
    """The numbers of some tracks that match, of all when there are fewer than ENOUGH."""
    rows = session().execute(
        text("SELECT rowid FROM track_fts WHERE track_fts MATCH :words LIMIT :enough"),
        {"words": expression, "enough": ENOUGH},
    )
    return tuple(row[0] for row in rows)


@dataclass
class _Vocabulary:
    """The words of the library, and their beginnings of a given length, made when asked for."""

    words: frozenset[str]
    newest: int
    read_at: float
    beginnings: dict[int, list[str]] = field(default_factory=dict)

    def of_length(self, length: int) -> list[str]:
        if length not in self.beginnings:
            self.beginnings[length] = sorted({word[:length] for word in self.words})
        return self.beginnings[length]


_lock = threading.Lock()


def _vocabulary() -> _Vocabulary:
    newest = session().scalar(select(func.max(Track.number))) or 0
    with _lock:
        known: _Vocabulary | None = current_app.extensions.get("vocabulary")
        if known and known.newest == newest and time.monotonic() - known.read_at < REFRESHED_EVERY:
            return known
        rows = session().execute(text("SELECT term FROM track_words"))
        fresh = _Vocabulary(frozenset(row[0] for row in rows), newest, time.monotonic())
        current_app.extensions["vocabulary"] = fresh
        return fresh


def _meant_by(token: str, shortest: int) -> list[str]:
    """The token itself, and what of the library it could be a typo of, unless it is shorter."""
    spellings = _spellings(token)
    # Put together again what sort_key took apart: a syllable of Hangul is one letter here.
    token = unicodedata.normalize("NFC", spellings[-1])
    if len(token) < shortest:
        return spellings
    vocabulary = _vocabulary()
    guesses: dict[str, int] = {}
    for length in (len(token) - 1, len(token), len(token) + 1):
        near = process.extract(
            token,
            vocabulary.of_length(length),
            scorer=OSA.distance,
            score_cutoff=1,
            limit=GUESSES,
        )
        # A beginning that is shorter by its last letter would match far too much.
        guesses |= {
            word: distance
            for word, distance, _ in near
            if len(word) >= len(token) or word in vocabulary.words
        }
    best = sorted(guesses, key=lambda word: (guesses[word], word))[:GUESSES]
    return list(dict.fromkeys([*spellings, *best]))
