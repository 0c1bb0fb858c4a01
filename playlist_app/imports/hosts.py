"""Hosts: a circuit breaker for each. After some refusals in a row a host is left alone, for longer
and longer; then one import tries it before all the others do."""

from __future__ import annotations

from datetime import timedelta

from playlist_app.config import settings
from playlist_app.database import now, session
from playlist_app.imports.models import Host
from playlist_app.imports.states import Failed

CLOSES_AT = 3  # refusals in a row
LONGEST = 3600.0  # seconds, unless the host itself asks for more


def refused(name: str, failure: Failed) -> None:
    """Within a write: the host refused, or can't be reached."""
    host = session().get(Host, name)
    if not host:
        host = Host(name=name, failures=0)
        session().add(host)
    host.failures += 1
    host.error = str(failure)[:500]
    wait = failure.retry_after or 0.0
    if host.failures >= CLOSES_AT:
        wait = max(wait, min(settings().import_backoff * 2 ** (host.failures - CLOSES_AT), LONGEST))
    if wait:
        host.closed_until = now() + timedelta(seconds=min(wait, 6 * LONGEST))


def answered(name: str) -> None:
    """Within a write: it gave something. All is well again."""
    host = session().get(Host, name)
    if host:
        session().delete(host)
