"""The guard: which network addresses may be fetched from.

People paste addresses, and pages name others. Without this, the server would fetch what only
machines in its own network may see: a router's page, a cloud's keys, its own database. So nothing
but what is out in the Internet is allowed, unless the admin allows a network (`import_allow`).

What is asked about is always the number that is going to be connected to, never the name or the
spelling that it came from: `127.1`, `0x7f000001`, `localhost` and a name that changes its answer
all end as 127.0.0.1 here.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from playlist_app.config import BadSetting

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# What carries an IPv4 address within, where networks have no other: it is that one which counts.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Not global, though some versions of Python say so: tunnels, local translation, the old site-local,
# what IPv4 once was compatible with, relays, benchmarks and documentation.
_NEVER = [
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "240.0.0.0/4",
        "::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
    )
]
# Ports from 1024 up on which something else than the web is spoken (WHATWG Fetch, "bad port"), and
# databases and the like, to which a request could look like a command.
_BAD_PORTS = {
    *(1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668),
    *(6669, 6679, 6697, 10080, 1433, 1521, 2375, 2376, 3306, 5432, 6379, 9200, 11211, 27017),
}

Resolve = Callable[[str, int], Sequence[tuple[int, tuple[str, int]]]]


class Refused(Exception):
    """The message is for people."""


def resolve(host: str, port: int) -> list[tuple[int, tuple[str, int]]]:
    """Family and socket address of each answer. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(family, (str(at[0]), port)) for family, _, _, _, at in found]


class Guard:
    """The rule, with what the admin allows besides: "127.0.0.0/8, 192.168.1.0/24"."""

    def __init__(self, allow: str = "", *, resolve: Resolve = resolve) -> None:
        """Raises BadSetting for what is no network."""
        texts = [text.strip() for text in allow.split(",")]
        try:
            self._allowed: list[Network] = [
                ipaddress.ip_network(text, strict=False) for text in texts if text
            ]
        except ValueError as error:
            raise BadSetting(
                f"JAMBOREE_IMPORT_ALLOW takes networks such as 192.168.1.0/24: {error}"
            ) from None
        self._resolve = resolve

    def places(self, host: str, port: int) -> list[tuple[int, tuple[str, int]]]:
        """Where to connect to for this host: numbers that were checked. Raises Refused, or OSError
        where the name is not known."""
        if not _is_web(port):
            raise Refused(f"Port {port} is not one from which audio is fetched.")
        try:
            found = self._resolve(host, port)
        except UnicodeError:
            raise Refused("This is not an address that can be read.") from None
        checked = [(family, at) for family, at in found if self.allows(at[0])]
        if not checked:
            raise Refused(
                f"{host} is an address of this machine or of a private network, from which nothing"
                " is fetched. An admin can allow it (JAMBOREE_IMPORT_ALLOW)."
            )
        return checked

    def check(self, url: str) -> None:
        """What can be said of an address without asking for its name. Raises Refused."""
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        if _is_number(host) or host == "localhost" or host.endswith(".localhost"):
            try:
                self.places(host, port)
            except OSError:
                raise Refused("This is not an address that can be read.") from None
        elif not _is_web(port):
            raise Refused(f"Port {port} is not one from which audio is fetched.")

    def allows(self, text: str) -> bool:
        """Whether this number may be connected to."""
        try:
            address = ipaddress.ip_address(text.partition("%")[0])
        except ValueError:
            return False
        inner = _inner(address)
        if any(inner in network or address in network for network in self._allowed):
            return True
        return "%" not in text and _is_global(inner) and not _is_ours(inner)


def _is_web(port: int) -> bool:
    return port in (80, 443) or (1024 <= port <= 65535 and port not in _BAD_PORTS)


def _is_number(host: str) -> bool:
    """Whether a host is a number in any spelling that the system takes."""
    if ":" in host:
        return True
    try:
        socket.inet_aton(host)
    except OSError:
        return False
    return True


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, or the address itself."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _is_global(address: Address) -> bool:
    never = any(address in network for network in _NEVER)
    return address.is_global and not address.is_multicast and not address.is_reserved and not never


def _is_ours(address: Address) -> bool:
    """Whether this machine itself has the address, be it a public one: then it can be bound."""
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((str(address), 0))
        except OSError:
            return False
    return True
