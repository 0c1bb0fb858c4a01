"""The key that cookies are signed with: a new one, without logging anybody out.

`secret_key` in the data folder has the key of now in its first line; below it, one a line, those
that were before it, each with the moment until which what they signed is still believed:

    5f3c…
    91ab… 2026-12-21T20:00:00Z
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from playlist_app.config import Settings
from playlist_app.database import now
from playlist_app.people import audit, totp
from playlist_app.people.sessions import LASTS

FILE = "secret_key"


def make(config: Settings) -> None:
    """Make the first key, where there is none: by one process, whichever comes first."""
    path = config.data_folder / FILE
    if path.exists():
        return
    draft = _draft(path, [_new()])
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def keys(config: Settings) -> tuple[str, list[str]]:
    """The key of now, and those before it that are still believed, the newest first."""
    current, *before = _lines(config)
    return current, [key for key, until in map(_parts, before) if until > now()]


def rotate(config: Settings, *, forget: bool = False) -> int:
    """Sign with a new key from the next start on; what was signed before is believed as long as a
    log-in lasts, or no more (`forget`). Answers how many older keys are believed."""
    current, *before = _lines(config)
    kept = [line for line in before if _parts(line)[1] > now()]
    new, until = _new(), (now() + LASTS).isoformat(timespec="seconds")
    # What lies sealed in the database is sealed with the new key before an older one goes: wherever
    # this is cut off, the file has the key of everything.
    _write(config, [new, f"{current} {until}", *before])
    totp.seal_again(all_=True)
    lines = [new] if forget else [new, f"{current} {until}", *kept]
    _write(config, lines)
    audit.note("key.rotated", older_keys_believed=len(lines) - 1)
    return len(lines) - 1


def every(config: Settings) -> list[str]:
    """All that are in the file, the newest first: also those that sign nothing any more."""
    return all_in((config.data_folder / FILE).read_text())


def all_in(text: str) -> list[str]:
    """The keys of such a file."""
    return [line.partition(" ")[0] for line in text.strip().splitlines()]


def _write(config: Settings, lines: list[str]) -> None:
    path = config.data_folder / FILE
    draft = _draft(path, lines)
    draft.replace(path)
    _sync(path.parent)


def _lines(config: Settings) -> list[str]:
    return (config.data_folder / FILE).read_text().strip().splitlines()


def _parts(line: str) -> tuple[str, datetime]:
    key, _, until = line.partition(" ")
    return key, datetime.fromisoformat(until)


def _new() -> str:
    return secrets.token_hex(32)


def _draft(path: Path, lines: Iterable[str]) -> Path:
    """The file whole, under another name, for nobody else's eyes."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write("\n".join(lines))
        file.flush()
        os.fsync(file.fileno())
    return draft


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
