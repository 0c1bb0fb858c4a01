"""Sealing: backups that nobody reads without a passphrase, in the age format (age-encryption.org).

Stretching a passphrase takes a second, on purpose: too long for thousands of files. So it encrypts
one key, and that encrypts the files. Both are plain age: `age -d -i key.age app.db.gz.age`.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playlist_app.config import Settings
from playlist_app.operations.backups import layout
from playlist_app.refusals import Refusal

PAUSES = (0.1, 0.3, 1, 2, 4, 0)  # seconds


class NeedsPassphrase(Refusal):
    title = "This backup is encrypted: give its passphrase"


class WrongPassphrase(Refusal):
    title = "This is not the passphrase of that backup"


class TooSlow(Refusal):
    status = 503
    title = "This machine is too busy, or too slow, for the passphrase of that backup"


class NotWhole(Exception):
    """An encrypted file can't be decrypted: it is damaged, or another key's."""


class Key:
    """What the files of a backup are encrypted with. `sealed` is itself, under the passphrase."""

    def __init__(self, secret: str, sealed: bytes) -> None:
        from pyrage import x25519

        self.sealed = sealed
        self._identity = x25519.Identity.from_str(secret)
        self._naming = hashlib.sha256(secret.encode()).digest()

    @classmethod
    def make(cls, passphrase: str) -> Key:
        """A new one, for this passphrase."""
        from pyrage import passphrase as age
        from pyrage import x25519

        secret = str(x25519.Identity.generate())
        return cls(secret, age.encrypt(secret.encode() + b"\n", passphrase))

    @classmethod
    def open(cls, folder: Path, passphrase: str | None) -> Key:
        """That of a backup. Raises NeedsPassphrase, WrongPassphrase, TooSlow or layout.Damaged."""
        if passphrase is None:
            raise NeedsPassphrase("This backup is encrypted. Give the passphrase it was made with.")
        try:
            sealed = (folder / layout.KEY).read_bytes()
        except FileNotFoundError:
            raise layout.Damaged(f"{layout.KEY} is missing.") from None
        return cls(_unsealed(sealed, passphrase), sealed)

    def name(self, path: str) -> str:
        """Under which name a file of the media folder is kept: its own would tell which music it
        is to whoever has the same file."""
        kind, _, file = path.rpartition("/")
        hidden = hmac.new(self._naming, file.encode(), hashlib.sha256).hexdigest()
        return f"{kind.rpartition('/')[0]}/{hidden[:2]}/{hidden}{layout.SEALED}"

    def encrypt(self, source: Any, target: Any) -> None:
        import pyrage

        through = _Through(target.write)
        try:
            pyrage.encrypt_io(source, through, [self._identity.to_public()])
        except pyrage.EncryptError:
            raise through.failed or OSError("It could not be encrypted.") from None

    def decrypt(self, source: Any, target: Any) -> None:
        """Raises NotWhole."""
        import pyrage

        through = _Through(target.write)
        try:
            pyrage.decrypt_io(source, through, [self._identity])
        except (pyrage.DecryptError, OSError) as error:
            raise through.failed or NotWhole(str(error)) from None


def _unsealed(sealed: bytes, passphrase: str) -> str:
    """age looks for an instant how quick the machine is, and refuses what would take it longer than
    some 16 s. Who is busy at that instant is told so as well: they look again."""
    import pyrage

    for pause in PAUSES:
        try:
            return str(pyrage.passphrase.decrypt(sealed, passphrase).decode().strip())
        except pyrage.DecryptError as error:
            if "Excessive work" not in str(error):
                raise WrongPassphrase from None
        time.sleep(pause)
    raise TooSlow(
        "It may be the right one: that can't be tried here now. Try again when less is going on, "
        "or on a machine that is about as quick as the one that made the backup."
    )


class _Through:
    """A file that keeps the error of writing: pyrage passes on its text alone."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self.failed: Exception | None = None

    def write(self, data: bytes) -> int:
        try:
            self._write(data)
        except Exception as error:
            self.failed = error
            raise
        return len(data)

    def flush(self) -> None:
        """Whoever opened the file does."""


def own_passphrase(config: Settings) -> str | None:
    """What the server encrypts its own backups with, if it is told to. Raises Refusal."""
    if not config.backup_passphrase_file:
        return None
    return passphrase_in(Path(config.backup_passphrase_file))


def passphrase_in(path: Path) -> str:
    """The first line of a file. Raises Refusal."""
    try:
        lines = path.read_text().splitlines()
    except OSError as error:
        raise Refusal(f"The passphrase in {path} can't be read: {error.strerror}.") from None
    if not lines or not lines[0]:
        raise Refusal(f"There is no passphrase in {path}.")
    return lines[0]
