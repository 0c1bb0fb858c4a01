"""Secrets that have to lie in the database, sealed with the server's key: who has a copy of the
database alone reads nothing. The newest key seals; the older ones in its file open as well, until
`again` has sealed everything anew. The file is read each time: a key may be changed meanwhile.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Callable, Iterable

from flask import current_app

MARK = "1."  # what is sealed begins with it; what lay here before does not
_NONCE = 12  # bytes


class NotOurs(Exception):
    """None of the keys opens it: it is damaged, or was sealed by another server."""


def seal(text: str, *, of: str) -> str:
    """Within the write that keeps it. `of` says whose it is; it opens as theirs alone."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(_NONCE)
    hidden = AESGCM(_derived(_keys()[0])).encrypt(nonce, text.encode(), of.encode())
    return MARK + base64.urlsafe_b64encode(nonce + hidden).decode()


def opened(text: str, *, of: str, keys: Iterable[str] | None = None) -> str:
    """What was sealed; what was kept before there was a seal is answered as it is. `keys`: another
    server's. Raises NotOurs."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if not text.startswith(MARK):
        return text
    try:
        data = base64.urlsafe_b64decode(text.removeprefix(MARK))
    except binascii.Error:
        raise NotOurs(of) from None
    for key in _keys() if keys is None else keys:
        try:
            return AESGCM(_derived(key)).decrypt(data[:_NONCE], data[_NONCE:], of.encode()).decode()
        except (InvalidTag, ValueError):
            continue
    raise NotOurs(of)


def again(text: str, *, of: str, keys: Iterable[str] | None = None) -> str:
    """The same, sealed with the newest key of this server. Raises NotOurs."""
    return seal(opened(text, of=of, keys=keys), of=of)


def _keys() -> list[str]:
    """All that are in the file, the newest first."""
    read: Callable[[], list[str]] = current_app.extensions["sealing_keys"]
    return read()


def _derived(key: str) -> bytes:
    """A key of its own for this purpose. The server's is 256 random bits: one HMAC is enough."""
    return hmac.digest(key.encode(), b"jamboree: what is sealed in the database", hashlib.sha256)
