"""Owns the composing rules: for each genre of the catalogue, how its songs are written and played.

Each module's `compose` lays a song's chords out over a form, and seats its players; a player is a
function that reads the sheet and returns a Part.
"""

from __future__ import annotations

from collections.abc import Callable

from playlist_app.library.demo.catalogue import Song
from playlist_app.library.demo.score import Arrangement

from . import (
    ambient,
    bossa_nova,
    chiptune,
    classical,
    drum_and_bass,
    dub,
    folk,
    funk,
    house,
    jazz,
    lo_fi,
    synthwave,
    techno,
)

COMPOSERS: dict[str, Callable[[Song], Arrangement]] = {
    "Ambient": ambient.compose,
    "Bossa Nova": bossa_nova.compose,
    "Chiptune": chiptune.compose,
    "Classical": classical.compose,
    "Drum & Bass": drum_and_bass.compose,
    "Dub": dub.compose,
    "Folk": folk.compose,
    "Funk": funk.compose,
    "House": house.compose,
    "Jazz": jazz.compose,
    "Lo-Fi": lo_fi.compose,
    "Synthwave": synthwave.compose,
    "Techno": techno.compose,
}


def compose(song: Song) -> Arrangement:
    """The song written out for its players."""
    return COMPOSERS[song.genre](song)
