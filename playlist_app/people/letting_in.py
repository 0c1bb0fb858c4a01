"""Who may make themselves an account here. Admins choose it (choices/registering.py)."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum


class Policy(StrEnum):
    OPEN = "open"  # everybody who finds the server
    INVITE = "invite"  # who has a link
    CLOSED = "closed"  # nobody; admins make accounts


def _by_invite() -> str:
    return Policy.INVITE


# What holds now; the slice that keeps what admins choose puts itself here.
chosen: list[Callable[[], str]] = [_by_invite]


def policy() -> Policy:
    """What holds at this moment."""
    return Policy(chosen[-1]())
