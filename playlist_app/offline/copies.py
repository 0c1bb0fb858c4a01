"""The manifest of an offline copy: all that a device needs to show and play a playlist alone.

What a device has already is not sent again: an unchanged list is a 304 (versions.py), and of one
that changed since the device's seq come the items that did, and their audio (changes.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from playlist_app.database import session
from playlist_app.library.curation.lyrics import lyrics_of_many, touched_lyrics
from playlist_app.live import events
from playlist_app.offline.changes import Changes, changes_since, moment_of
from playlist_app.offline.entries import File, Wanted, ask_for, files_of
from playlist_app.offline.remembered import messages_for, snapshots_for
from playlist_app.offline.versions import known_to_client, version_of
from playlist_app.people.models import User
from playlist_app.playlists.items import items_of
from playlist_app.playlists.models import Playlist

JSON = dict[str, Any]


@dataclass(frozen=True)
class Known:
    """What a device has of a list: the seq and epoch of its manifest, and its ETag."""

    since: int | None = None
    epoch: str | None = None
    etags: tuple[str, ...] = ()


def manifest_of(
    playlist: Playlist,
    person: User,
    wanted: Wanted,
    known: Known | None = None,
    *,
    may_ask: bool = True,
) -> tuple[JSON, str]:
    """The manifest, and its ETag. `whole`: all items, and every audio file with the hash of each
    chunk. Else what is new since what is `known`: to be put over what the device has, items by
    their id, `audio` by `of`, `lyrics` by the id of the track; `removed` are the items that left.

    `audio`: one entry a file, however many items play it: `{sha256, of, url, size_bytes, format,
    status, chunk_size, chunks}`. `of` is the hash of the track's own audio, which `sha256` is as
    well, unless it is a rendition; of one that is being made it is null, and `status` "preparing".
    `covers`: addresses. `lyrics`: by the id of the track, of those that have some; of the items
    that are told, one that is missing has none. `size_bytes`: of the whole list, in any case.
    `messages` and `snapshots`: see remembered.py; `songs` says what the tracks in those are called.
    """
    changes, touched = _new_to(known, playlist, wanted) if known else (None, None)
    files = files_of(playlist)
    items = told = items_of(playlist, person)
    given = None
    if changes is not None:
        told = _told(items, files, changes, touched)
        given = _audio_told(told, filter(wanted.may_take_small, files), touched)
    snapshots, songs, any_new = snapshots_for(
        playlist, person, None if changes is None else touched
    )
    if changes is not None:
        is_odd = known is not None and _is_unexplained(known, playlist, wanted)
        if is_odd and not (told or given or any_new):
            changes, told, given = None, items, None
            snapshots, songs, any_new = snapshots_for(playlist, person, None)
    if may_ask and ask_for(files, wanted, given):
        # That was a write. All of a manifest is of one moment: its seq stands for what is in it.
        session().refresh(playlist)
        return manifest_of(playlist, person, wanted, known, may_ask=False)
    covers = {item["track"]["cover_url"] for item in told} - {None}
    with_lyrics = {item["track"]["id"] for item in told}
    left = set() if changes is None else changes.removed - {item["id"] for item in items}
    manifest = {
        "playlist": playlist.shape_for(playlist.seen_as),
        "seq": playlist.seq,
        "epoch": events.epoch(),
        "quality": wanted.quality,
        "whole": changes is None,
        "items": told,
        "removed": sorted(left),
        "audio": [file.entry(wanted) for file in files if given is None or file.sha256 in given],
        "covers": sorted(covers | {url.replace("/large.", "/small.") for url in covers}),
        "lyrics": lyrics_of_many(with_lyrics),
        "room": playlist.room.state_and_turns(),
        "messages": messages_for(playlist, person),
        "snapshots": snapshots,
        "songs": songs,
        "size_bytes": sum(file.size(wanted) for file in files),
    }
    return manifest, version_of(playlist, person, wanted).etag


def _new_to(
    known: Known, playlist: Playlist, wanted: Wanted
) -> tuple[Changes | None, datetime | None]:
    """What changed for a device, and since when what records no event may be new to it."""
    since, epoch = known.since, known.epoch
    if since is None or epoch != events.epoch():
        return None, None
    can_be_added, touched = known_to_client(known.etags, epoch=epoch, seq=since, wanted=wanted)
    changes = changes_since(playlist, since) if can_be_added else None
    return changes, touched or moment_of(playlist, since)


def _is_unexplained(known: Known, playlist: Playlist, wanted: Wanted) -> bool:
    """Whether a device has this list as it is, by its events and its ETag. Where it comes all the
    same, and nothing is new, a clock was put back, or its role is another: whole is right."""
    since = known.since or 0
    of_ours = known_to_client(known.etags, epoch=events.epoch(), seq=since, wanted=wanted)
    return since == playlist.seq and of_ours[1] is not None


def _told(
    items: list[JSON], files: list[File], changes: Changes, touched: datetime | None
) -> list[JSON]:
    """The items that changed; also those whose lyrics or audio did."""
    analysed = {file.sha256 for file in files if _is_since(file.analysed_at, touched)}
    sung = touched_lyrics(touched)
    return [
        item
        for item in items
        if item["id"] in changes.items
        or item["track"]["id"] in changes.tracks
        or item["track"]["id"] in sung
        or (item["track"]["audio"] and item["track"]["audio"]["sha256"] in analysed)
    ]


def _audio_told(told: Iterable[JSON], files: Iterable[File], touched: datetime | None) -> set[str]:
    """Originals' hashes: those of what is told, and of these files those whose rendition is not
    what it was."""
    hashes = {item["track"]["audio"]["sha256"] for item in told if item["track"]["audio"]}
    return hashes | {file.sha256 for file in files if _is_since(file.changed_at, touched)}


def _is_since(moment: datetime | None, touched: datetime | None) -> bool:
    return moment is not None and touched is not None and moment > touched
