"""Whose connection it is that the front carries: told in the name of its end towards gunicorn.

gunicorn knows what a connection's other end is called with every request on it; what the PROXY
protocol tells, its threads forget after the first. The name is an abstract one (unix(7)), so it
leaves no file, and has chance in it, so that nobody can take it before.
"""

from __future__ import annotations

import ipaddress
import secrets
from dataclasses import dataclass

BEGINS = "\0jamboree"


@dataclass(frozen=True)
class Whose:
    """An address and port, and whether they speak TLS."""

    address: str
    port: int
    is_secure: bool

    def as_name(self) -> str:
        spoken = "https" if self.is_secure else "http"
        return f"{BEGINS} {spoken} {self.address} {self.port} {secrets.token_hex(8)}"


def of_peer(peer: tuple[str, int], *, is_secure: bool) -> Whose:
    """From what the system calls the other end of a connection."""
    address = ipaddress.ip_address(peer[0].partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return Whose(str(address), peer[1], is_secure)


def of_name(name: str) -> Whose | None:
    """The way back; None when it is not a connection of the front."""
    begins, *told = name.split(" ")
    if begins != BEGINS or len(told) != 4:
        return None
    spoken, address, port, _ = told
    return Whose(address, int(port), spoken == "https")
