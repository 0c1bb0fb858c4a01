"""The layout of a backup: a folder that holds everything that lasts, and says what is in it.

    20261121T170305Z-daily/
      backup.json           when, of which database, how much; the hash of the list below
      proof.json            what the last check or rehearsal found; written later, and again
      SHA256SUMS.gz         the hash of every other file here, as `sha256sum --check` reads it
      app.db.gz             the database, of one moment
      secret_key            what cookies are signed with
      authority.crt, .key   what devices trust, where the server ends HTTPS itself
      media/audio/, media/covers/   by hash, as in the data folder; hard links to the backup before

In an encrypted one all but the three on top end in `.age`, the names of audio and covers are made
unrecognisable with the key, and `key.age` is that key, encrypted with the passphrase.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from playlist_app.database import iso

ABOUT, PROOF, SUMS = "backup.json", "proof.json", "SHA256SUMS.gz"
DATABASE, SECRET, KEY = "app.db.gz", "secret_key", "key.age"
AUTHORITY = ("authority.crt", "authority.key")
SEALED = ".age"
FORMAT = 1  # of this layout

KINDS = ("manual", "daily", "before-migration", "before-restore", "before-reinit", "before-clean")
NAME = re.compile(r"\d{8}T\d{6}Z-[a-z-]+(?:-\d+)?")
DRAFT = ".draft-"  # how the folder of one that is being made begins


class Damaged(Exception):
    """A file of a backup is not what was written; the message names it."""


@dataclass(frozen=True)
class Backup:
    """One backup. `seq`, `epoch` and `schema` are those of its database; `missing` counts files
    that were not on the server's disk any more when it was taken; sizes are in bytes, `new_bytes`
    what it took beyond the ones before it. `problem` is what the last check found wrong."""

    name: str
    path: Path
    made_at: datetime
    kind: str
    size_bytes: int = 0
    new_bytes: int = 0
    seq: int = 0
    epoch: str = ""
    schema: str = ""
    is_encrypted: bool = False
    has_media: bool = True  # else it is of the database alone
    files: int = 0
    missing: int = 0
    counts: dict[str, int] = field(default_factory=dict)  # rows, by table
    sums_sha256: str = ""
    checked_at: datetime | None = None
    proven_at: datetime | None = None
    damaged: tuple[str, ...] = ()  # files
    problem: str | None = None

    def shape(self) -> dict[str, Any]:
        """As JSON tells it."""
        values = asdict(self) | {"path": str(self.path), "damaged": list(self.damaged)}
        for name in ("made_at", "checked_at", "proven_at"):
            values[name] = iso(values[name]) if values[name] else None
        del values["sums_sha256"]
        return values


_IN_ABOUT = (
    *(
        "name",
        "kind",
        "size_bytes",
        "new_bytes",
        "seq",
        "epoch",
        "schema",
        "is_encrypted",
        "has_media",
    ),
    *("files", "missing", "counts", "sums_sha256"),
)
_IN_PROOF = ("checked_at", "proven_at", "damaged", "problem")


def write_about(backup: Backup) -> None:
    """Write what it is, into its folder: the last file, by which it becomes one."""
    content = {name: getattr(backup, name) for name in _IN_ABOUT}
    _write(backup.path / ABOUT, content | {"made_at": iso(backup.made_at), "format": FORMAT})


def write_proof(backup: Backup) -> None:
    """Write what the last check found."""
    content = {name: getattr(backup, name) for name in _IN_PROOF}
    for name in ("checked_at", "proven_at"):
        content[name] = iso(content[name]) if content[name] else None
    _write(backup.path / PROOF, content | {"damaged": list(backup.damaged)})


def read(folder: Path) -> Backup:
    """The backup in a folder, by its small files alone. Raises Damaged, or FileNotFoundError where
    there is none."""
    about = _read(folder / ABOUT)
    if about.get("format") != FORMAT:
        raise Damaged(
            f"{folder.name} was made by a newer version of Jamboree; use that to read it."
        )
    about["made_at"] = datetime.fromisoformat(about["made_at"])
    backup = Backup(path=folder, **{name: about[name] for name in (*_IN_ABOUT, "made_at")})
    try:
        proof = _read(folder / PROOF)
    except FileNotFoundError:
        return backup
    for name in ("checked_at", "proven_at"):
        proof[name] = datetime.fromisoformat(proof[name]) if proof[name] else None
    return replace(backup, **{**proof, "damaged": tuple(proof["damaged"])})


def write_sums(folder: Path, sums: dict[str, str]) -> str:
    """Write the list of hashes, by file; answers its own."""
    lines = "".join(f"{sha256}  {name}\n" for name, sha256 in sorted(sums.items()))
    # Without a moment in it: the same files are the same list.
    packed = gzip.compress(lines.encode(), mtime=0)
    write_file(folder / SUMS, packed)
    return hashlib.sha256(packed).hexdigest()


def read_sums(backup: Backup) -> dict[str, str]:
    """The hash of every file, by its name. Raises Damaged."""
    try:
        packed = (backup.path / SUMS).read_bytes()
    except FileNotFoundError:
        raise Damaged(f"{SUMS} is missing.") from None
    if hashlib.sha256(packed).hexdigest() != backup.sums_sha256:
        raise Damaged(f"{SUMS} is damaged: its bytes are not what was written.")
    lines = gzip.decompress(packed).decode().splitlines()
    sums = {name: sha256 for sha256, _, name in (line.partition("  ") for line in lines)}
    # Whoever wrote the list may have written the hash of it, too: it leads nowhere else.
    if any(name.startswith("/") or ".." in name.split("/") for name in sums):
        raise Damaged(f"{SUMS} names files outside of the backup.")
    return sums


def write_file(path: Path, content: bytes) -> None:
    """Whole or not at all, safe on the disk, for nobody else's eyes."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def sync_folders(folders: Iterable[Path]) -> None:
    """Have the disk know which names there are in these folders."""
    for folder in folders:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _write(path: Path, content: dict[str, Any]) -> None:
    write_file(path, _sealed(content))


def _sealed(content: dict[str, Any]) -> bytes:
    """JSON that carries its own hash, so that a flipped bit in it is found, too."""
    said = json.dumps(content, sort_keys=True)
    seal = hashlib.sha256(said.encode()).hexdigest()
    return (json.dumps(content | {"sha256": seal}, sort_keys=True, indent=1) + "\n").encode()


def _read(path: Path) -> dict[str, Any]:
    written = path.read_bytes()
    try:
        content: dict[str, Any] = json.loads(written)
        del content["sha256"]
        is_whole = _sealed(content) == written
    except (ValueError, KeyError, TypeError):
        is_whole = False
    if not is_whole:
        raise Damaged(f"{path.name} is damaged: its bytes are not what was written.")
    return content
