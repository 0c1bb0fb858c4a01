"""Working off the queue: the steps of a worker. Each takes one row, does what it says, and writes
what came of it; when the worker is killed in between, another begins where the bytes end."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import orjson

from playlist_app.config import settings
from playlist_app.imports import addresses, claims, fetching, folders, queue, storing
from playlist_app.imports.claims import Lost
from playlist_app.imports.fetching import Dropped
from playlist_app.imports.models import Import
from playlist_app.imports.states import UNFINISHED, Failed, State, Trouble
from playlist_app.work.tasks import stopping

JSON = dict[str, Any]

TOLD_EVERY = 1.0  # seconds, how far an import is


def fetch_next() -> bool:
    """Fetch the import whose turn it is; answers whether there was one."""
    row = claims.take()
    if not row:
        return False
    assert row.claim
    work = _Work(row, row.claim)
    try:
        work.do()
    except Failed as failure:
        work.failed(failure)
    except Dropped:
        work.dropped()
    except Lost:
        work.clear()
    except Exception:
        # What nobody foresaw: the row must not stay as if somebody were at it.
        work.failed(Failed(Trouble.CRASHED, "Importing it failed on the server."))
        raise
    return True


def look_at_next() -> bool:
    """Look at the address that waits longest; answers whether there was one."""
    row = claims.take_look()
    if not row:
        return False
    look_id, claim = row.id, row.claim or ""
    try:
        found = fetching.look(row.url, goes_on=lambda: not stopping.is_set())
    except Failed as failure:
        error = {"error_class": failure.trouble, "error": str(failure)[:500]}
        claims.looked(look_id, claim, state=State.FAILED, **error)
    except Dropped:
        claims.looked(look_id, claim, state=State.QUEUED)
    else:
        claims.looked(look_id, claim, state=State.COMPLETED, found=orjson.dumps(found).decode())
    return True


class _Work:
    """One import, while it is claimed."""

    def __init__(self, row: Import, claim: str) -> None:
        self.id, self.claim = row.id, claim
        self.url, self.key, self.looked = row.url, row.key, row.looked
        self.quality = row.quality
        self._told = 0.0
        self._is_known = False

    def do(self) -> None:
        if storing.complete_if_known(self.id, self.claim, self.key):
            return
        with folders.held(settings(), self.id) as (folder, lock):
            self._fetch(folder, lock)

    def _fetch(self, folder: Path, lock: int) -> None:
        try:
            said = fetching.fetch(
                self.url,
                folder=folder,
                lock=lock,
                quality=self.quality,
                looked=self.looked,
                goes_on=lambda: not stopping.is_set() and claims.stands(self.id, self.claim),
                heard=self._heard,
            )
        except Dropped:
            if self._is_known:
                return
            raise
        if "list" in said:
            self._expand(said["list"])
        else:
            storing.store(self.id, self.claim, folder / said["file"]["file"], said["file"])

    def _heard(self, message: JSON) -> bool:
        if "about" in message:
            return self._is_wanted(message["about"])
        if time.monotonic() - self._told > TOLD_EVERY:
            self._told = time.monotonic()
            claims.progress(self.id, self.claim, **message["progress"])
        return True

    def _is_wanted(self, about: JSON) -> bool:
        """It is known now what it is: note that, unless it is here already."""
        key = str(about["key"])[: addresses.LONGEST]
        if storing.complete_if_known(self.id, self.claim, key):
            self._is_known = True
            return False
        with claims.held(self.id, self.claim) as row:
            row.key = key
            row.title = row.title or about["title"]
            row.artist = row.artist or about["artist"]
            row.duration_seconds = about["duration_seconds"] or row.duration_seconds
        return True

    def _expand(self, found: JSON) -> None:
        """It is a list: its first takes the place of the whole, and waits with the others."""
        with claims.held(self.id, self.claim) as row:
            row.state = State.QUEUED
            row.claim = row.claimed_by = None
            queue.expand(row, found["entries"], found["title"])
        folders.remove(settings(), self.id)

    def failed(self, failure: Failed) -> None:
        try:
            claims.failed(self.id, self.claim, failure)
        except Lost:
            self.clear()

    def dropped(self) -> None:
        """The worker stops, or somebody paused or cancelled it meanwhile."""
        try:
            claims.give_back(self.id, self.claim)
        except Lost:
            self.clear()

    def clear(self) -> None:
        """Remove what nobody will go on with."""
        state = claims.state_of(self.id)
        if state not in UNFINISHED:
            folders.remove(settings(), self.id)
