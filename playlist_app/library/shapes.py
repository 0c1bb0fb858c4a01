"""How a track is told: its shape in answers and events (SPEC §5), and the texts in it."""

from __future__ import annotations

from typing import Any

from playlist_app.library.playability import audio_shape


def track_shape(
    id_: str,
    title: str,
    artist: str,
    album: str,
    genre: str,
    year: int | None,
    duration_seconds: float | None,
    cover_id: str | None,
    status: str,
    created_at: str,
    sha256: str | None,
    size_bytes: int | None,
    format_: str | None,
    bitrate: int | None,
    codec: str | None,
    broken: str | None,
    playable_sha256: str | None,
    playable_bytes: int | None,
    owner_id: str,
    owner_name: str,
    latitude: float | None,
    longitude: float | None,
    accuracy_m: float | None,
    album_artist: str,
    artists: str | None,
    disc: int,
    track_number: int,
    compilation: bool,
    review_reason: str | None,
    *,
    prefix: str,
) -> dict[str, Any]:
    """The shape of a track, of the values of SHAPE_COLUMNS (models.py) in their order.

    `prefix` is the path under which the app is served: addresses in it start with it.
    """
    audio = audio_shape(
        sha256,
        size_bytes,
        format_,
        bitrate,
        codec,
        broken,
        playable_sha256,
        playable_bytes,
        prefix=prefix,
    )
    return {
        "id": id_,
        "title": title,
        "artist": artist,
        "album": album,
        "genre": genre,
        "year": year,
        "duration_seconds": duration_seconds,
        "duration_formatted": duration_text(duration_seconds),
        "cover_url": cover_url(cover_id, prefix) if cover_id else None,
        "status": status,
        "audio": audio,
        "location": None
        if latitude is None
        else {"latitude": latitude, "longitude": longitude, "accuracy_m": accuracy_m},
        "owner": {"id": owner_id, "name": owner_name},
        "created_at": created_at,
        "artists": artists.split("\n") if artists else [artist] if artist else [],
        "album_artist": album_artist,
        "disc": disc or None,
        "track_number": track_number or None,
        "compilation": bool(compilation),
        "review_reason": review_reason,
    }


def cover_url(cover_id: str, prefix: str, size: str = "large") -> str:
    """Where a cover is; `size` is "large" (640 px) or "small" (160 px)."""
    return f"{prefix}/covers/{cover_id}/{size}.jpg"


def duration_text(seconds: float | None) -> str:
    """3:42, or 1:02:05; empty where it is not known."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
