"""Meters: what a web process counts and times as it goes.

Several processes serve, and whichever is asked tells of all: each writes its numbers to a mapped
file in a folder that they share (the client library's multiprocess mode; shared.py makes the
folder), and the answer is their sum, with what processes counted that are gone. Alone, without such
a folder, they are plain numbers. What everybody can read from the tables is not counted here but
asked when somebody looks (standing.py).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from playlist_app.live.feed import Told
from playlist_app.live.hub import Hub
from playlist_app.operations.sight.passage import Passage, method_of
from playlist_app.operations.sight.shared import FOLDER
from playlist_app.operations.sight.timing import Watch

# Upper bounds in seconds: what people feel lies between 5 ms and a second.
LATENCY = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
LAG = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
WAIT = (0.001, 0.005, 0.025, 0.1, 0.5, 2.5)


class Meters:
    """The numbers of this process. Children of labels are kept: finding one anew costs more than
    counting it."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        made: Any = {"registry": self.registry, "namespace": "jamboree"}
        self._requests = Counter(
            "requests", "Requests, by what they were answered.", ("endpoint", "method", "status"),
            **made,
        )  # fmt: skip
        self._latency = Histogram(
            "request_seconds", "Until the answer began.", ("endpoint",), buckets=LATENCY, **made
        )
        self._queries = Counter("queries", "Statements sent to the database.", **made)
        self._query_seconds = Counter("query_seconds", "What they took, without rows.", **made)
        self._slow = Counter("slow_queries", "Those over JAMBOREE_SLOW_QUERY_MS.", **made)
        self._waited = Histogram(
            "write_wait_seconds", "What a writer waited for the others.", buckets=WAIT, **made
        )
        self._sockets = Gauge(
            "sockets", "Open sockets of the live channel.", multiprocess_mode="livesum", **made
        )
        self._lag = Histogram(
            "feed_lag_seconds",
            "From the recording of an event until a process gave it to its sockets.",
            buckets=LAG,
            **made,
        )
        self._told = Counter("events_told", "Events given to sockets, by each process.", **made)
        self._cache = Counter(
            "cache_requests", "Whether what was asked for was there.", ("cache", "result"), **made
        )
        self._of_request: dict[tuple[str, str, int], Any] = {}
        self._of_endpoint: dict[str, Any] = {}
        self._of_cache: dict[tuple[str, bool], Any] = {}

    def watch(self, watch: Watch) -> None:
        """Count the queries of the connections of this watch."""
        watch.was_slow = self._slow.inc
        watch.waited = self._waited.observe

    def watch_renditions(self, _: object, *, was_there: bool) -> None:
        """Count a look for a rendition; hung in as a receiver."""
        self.looked_up("renditions", was_there=was_there)

    def watch_hub(self, hub: Hub) -> None:
        """Count the sockets of this hub, and how late it hears of events."""
        hub.seated = self._sockets.inc
        hub.feed.has_told = self._has_told

    def answered(self, passage: Passage, environ: dict[str, Any]) -> None:
        """Count a request."""
        endpoint, status = passage.endpoint or "none", passage.status
        key = (endpoint, environ["REQUEST_METHOD"], status)
        counter = self._of_request.get(key)
        if counter is None:
            method = method_of(environ)
            counter = self._requests.labels(endpoint, method, str(status))
            if method == key[1]:
                self._of_request[key] = counter
        counter.inc()
        latency = self._of_endpoint.get(endpoint)
        if latency is None:
            latency = self._of_endpoint[endpoint] = self._latency.labels(endpoint)
        latency.observe(passage.seconds)
        if passage.queries:
            self._queries.inc(passage.queries)
            self._query_seconds.inc(passage.db_seconds)
        if "HTTP_IF_NONE_MATCH" in environ:
            self.looked_up("client", was_there=status == 304)

    def looked_up(self, cache: str, *, was_there: bool) -> None:
        """Count a look into a cache: `client` is what browsers keep and ask about (304),
        `renditions` that of the server."""
        counter = self._of_cache.get((cache, was_there))
        if counter is None:
            result = "hit" if was_there else "miss"
            counter = self._of_cache[cache, was_there] = self._cache.labels(cache, result)
        counter.inc()

    def _has_told(self, told: Sequence[Told]) -> None:
        recorded = datetime.fromisoformat(told[0].at).replace(tzinfo=UTC)
        self._lag.observe(max((datetime.now(UTC) - recorded).total_seconds(), 0))
        self._told.inc(len(told))


def everything(meters: Meters, *more: Collector) -> CollectorRegistry:
    """What all processes counted, and `more`, to be written out."""
    registry = CollectorRegistry()
    folder = os.environ.get(FOLDER)
    if folder and os.path.isdir(folder):  # noqa: PTH112 - asked at each scrape
        MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call]
    else:
        registry.register(meters.registry)
    for collector in more:
        registry.register(collector)
    return registry
