"""An object store as a second place for backups: `s3://bucket/folder`.

A store has no links. So every file lies there once, under the hash of its bytes (`files/`), and a
backup is its list and what it says of itself (`backups/NAME/`), which comes last and makes it one.
What is copied there is a backup of the folder, and it comes back as one, to be checked like all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playlist_app.config import Settings
from playlist_app.operations.backups import disk, kept, layout
from playlist_app.operations.backups.disk import Progress
from playlist_app.operations.backups.layout import Backup
from playlist_app.refusals import NotFound, Refusal

SCHEME = "s3://"
SMALL = (layout.SUMS, layout.ABOUT)  # in the order in which they are sent


class NoStore(Refusal):
    status = 502
    title = "The object store can't be used"


def is_address(text: str) -> bool:
    return text.startswith(SCHEME)


class Store:
    """The part of an object store below an address."""

    def __init__(self, config: Settings, address: str) -> None:
        """Raises NoStore for an address that is none."""
        from obstore.store import S3Store

        bucket, _, folder = address.removeprefix(SCHEME).partition("/")
        if not bucket:
            raise NoStore(f"{address} names no bucket; it is to look like s3://bucket/folder.")
        self.address = f"{SCHEME}{bucket}/{folder}".rstrip("/")
        options: dict[str, Any] = {"region": config.object_store_region}
        if config.object_store_endpoint:
            options["endpoint"] = config.object_store_endpoint
            options["virtual_hosted_style_request"] = False
        if config.object_store_key:
            options["access_key_id"] = config.object_store_key
            options["secret_access_key"] = config.object_store_secret
        plain = config.object_store_endpoint.startswith("http:")
        self._store = S3Store(
            bucket,
            prefix=folder.strip("/") or None,
            client_options={"allow_http": plain},
            # What is away for longer is tried again with the next backup.
            retry_config={"max_retries": 3},
            **options,
        )

    def send(self, backup: Backup, progress: Progress = disk.silent) -> str:
        """Copy a backup there; answers its address. What is there already is not sent."""
        import obstore

        with self._told():
            there = self._files()
            files = layout.read_sums(backup)
            for number, (name, sha256) in enumerate(files.items()):
                progress(number, len(files), "Copying to the object store")
                if sha256 not in there:
                    obstore.put(self._store, _key(sha256), backup.path / name)
                    there.add(sha256)
            for name in SMALL:
                obstore.put(self._store, f"backups/{backup.name}/{name}", backup.path / name)
        return f"{self.address}/{backup.name}"

    def fetch(self, name: str, folder: Path, progress: Progress = disk.silent) -> Backup:
        """Get a backup from there into a folder. Raises NotFound, or layout.Damaged."""
        target = folder / name
        with self._told():
            if name not in self.names():
                raise NotFound(f"There is no backup {name} in {self.address}.")
            for small in SMALL:
                self._get(f"backups/{name}/{small}", target / small)
            backup = layout.read(target)
            files = layout.read_sums(backup)
            for number, (file, sha256) in enumerate(files.items()):
                progress(number, len(files), "Getting it from the object store")
                self._get(_key(sha256), target / file)
        return backup

    def names(self) -> list[str]:
        """Of the backups there, the newest first."""
        with self._told():
            keys = [Path(key) for key in self._keys("backups")]
        return sorted((k.parent.name for k in keys if k.name == layout.ABOUT), reverse=True)

    def remove_what_is_over(self, scratch: Path, *, daily: int, weekly: int) -> list[str]:
        """Remove daily backups that need not be kept, and files that none has any more."""
        import obstore

        found = []
        with self._told():
            for name in self.names():
                for small in SMALL:
                    self._get(f"backups/{name}/{small}", scratch / name / small)
                found.append(kept.read(scratch / name))
            gone = kept.over(found, daily=daily, weekly=weekly)
            for backup in gone:
                for small in reversed(SMALL):
                    obstore.delete(self._store, [f"backups/{backup.name}/{small}"])
            if gone:
                stay = [backup for backup in found if backup not in gone]
                needed = {sha for backup in stay for sha in layout.read_sums(backup).values()}
                obstore.delete(self._store, [_key(sha256) for sha256 in self._files() - needed])
        return [backup.name for backup in gone]

    def _files(self) -> set[str]:
        return {Path(key).name for key in self._keys("files")}

    def _keys(self, below: str) -> Iterator[str]:
        import obstore

        for some in obstore.list(self._store, prefix=below):
            yield from (found["path"] for found in some)

    def _get(self, key: str, target: Path) -> None:
        import obstore

        with disk.new_file(target) as out:
            for piece in obstore.get(self._store, key).stream():
                out.write(bytes(piece))

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say what the store says, in one line."""
        from obstore.exceptions import BaseError

        try:
            yield
        except BaseError as error:
            said = str(error).strip().splitlines()[0][:300]
            raise NoStore(f"The object store {self.address} can't be used: {said}") from error


def _key(sha256: str) -> str:
    return f"files/{sha256[:2]}/{sha256}"


def parted(address: str) -> tuple[str, str]:
    """The address of a store and the name of a backup in it."""
    store, _, name = address.rstrip("/").rpartition("/")
    return store, name
