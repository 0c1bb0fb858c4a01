"""The vocabulary: some 20,000 made-up words and names that look like those of songs and people.

Syllables of a few kinds of languages, some with accents; as in real libraries a few words stand in
very many titles, and most in a handful (Zipf's law). Always the same words, by a fixed seed.
"""

from __future__ import annotations

import functools
import random
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

WORDS = 20_000
ARTISTS = 9_000
GENRES = (
    "Ambient", "Blues", "Bossa Nova", "Chanson", "Chiptune", "Classical", "Country", "Disco",
    "Drum and Bass", "Dub", "Electronic", "Flamenco", "Folk", "Funk", "Gospel", "Hip-Hop", "House",
    "Indie Rock", "Jazz", "Lo-Fi", "Metal", "Música Popular", "Pop", "Punk", "Reggae", "Rock",
    "Salsa", "Soul", "Synthwave", "Techno",
)  # fmt: skip

# Beginnings, middles and ends of syllables, by kind of language; a dash stands for none.
_KINDS = (
    (
        "b br c cl d dr f fl g gr h k l m n p r s sh st t tr w",
        "a ai e ea ee i o oa oo ou u",
        "ck ll m n nd ng r rd s st t th",
    ),
    (
        "b c ch d f g j l ll m n p q r s t v z",
        "a e i o u á é í ó ú ie ue",
        "l n r s z d - - - - - -",
    ),
    (
        "b bl ch d f g gr j l m n p pr r s t tr v",
        "a ai au e é è ê eau i î o ô ou u eu",
        "l n r s t - - - - - -",
    ),
    (
        "b d f fr g h j k kl l m n r s sch st t v w z",
        "a ä au e ei i ie o ö u ü å",
        "ch l m n nn r rt s st tz",
    ),
)


@dataclass(frozen=True)
class _Vocabulary:
    words: list[str]
    weights: list[float]  # cumulative
    artists: list[str]


@functools.cache
def _vocabulary() -> _Vocabulary:
    random_ = random.Random(20_000)
    words: dict[str, None] = {}
    while len(words) < WORDS:
        words[_word(random_)] = None
    ranked = list(words)
    weights = list(accumulate(1 / (rank + 20) for rank in range(WORDS)))
    artists = [
        " ".join(random_.choices(ranked, cum_weights=weights, k=random_.choice((1, 2, 2, 2, 3))))
        for _ in range(ARTISTS)
    ]
    return _Vocabulary(ranked, weights, artists)


def _word(random_: random.Random) -> str:
    first, middle, last = (part.split() for part in random_.choice(_KINDS))
    syllables = random_.choices((1, 2, 3, 4), (1, 5, 4, 1))[0]
    letters = "".join(
        random_.choice(first)
        + random_.choice(middle)
        + (random_.choice(last) if at == syllables - 1 or random_.random() < 0.2 else "")
        for at in range(syllables)
    )
    return letters.replace("-", "")


def song(number: int) -> dict[str, Any]:
    """Title, artist, album, genre and year of the song of this number: always the same."""
    known, random_ = _vocabulary(), random.Random(number)

    def words(least: int, most: int) -> str:
        count = random_.randint(least, most)
        chosen = random_.choices(known.words, cum_weights=known.weights, k=count)
        return " ".join(chosen).capitalize()

    return {
        "title": words(1, 5),
        "artist": known.artists[int(random_.random() ** 2 * ARTISTS)].title(),
        "album": words(1, 3),
        "genre": random_.choice(GENRES),
        "year": random_.randint(1950, 2026),
    }
