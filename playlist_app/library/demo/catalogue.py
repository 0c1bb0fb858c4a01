"""Owns the demo record shelf: the 35 songs, who plays them, and which ten make the demo playlist.

Each song carries what a band would be handed: a key, a tempo, a chord chart, and a seed from which
its genre's composing rules make the tune. Nothing here imports numpy, so listing the songs stays
cheap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

T = TypeVar("T")
Format = Literal["mp3", "m4a", "opus", "flac"]


@dataclass(frozen=True, slots=True)
class Song:
    """One demo song: its tags and its lead sheet.

    `tempo` is in beats (quarter notes) a minute, `beats` how many make a bar; `a` and `b` are the
    charts of its two strains, bars divided by "|", chords in a bar sharing it equally; `home` is
    the chord it ends on, when that is not the one it starts with. Seeds follow each other within a
    genre.
    """

    slug: str
    title: str
    artist: str
    album: str
    number: int
    genre: str
    year: int
    format: Format
    seed: int
    tempo: float
    key: str
    a: str
    b: str
    home: str = ""
    beats: int = 4

    @property
    def filename(self) -> str:
        return f"{self.slug}.{self.format}"

    @property
    def cover_seed(self) -> str:
        """What its cover is drawn from, as for any track that comes without one."""
        return f"{self.title} {self.artist}"

    def turn(self, options: Sequence[T]) -> T:
        """The option for this song when a genre's songs take turns, so that no two choose alike."""
        return options[self.seed % len(options)]


# fmt: off
SONGS: tuple[Song, ...] = (
    # House
    Song(
        "paper-lanterns", "Paper Lanterns", "Mira Lund",
        "Lantern Season", 1, "House", 2023, "mp3",
        seed=101, tempo=122, key="A minor",
        a="Am9 | Fmaj9 | Cmaj9 | G6", b="Dm9 | Em7 | Fmaj9 | E7#9",
    ),
    Song(
        "balcony-season", "Balcony Season", "Mira Lund",
        "Lantern Season", 4, "House", 2023, "mp3",
        seed=102, tempo=125, key="F# minor",
        a="F#m9 | F#m9 | Dmaj9 | C#m7", b="Bm9 | C#m7 | Dmaj9 | E9sus4",
    ),
    Song(
        "wet-paint", "Wet Paint", "Juno Falls",
        "Blue Door", 2, "House", 2021, "m4a",
        seed=103, tempo=119, key="C dorian",
        a="Cm9 | F13 | Cm9 | F13", b="Abmaj9 | Gm7 | Fm9 | Bb13",
    ),
    # Techno
    Song(
        "copper-wire", "Copper Wire", "Dov Castro",
        "Substation", 1, "Techno", 2022, "mp3",
        seed=111, tempo=130, key="E minor",
        a="Em9 | Em9 | Em9 | Cmaj7", b="Em9 | Em9 | Am9 | Bm7",
    ),
    Song(
        "angstrom", "Ångström", "Nils Örn",
        "Units of Light", 3, "Techno", 2024, "flac",
        seed=112, tempo=134, key="D phrygian",
        a="Dm7 | Dm7 | Dm7 | Ebmaj7", b="Dm7 | Cm7 | Dm7 | Ebmaj7",
    ),
    # Synthwave
    Song(
        "midnight-cassette", "Midnight Cassette", "Neon Orchard",
        "Drive-In Planet", 1, "Synthwave", 2019, "mp3",
        seed=121, tempo=108, key="F minor",
        a="Fm | Db | Ab | Eb", b="Bbm | Fm | Db | C",
    ),
    Song(
        "arcade-rain", "Arcade Rain", "Neon Orchard",
        "Drive-In Planet", 5, "Synthwave", 2019, "m4a",
        seed=122, tempo=88, key="D minor",
        a="Dm | Bb | F | C", b="Gm | Dm | Bb | Asus4 A",
    ),
    Song(
        "coastline-84", "Coastline ’84", "Vera Lux",
        "Polaroid Summer", 2, "Synthwave", 2020, "mp3",
        seed=123, tempo=118, key="B major",
        a="Badd9 | F#/A# | G#m7 | Eadd9", b="C#m7 | E | G#m7 | F#sus4 F#",
    ),
    # Lo-Fi
    Song(
        "rooftop-weather", "Rooftop Weather", "Kai Nakata",
        "Small Umbrellas", 1, "Lo-Fi", 2022, "mp3",
        seed=131, tempo=78, key="Eb major",
        a="Ebmaj9 | Cm9 | Fm9 | Bb13", b="Abmaj9 | Gm7 | Fm9 | Bb7b9",
    ),
    Song(
        "half-past-tea", "Half Past Tea", "Kai Nakata",
        "Small Umbrellas", 3, "Lo-Fi", 2022, "mp3",
        seed=132, tempo=85, key="G major",
        a="Cmaj9 | Bm7 E7b9 | Am9 | D13", b="Gmaj9 | F#m7b5 B7b9 | Em9 | A13", home="Gmaj9",
    ),
    Song(
        "warm-laundry", "Warm Laundry", "Pia Oduya",
        "Home Hours", 2, "Lo-Fi", 2024, "m4a",
        seed=133, tempo=71, key="D minor",
        a="Dm9 | Gm9 | Bbmaj9 | Am7", b="Gm9 | C13 | Fmaj9 | A7#9",
    ),
    # Jazz
    Song(
        "blue-umbrella", "Blue Umbrella", "The Ruth Abel Trio",
        "Corner Table", 1, "Jazz", 1961, "mp3",
        seed=141, tempo=164, key="F major",
        a="Gm9 | C13 | Fmaj9 | D7b9", b="Cm9 | F13 | Bbmaj9 | Eb13", home="Fmaj9",
    ),
    Song(
        "three-for-the-window", "Three for the Window", "The Ruth Abel Trio",
        "Corner Table", 4, "Jazz", 1961, "flac",
        seed=142, tempo=152, key="G major", beats=3,
        a="Gmaj9 | Em9 | Am9 | D13", b="Bm7 | E7b9 | Am9 | D13",
    ),
    Song(
        "night-tram-no-9", "Night Tram No. 9", "Ezra Holt Quartet",
        "Last Stop", 2, "Jazz", 1964, "mp3",
        seed=143, tempo=128, key="C minor",
        a="Cm9 | Cm9 | Dm7b5 | G7b9", b="Fm9 | Bb13 | Ebmaj9 | G7#9",
    ),
    # Bossa Nova
    Song(
        "sunday-elevator", "Sunday Elevator", "Lea Moreau",
        "Petit Hôtel", 1, "Bossa Nova", 2018, "mp3",
        seed=151, tempo=134, key="D major",
        a="Dmaj9 | Dmaj9 | Em9 | A13", b="F#m7 | B7b9 | Em9 | A7b9",
    ),
    Song(
        "cafe-ultimo", "Café Último", "Banda da Esquina",
        "Varanda", 3, "Bossa Nova", 1974, "mp3",
        seed=152, tempo=126, key="A minor",
        a="Am9 | D9 | Bm7b5 | E7b9", b="Dm9 | G13 | Cmaj9 | E7b9",
    ),
    Song(
        "senorita-nube", "Señorita Nube", "Lucía Prado",
        "Cielo Bajo", 2, "Bossa Nova", 2016, "m4a",
        seed=153, tempo=142, key="Bb major",
        a="Bbmaj9 | G7b9 | Cm9 | F13", b="Ebmaj9 | Ebm6 | Dm7 G7b9 | Cm9 F13",
    ),
    # Folk
    Song(
        "the-orchard-gate", "The Orchard Gate", "Wren & Hollis",
        "Hedgerow", 1, "Folk", 2015, "mp3",
        seed=161, tempo=104, key="G major",
        a="G | C/G | Em7 | D", b="C | G/B | Am7 | Dsus4 D",
    ),
    Song(
        "salt-road", "Salt Road", "Wren & Hollis",
        "Hedgerow", 6, "Folk", 2015, "mp3",
        seed=162, tempo=112, key="D dorian",
        a="Dm | C | Dm | G", b="F | C | G | Dm",
    ),
    Song(
        "kerosene-waltz", "Kerosene Waltz", "Ada Thorne",
        "Field Kitchen", 3, "Folk", 2013, "m4a",
        seed=163, tempo=138, key="C major", beats=3,
        a="C | Am | F | G", b="Am | Em | F | G7",
    ),
    # Chiptune
    Song(
        "pixel-picnic", "Pixel Picnic", "8-Bit Bakery",
        "Bread Quest", 1, "Chiptune", 2012, "mp3",
        seed=171, tempo=150, key="C major",
        a="C | G/B | Am | F", b="F | G | Em | Am",
    ),
    Song(
        "moon-base-tuesday", "Moon Base Tuesday", "8-Bit Bakery",
        "Bread Quest", 7, "Chiptune", 2012, "opus",
        seed=172, tempo=138, key="E minor",
        a="Em | C | D | Bm", b="Am | D | G | B7",
    ),
    # Dub
    Song(
        "harbour-lights", "Harbour Lights", "The Slow Ferry",
        "Low Tide Versions", 1, "Dub", 2017, "mp3",
        seed=181, tempo=72, key="G minor",
        a="Gm | Cm", b="Ebmaj7 | Dm7",
    ),
    Song(
        "tin-roof-version", "Tin Roof Version", "King Marlow",
        "Echo Yard", 4, "Dub", 1979, "mp3",
        seed=182, tempo=77, key="B minor",
        a="Bm | A", b="Em7 | F#m7",
    ),
    # Drum & Bass
    Song(
        "tunnel-swifts", "Tunnel Swifts", "Halcyon Unit",
        "Undercity", 2, "Drum & Bass", 2021, "mp3",
        seed=191, tempo=174, key="E minor",
        a="Em9 | Em9 | Cmaj9 | D6", b="Am9 | Am9 | Bm7 | Bm7",
    ),
    Song(
        "signal-garden", "Signal Garden", "Halcyon Unit",
        "Undercity", 5, "Drum & Bass", 2021, "m4a",
        seed=192, tempo=170, key="Ab major",
        a="Dbmaj9 | Eb6 | Fm9 | Fm9", b="Bbm9 | Bbm9 | Cm7 | Dbmaj9", home="Abmaj9",
    ),
    # Classical
    Song(
        "glass-bicycle", "Glass Bicycle", "Otto Falk",
        "Études for Small Rooms", 1, "Classical", 2011, "mp3",
        seed=201, tempo=116, key="E minor",
        a="Em | Cmaj7 | G/B | D", b="Am | Em/G | F#m7b5 | B7",
    ),
    Song(
        "waltz-for-a-lost-glove", "Waltz for a Lost Glove", "Otto Falk",
        "Études for Small Rooms", 4, "Classical", 2011, "flac",
        seed=202, tempo=144, key="D minor", beats=3,
        a="Dm | Gm6 | A7 | Dm", b="Bb | F/A | Em7b5 | A7",
    ),
    Song(
        "prelude-a-la-neige", "Prélude à la neige", "Hélène Duval",
        "Carnet d’hiver", 1, "Classical", 2009, "m4a",
        seed=203, tempo=76, key="Db major",
        a="Dbmaj7 | Bbm7 | Gbmaj7 | Ab7sus4", b="Ebm9 | Ab7 | Fm7 | Bbm7",
    ),
    # Funk
    Song(
        "second-kitchen", "Second Kitchen", "Ivo & Tess",
        "Leftovers", 2, "Funk", 2020, "mp3",
        seed=211, tempo=106, key="E dorian",
        a="Em9 | A13", b="Cmaj9 | Bm7 | Am9 | B7#9",
    ),
    Song(
        "elbow-room", "Elbow Room", "Ivo & Tess",
        "Leftovers", 5, "Funk", 2020, "m4a",
        seed=212, tempo=98, key="G mixolydian",
        a="G13 | G13 | F9 | C9", b="Am9 | Bm7 | C9 | D9sus4",
    ),
    Song(
        "hot-noodles", "Hot Noodles", "The Understudies",
        "Understood", 1, "Funk", 1976, "mp3",
        seed=213, tempo=113, key="Bb dorian",
        a="Bbm9 | Bbm9 | Eb9 | Eb9", b="Gbmaj9 | F7#9 | Bbm9 | Ab13",
    ),
    # Ambient
    Song(
        "slow-aurora", "Slow Aurora", "Ylva Sjö",
        "Under the Ice", 1, "Ambient", 2020, "mp3",
        seed=221, tempo=66, key="D lydian",
        a="Dmaj9 | E6/D", b="Bm9 | A69",
    ),
    Song(
        "lighthouse-asleep", "Lighthouse, Asleep", "Fog Index",
        "Shipping Forecast", 2, "Ambient", 2018, "opus",
        seed=222, tempo=60, key="C minor",
        a="Cm9 | Abmaj9", b="Fm9 | Ebmaj9",
    ),
    Song(
        "fern-clock", "Fern Clock", "Fog Index",
        "Shipping Forecast", 6, "Ambient", 2018, "opus",
        seed=223, tempo=84, key="F major",
        a="Fmaj9 | C69/E | Dm11 | Bbmaj9", b="Gm9 | Bbmaj9 | Dm11 | C9sus4",
    ),
)
# fmt: on

DEMO_PLAYLIST: tuple[str, ...] = (
    "paper-lanterns",
    "harbour-lights",
    "second-kitchen",
    "midnight-cassette",
    "rooftop-weather",
    "copper-wire",
    "sunday-elevator",
    "glass-bicycle",
    "cafe-ultimo",
    "pixel-picnic",
)
