"""Addresses that people paste: what can be fetched at all, and when two of them are one.

Where a name leads is checked when it is fetched, by the guarded proxy (guard.py, proxy.py).
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit, urlunsplit

SCHEMES = {"http": 80, "https": 443}
LONGEST = 2000
_ODD = re.compile(r"[\x00-\x20\x7f\\]")


class Unusable(ValueError):
    """The message is for people."""


def canonical(url: str) -> str:
    """The address in one spelling; without its fragment, which no server sees. Raises Unusable."""
    url = url.strip()
    if not url or len(url) > LONGEST:
        raise Unusable(f"An address has 1 to {LONGEST} characters.")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        raise Unusable("This is not an address that can be read.") from None
    if parts.scheme.lower() not in SCHEMES:
        raise Unusable("Only addresses that begin with http:// or https:// can be fetched.")
    if not host or _ODD.search(parts.netloc):
        raise Unusable("This is not an address that can be read.")
    if parts.username is not None or parts.password is not None:
        raise Unusable("Addresses with a name and password in them are not taken.")
    netloc = f"[{host}]" if ":" in host else _ascii(host)
    if port is not None and port != SCHEMES[parts.scheme.lower()]:
        netloc += f":{port}"
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return urlunsplit((parts.scheme.lower(), netloc, path, query, ""))


def host_of(url: str) -> str:
    """The host, with its port where that is not the usual one."""
    return urlsplit(url).netloc


def _ascii(host: str) -> str:
    try:
        return host.encode("idna").decode() if not host.isascii() else host.lower()
    except UnicodeError:
        raise Unusable("This is not an address that can be read.") from None
