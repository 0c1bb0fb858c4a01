"""Owns the making of demo files: one song, or the whole shelf over a few processes."""

from __future__ import annotations

import io
import multiprocessing
import os
import threading
from collections.abc import Collection, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import connection
from pathlib import Path

from ..artwork import draw
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
    """Make every song whose slug is not in `skip`, and yield each as soon as its file is there.

    The songs of the demo playlist come first. Closing the iterator early stops after the songs in work.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [song for song in SONGS if song.slug not in skip]
    wanted.sort(key=lambda song: song.slug not in DEMO_PLAYLIST)
    if processes <= 1:
        for song in wanted:
            yield song, make(song, folder)
        return
    # Spawned, not forked: the caller may be a server with threads, locks and an open database.
    pool = ProcessPoolExecutor(
        processes, multiprocessing.get_context("spawn"), initializer=follow_parent
    )
    try:
        work = {pool.submit(make, song, folder): song for song in wanted}
        for done in as_completed(work):
            yield work[done], done.result()
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
