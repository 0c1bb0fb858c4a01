"""The manifest of an offline copy: all that a device needs to show and play a playlist alone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from playlist_app.config import settings
from playlist_app.database import session
from playlist_app.library.curation.lyrics import lyrics_of_many
from playlist_app.library.models import CHUNK, AudioFile, Track
from playlist_app.live import events
from playlist_app.people.models import User
from playlist_app.playlists.items import Item, items_of
from playlist_app.playlists.models import Playlist

JSON = dict[str, Any]


def manifest_of(playlist: Playlist, person: User) -> JSON:
    """What is in the list at `seq`, and every audio file of it with the hash of each chunk.

    `audio`: one entry a file, however many items play it: `{sha256, of, url, size_bytes,
    format, status, chunk_size, chunks}`. `covers`: addresses. `lyrics`: by the id of the
    track, of those that have some. `messages` and `snapshots` have their place.
    """
    items = items_of(playlist, person)
    covers = {item["track"]["cover_url"] for item in items} - {None}
    audio = _audio_of(playlist)
    return {
        "playlist": playlist.shape_for(playlist.seen_as),
        "seq": playlist.seq,
        "epoch": events.epoch(),
        "items": items,
        "audio": audio,
        "covers": sorted(covers | {url.replace("/large.", "/small.") for url in covers}),
        "size_bytes": sum(file["size_bytes"] for file in audio),
        "lyrics": lyrics_of_many({item["track"]["id"] for item in items}),
        "messages": [],
        "snapshots": [],
    }


def _audio_of(playlist: Playlist) -> list[JSON]:
    rows = session().execute(
        select(
            AudioFile.sha256,
            AudioFile.size_bytes,
            AudioFile.format,
            AudioFile.chunk_hashes,
        )
        .join(Track, Track.audio_id == AudioFile.id)
        .join(Item, Item.track_id == Track.id)
        .where(Item.playlist_id == playlist.id)
        .order_by(Item.rank)
    )
    prefix = settings().path_prefix
    return [
        {
            "sha256": sha256,
            "of": sha256,
            "url": f"{prefix}/audio/{sha256}",
            "size_bytes": size,
            "format": format_,
            "status": "ready",
            "chunk_size": CHUNK,
            "chunks": [hashes[i : i + 32].hex() for i in range(0, len(hashes), 32)],
        }
        for sha256, size, format_, hashes in rows
    ]
