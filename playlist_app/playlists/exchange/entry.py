"""An entry of a playlist file: what it says of a song, whichever format it is in."""

from __future__ import annotations

from dataclasses import dataclass

# What stands before a hash where a format has room for identifiers: of the file's bytes, and of its
# sound alone, which another tag or cover does not change.
OF_BYTES = "urn:sha256:"
OF_SOUND = "urn:jamboree:sound:"


@dataclass(frozen=True)
class Entry:
    """Texts are empty, and the rest None, where the file says nothing. `hashes` are SHA-256, of
    bytes or of sound. `named`: artist and title in one text, as "Mira Lund - Copper Wire"."""

    title: str = ""
    artist: str = ""
    album: str = ""
    duration_seconds: float | None = None
    hashes: tuple[str, ...] = ()
    named: str = ""

    @property
    def ways_to_read(self) -> list[tuple[str, str]]:
        """(artist, title), the likeliest first: names have dashes of their own."""
        if self.title:
            return [(self.artist, self.title)]
        parts = self.named.split(" - ")
        split = [(" - ".join(parts[:n]), " - ".join(parts[n:])) for n in range(1, len(parts))]
        return [*split, ("", self.named)]


@dataclass(frozen=True)
class PlaylistFile:
    title: str
    entries: tuple[Entry, ...]
