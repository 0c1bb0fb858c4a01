"""The parcel: one file (a tar) that holds a whole server, and says what each file's bytes are.

    manifest.json         what made it, when, of which schema; how many bytes are to come
    media/audio/ab/abcd…  by hash, as in the data folder; media/covers/…
    app.db                of one moment
    secret_key            what cookies are signed with: who is logged in stays so
    https/authority.crt, .key   what devices trust, where the server ends HTTPS itself
    SHA256SUMS            the hash of every file before it; the last, so that nothing can be missing

Whoever has it has everything, passwords' hashes included. It is not encrypted: a backup can be, and
moves a server as well.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from playlist_app.refusals import Refusal

FORMAT = 1
MANIFEST, DATABASE, SECRET, SUMS = "manifest.json", "app.db", "secret_key", "SHA256SUMS"
AUTHORITY = ("https/authority.crt", "https/authority.key")
AUDIO = re.compile(r"media/audio/([0-9a-f]{2})/(\1[0-9a-f]{62})")
COVER = re.compile(r"media/covers/([0-9a-f]{2})/(\1[0-9a-f]{62})\.(?:large|small)\.jpg")
PIECE = 1024 * 1024

Progress = Callable[[int], object]  # told how many bytes more are done


class BadParcel(Refusal):
    """It can't be taken in; nothing was changed."""

    title = "That file can't be taken in"


@dataclass(frozen=True)
class Manifest:
    made_at: str
    schema: str
    epoch: str
    seq: int
    bytes: int  # of everything that follows, as it was counted before
    format: int = FORMAT


class Writer:
    """Writes one, file by file; `close` puts the hashes behind."""

    def __init__(self, out: IO[bytes], manifest: Manifest, progress: Progress) -> None:
        self._tar = tarfile.TarFile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT)
        self._progress = progress
        self._sums: dict[str, str] = {}
        self.add_bytes(MANIFEST, json.dumps(asdict(manifest), indent=1).encode())

    def add(self, name: str, source: IO[bytes]) -> None:
        """A file that is open, as long as it is now."""
        size = os.fstat(source.fileno()).st_size
        reading = _Reading(source, self._progress)
        self._tar.addfile(_about(name, size), reading)  # raises OSError where it is shorter
        self._sums[name] = reading.digest.hexdigest()

    def add_bytes(self, name: str, content: bytes) -> None:
        self._tar.addfile(_about(name, len(content)), io.BytesIO(content))
        self._sums[name] = hashlib.sha256(content).hexdigest()

    def close(self) -> None:
        lines = "".join(f"{sha256}  {name}\n" for name, sha256 in self._sums.items())
        self._tar.addfile(_about(SUMS, len(lines.encode())), io.BytesIO(lines.encode()))
        self._tar.close()


def _about(name: str, size: int) -> tarfile.TarInfo:
    about = tarfile.TarInfo(name)
    about.size, about.mode = size, 0o600
    return about


class _Reading(io.RawIOBase):
    """A file that is hashed while it is read."""

    def __init__(self, source: IO[bytes], progress: Progress) -> None:
        super().__init__()
        self._source = source
        self._progress = progress
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._source.read(size)
        self.digest.update(piece)
        self._progress(len(piece))
        return piece


def manifest_of(path: Path) -> Manifest:
    """Raises BadParcel for what is none."""
    with _opened(path) as tar:
        first = tar.next()
        content = tar.extractfile(first) if first and first.name == MANIFEST else None
        if not content:
            raise BadParcel(f"{path} was not made by `flask data export`.")
        return _manifest(content.read(), path)


def unpack(
    path: Path, place: Callable[[str], Path | None], progress: Progress
) -> dict[str, tuple[str, Path | None]]:
    """Write what is in it to where `place` says for each name, None for what is there already.

    Answers the hash of each file, and where it was written. Raises BadParcel for one that is cut
    off, damaged, or holds what does not belong there; what was written so far is left to whoever
    asked for it.
    """
    found: dict[str, tuple[str, Path | None]] = {}
    sums: dict[str, str] = {}
    with _opened(path) as tar:
        for member in _members(tar, path):
            source = tar.extractfile(member) if member.isreg() else None
            if not source or sums or member.name in found or not _belongs(member.name):
                raise BadParcel(f"{path} holds {member.name!r}, which does not belong there.")
            if member.name == SUMS:
                lines = source.read().decode(errors="replace").splitlines()
                sums = {name: sha for sha, _, name in (line.partition("  ") for line in lines)}
                continue
            target = place(member.name)
            found[member.name] = _written(source, target, progress), target
    if not sums:
        raise BadParcel(f"{path} is cut off: its end is missing. Copy it once more.")
    for name in {*sums, *found}:
        if name not in found or sums.get(name) != found[name][0]:
            raise BadParcel(f"{path} is damaged: {name} is not what was written. Copy it anew.")
    return found


def _members(tar: tarfile.TarFile, path: Path) -> Iterator[tarfile.TarInfo]:
    try:
        yield from tar
    except (tarfile.TarError, EOFError) as error:
        raise BadParcel(f"{path} is cut off or damaged: {error}. Copy it once more.") from error


def _belongs(name: str) -> bool:
    known = (MANIFEST, DATABASE, SECRET, SUMS, *AUTHORITY)
    return name in known or bool(AUDIO.fullmatch(name) or COVER.fullmatch(name))


def _written(source: IO[bytes], target: Path | None, progress: Progress) -> str:
    digest = hashlib.sha256()
    handle = os.open(target or os.devnull, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        while piece := source.read(PIECE):
            digest.update(piece)
            out.write(piece)
            progress(len(piece))
        out.flush()
        if target:
            os.fsync(out.fileno())
    return digest.hexdigest()


def _opened(path: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(path, mode="r:")
    except FileNotFoundError:
        raise BadParcel(f"There is no file {path}.") from None
    except tarfile.TarError:
        raise BadParcel(f"{path} was not made by `flask data export`, or is damaged.") from None


def _manifest(content: bytes, path: Path) -> Manifest:
    try:
        said = json.loads(content)
        if said["format"] != FORMAT:
            raise BadParcel(f"{path} was made by a newer version of Jamboree. Install that first.")
        return Manifest(**said)
    except (ValueError, KeyError, TypeError):
        raise BadParcel(f"{path} is damaged: {MANIFEST} can't be read.") from None
