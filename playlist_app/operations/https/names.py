"""What this machine is called, and its addresses: what a certificate at home is made for."""

from __future__ import annotations

import fcntl
import ipaddress
import re
import socket
import struct
from collections.abc import Iterable
from pathlib import Path

SIOCGIFADDR = 0x8915  # netdevice(7): the IPv4 address of an interface
IPV6_ADDRESSES = Path("/proc/net/if_inet6")
OF_A_SITE = ipaddress.IPv6Network("fc00::/7")  # addresses of a home (RFC 4193), that never change
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


def is_name(text: str) -> bool:
    """Whether this can be the name of a machine, as against an address or a slip."""
    labels = text.split(".")
    return (
        len(text) <= 253
        and all(_LABEL.fullmatch(label) for label in labels)
        and not (labels[-1].isdigit())
    )


def as_address(text: str) -> str | None:
    """The address in its one spelling; None when it is none."""
    try:
        return str(ipaddress.ip_address(text.strip("[]")))
    except ValueError:
        return None


def of_this_machine(more: Iterable[str] = ()) -> tuple[list[str], list[str]]:
    """(names, addresses), each once, what people named first; what is neither is left out."""
    host = socket.gethostname().lower()
    wanted = [text.strip().lower() for text in more if text.strip()]
    wanted += [host, socket.getfqdn().lower()]
    if "." not in host:
        wanted.append(f"{host}.local")  # as other machines at home find it (RFC 6762)
    wanted.append("localhost")
    names = [text for text in dict.fromkeys(wanted) if as_address(text) is None and is_name(text)]
    found = [address for text in wanted if (address := as_address(text))]
    addresses = dict.fromkeys([*found, *_ipv4(), *_ipv6(), "127.0.0.1", "::1"])
    return names, list(addresses)


def _ipv4() -> list[str]:
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, interface in socket.if_nameindex():
            asked = struct.pack("256s", interface.encode()[:15])
            try:
                answer = fcntl.ioctl(probe, SIOCGIFADDR, asked)
            except OSError:
                continue  # it has none
            found.append(socket.inet_ntoa(answer[20:24]))
    return found


def _ipv6() -> list[str]:
    if not IPV6_ADDRESSES.exists():
        return []
    lines = IPV6_ADDRESSES.read_text().splitlines()
    all_ = [ipaddress.IPv6Address(bytes.fromhex(line.split()[0])) for line in lines]
    return [str(address) for address in all_ if address in OF_A_SITE]
