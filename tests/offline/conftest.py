"""What the tests of copies begin with."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Person

JSON = dict[str, Any]


@pytest.fixture
def playlist(alice: Person, bob: Person) -> JSON:
    made = alice.makes_playlist()
    alice.invites(made, bob)
    return made


@pytest.fixture
def items(alice: Person, playlist: Any) -> dict[str, dict[str, Any]]:
    return {title: alice.adds(playlist, alice.makes_track(title)) for title in "ABCDE"}
