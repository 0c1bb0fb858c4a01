"""Owns the making of demo files: one song, or the whole shelf over a few processes."""

from __future__ import annotations

import io
import multiprocessing
import os
import threading
from collections.abc import Collection, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import connection
from pathlib import Path

from playlist_app.library.artwork import draw

from .catalogue import DEMO_PLAYLIST, SONGS, Song
from .encode import encode
from .genres import compose
from .mix import mixdown


def make(song: Song, folder: Path) -> Path:
    """Compose, play, mix and encode a song; returns its file in the folder, which must exist.

    It grows under a name ending in ".part" and gets its own when it is whole.
    """
    path = folder / song.filename
    unfinished = folder / f"{song.filename}.part"
    sound = mixdown(compose(song), song.seed)
    try:
        encode(sound, song, cover(song), unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def cover(song: Song) -> bytes:
    """The song's drawn cover as a JPEG, 640 pixels square."""
    file = io.BytesIO()
    draw(song.cover_seed).save(file, "JPEG", quality=88, optimize=True)
    return file.getvalue()


def make_all(
    folder: Path, *, processes: int = 2, skip: Collection[str] = ()
) -> Iterator[tuple[Song, Path]]:
    """The whole shelf but what is in `skip`; see the package's `make_all`."""
    folder.mkdir(parents=True, exist_ok=True)
    first = {slug: place for place, slug in enumerate(DEMO_PLAYLIST)}
    wanted = [song for song in SONGS if song.slug not in skip]
    wanted.sort(key=lambda song: first.get(song.slug, len(first)))
    if processes <= 1:
        for song in wanted:
            yield song, make(song, folder)
        return
    # Spawned, not forked: the caller may be a server with threads, locks and an open database.
    pool = ProcessPoolExecutor(
        processes, multiprocessing.get_context("spawn"), initializer=follow_parent
    )
    try:
        work = [(song, pool.submit(make, song, folder)) for song in wanted]
        for song, file in work:
            yield song, file.result()
    finally:
        pool.shutdown(cancel_futures=True)


def follow_parent() -> None:
    """Let a worker give way to a server beside it, and end with the process that started it.

    A pool's worker whose parent was killed would otherwise wait for its next song for ever.
    """
    os.nice(5)
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    sentinel = parent.sentinel

    def watch() -> None:
        connection.wait([sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
