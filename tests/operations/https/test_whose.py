"""Whose connection it is, told in a name."""

from __future__ import annotations

import pytest

from playlist_app.operations.https.whose import Whose, of_name, of_peer


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        (("192.168.1.5", 40000), "192.168.1.5"),
        (("::ffff:192.168.1.5", 40000, 0, 0), "192.168.1.5"),
        (("fe80::1%eth0", 40000, 0, 2), "fe80::1"),
    ],
)
@pytest.mark.parametrize("is_secure", [True, False])
def test_what_is_told_comes_back(peer: tuple[str, int], address: str, *, is_secure: bool) -> None:
    whose = of_peer(peer, is_secure=is_secure)
    assert whose == Whose(address, 40000, is_secure)
    name = whose.as_name()
    assert of_name(name) == whose
    assert len(name.encode()) < 108  # what the system takes
    assert whose.as_name() != name


@pytest.mark.parametrize("name", ["", "127.0.0.1", "\0jamboree https", "jamboree https ::1 1 x"])
def test_what_is_no_connection_of_the_front_is_none(name: str) -> None:
    assert of_name(name) is None
