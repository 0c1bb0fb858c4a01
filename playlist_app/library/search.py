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

from flask import current_app
from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import Select, func, select, text
from sqlalchemy.sql import column, table

from playlist_app.database import session
from playlist_app.library.models import Track
from playlist_app.library.texts import sort_key

ENOUGH = 5  # hits that make guessing unnecessary
SHORTEST_GUESSED = 3  # letters; a shorter word is one edit away from everything
GUESSES = 12  # words that may stand for one that was mistyped
WORDS_AT_MOST = 12
REFRESHED_EVERY = 60.0  # seconds; new tracks count at once, edits within this time

track_fts = table("track_fts", column("rowid"), column("rank"))


def matching(words: str) -> Select[int] | None:
    """The numbers of the tracks that match, best first; None when there is no word in it.

    Not filtered by who asks: join it with Track and visible_to.
    """
    # With the accents that have no letter of their own; the index leaves them out, like the others.
    tokens = re.findall(r"[\w\u0300-\u036f]+", unicodedata.normalize("NFC", words))[:WORDS_AT_MOST]
    if not tokens:
        return None
    exact = _all_of([_spellings(token) for token in tokens])
    if _has_enough(exact):
        return _query(exact)
    return _query(_all_of([_meant_by(token) for token in tokens]))


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


def _has_enough(expression: str) -> bool:
    rows = session().execute(
        text("SELECT 1 FROM track_fts WHERE track_fts MATCH :words LIMIT :enough"),
        {"words": expression, "enough": ENOUGH},
    )
    return len(rows.all()) >= ENOUGH


def _query(expression: str) -> Select[int]:
    # `rank` is the index's own order, weighted in the migration: title, artist, album, genre.
    return (
        select(track_fts.c.rowid)
        .where(text("track_fts MATCH :words").bindparams(words=expression))
        .order_by(track_fts.c.rank)
    )


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


def _meant_by(token: str) -> list[str]:
    """The token itself, and what of the library it could be a typo of."""
    spellings = _spellings(token)
    # Put together again what sort_key took apart: a syllable of Hangul is one letter here.
    token = unicodedata.normalize("NFC", spellings[-1])
    if len(token) < SHORTEST_GUESSED:
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
