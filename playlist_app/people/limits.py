"""Rate limits: what a person, and a client, may do how often. The numbers stand here, together.

They are far above what people do, and well below what wears a server out or guesses a password. A
refusal is a 429 that says when to come again; the app's own clients wait for that and send again.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from flask import Flask, current_app, has_request_context, request
from flask_login import current_user

from playlist_app.config import settings
from playlist_app.people.counts import Count, Counts, Limit
from playlist_app.refusals import Refusal

View = TypeVar("View", bound=Callable[..., Any])

MINUTE, HOUR = 60.0, 3600.0

# What is done by people who are logged in: (of a person, of a client). A client is an address, and
# behind it may be the whole party.
VOTES = ("votes", Limit(300, MINUTE), Limit(12_000, MINUTE))
ADDS = ("adds", Limit(1_000, 10 * MINUTE), Limit(10_000, 10 * MINUTE))
MESSAGES = ("messages", Limit(60, MINUTE), Limit(3_000, MINUTE))
UPLOADS = ("uploads", Limit(3_000, HOUR), Limit(12_000, HOUR))
CHANGES = ("changes", Limit(3_000, 10 * MINUTE), Limit(60_000, 10 * MINUTE))  # of a merge

# What strangers do.
WRONG_FOR_NAME = Limit(10, 10 * MINUTE)  # wrong passwords for a name, of a client
WRONG_OF_CLIENT = Limit(100, 10 * MINUTE)
WRONG_PASSWORD_OF_ONES_OWN = Limit(10, 10 * MINUTE)
CODES_FOR_NAME = Limit(5, HOUR)  # codes and links that are asked for, for a name, of a client
# Of all clients together: else they could fill somebody's mail box, and try a million codes.
CODES_FOR_NAME_OF_ALL = Limit(10, 24 * HOUR)
CODES_OF_CLIENT = Limit(60, HOUR)
TRIES_OF_CLIENT = Limit(60, 10 * MINUTE)  # codes that are typed in
REGISTRATIONS = Limit(20, HOUR)  # accounts that a client makes, where anybody may
WRONG_JOIN_CODES = Limit(10, MINUTE)  # of a client: codes of playlists, which are short
BY_INVITE = Limit(300, HOUR)  # a party comes in by one address

Kind = tuple[str, Limit, Limit]


class TooMany(Refusal):
    """More often than anybody needs."""

    status = 429
    title = "Too many at once"

    def __init__(self, wait: float, what: str = "That was too often.") -> None:
        self.retry_after = math.ceil(wait)
        seconds = self.retry_after
        when = f"{seconds} seconds" if seconds < 100 else f"{math.ceil(seconds / 60)} minutes"
        super().__init__(f"{what} Try again in {'a second' if seconds <= 1 else when}.")


def limited(kind: Kind) -> Callable[[View], View]:
    """Mark a view that a person, and a client, may call so often, as it stands above."""

    def mark(view: View) -> View:
        view.limited_to = kind  # type: ignore[attr-defined]
        return view

    return mark


def take(kind: Kind, times: int = 1) -> None:
    """Count it for who is logged in, and for their client. Raises TooMany."""
    name, of_person, of_client = kind
    require(
        [
            Count(f"{name} {current_user.id}", of_person),
            Count(f"{name} {client()}", of_client),
        ],
        times,
    )


def require(counts: Sequence[Count], times: int = 1, *, what: str = "That was too often.") -> None:
    """Count it. Raises TooMany where there is none left of one of these."""
    if settings().limits_calls:
        wait = _counts().take(counts, times)
        if wait:
            raise TooMany(wait, what)


def give_back(counts: Sequence[Count]) -> None:
    """What was counted once was none after all."""
    if settings().limits_calls:
        _counts().give_back(counts)


def client() -> str:
    """The network address of who asks. Of IPv6 the network: a single machine has all of it."""
    address = (request.remote_addr or "") if has_request_context() else ""
    if ":" in address:
        try:
            return str(ipaddress.ip_network((address.partition("%")[0], 64), strict=False))
        except ValueError:
            return address
    return address


def hashed(text: str) -> str:
    """For what strangers typed: of one length, and nothing to read in the file."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def _counts() -> Counts:
    found: Counts = current_app.extensions["counts"]
    return found


def _count_the_call() -> None:
    """Before the view, and so before the writers' lock."""
    view = current_app.view_functions.get(request.endpoint or "")
    kind = getattr(view, "limited_to", None)
    if kind and request.method not in ("GET", "HEAD") and current_user.is_authenticated:
        take(kind)


def init_app(app: Flask) -> None:
    app.before_request(_count_the_call)
    app.extensions["counts"] = Counts(app.config["JAMBOREE"].cache_folder / "counts.db")
