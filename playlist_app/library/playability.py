"""What stands of its audio in the shape of a track: where the bytes are, and who can play them."""

from __future__ import annotations

from typing import Any

from playlist_app.library.formats import plays_everywhere, type_of

RENDITION_TYPE = type_of("m4a", "aac")


def audio_shape(
    sha256: str | None,
    size_bytes: int | None,
    format_: str | None,
    bitrate: int | None,
    codec: str | None,
    broken: str | None,
    playable_sha256: str | None,
    playable_bytes: int | None,
    *,
    prefix: str,
) -> dict[str, Any] | None:
    """The part `audio` of a track's shape; None where there is none.

    `plays` is "everywhere", or "somewhere": ask the browser about `mimetype` first, and where it
    does not know that, play `playable` (None: ask for it, `POST audio/by-hash/…/renditions`).
    `broken` says why it can't be played at all.
    """
    if not sha256 or not format_:
        return None
    everywhere = plays_everywhere(format_, codec or "")
    playable = None
    if playable_sha256 and not everywhere:
        playable = {
            "sha256": playable_sha256,
            "url": f"{prefix}/audio/{playable_sha256}",
            "size_bytes": playable_bytes,
            "format": "m4a",
            "mimetype": RENDITION_TYPE,
        }
    return {
        "sha256": sha256,
        "url": f"{prefix}/audio/{sha256}",
        "size_bytes": size_bytes,
        "format": format_,
        "bitrate": bitrate,
        "mimetype": type_of(format_, codec or ""),
        "plays": "everywhere" if everywhere else "somewhere",
        "playable": playable,
        "broken": broken,
    }
