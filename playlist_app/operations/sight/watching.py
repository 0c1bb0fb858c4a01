"""Watching: what ties sight to an app. Each request is counted, timed and told in the log.

The client library of the metrics is loaded with the first request, after the web server forked:
neither its master nor a command has any use for it.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from flask import Flask, current_app

from playlist_app.config import Settings
from playlist_app.library.renditions import asked_for
from playlist_app.operations.sight import logs, passage, readiness, timing
from playlist_app.operations.sight.passage import Passage

if TYPE_CHECKING:
    from playlist_app.operations.sight.meters import Meters


class Sight:
    """The sight of one app."""

    def __init__(self, app: Flask, watch: timing.Watch) -> None:
        config: Settings = app.config["JAMBOREE"]
        self._app = app
        self._watch = watch
        self._tells_requests = config.log_requests != "off"
        self._lock = threading.Lock()
        self._meters: Meters | None = None

    def begin(self) -> Meters:
        """Load what counts, and hang it in. Safe to repeat."""
        from playlist_app.operations.sight.meters import Meters

        with self._lock:
            if not self._meters:
                meters = Meters()
                meters.watch(self._watch)
                self._app.extensions["live"].starting = meters.watch_hub
                asked_for.connect(meters.watch_renditions, self._app)
                self._meters = meters
            return self._meters

    def metrics(self, accept: str) -> tuple[bytes, str]:
        """What all processes counted and how things stand, written as `accept` wants it; and the
        type of that."""
        from prometheus_client.exposition import choose_encoder

        from playlist_app.operations.sight.meters import everything
        from playlist_app.operations.sight.standing import Standing

        encode, kind = choose_encoder(accept)
        registry = everything(self.begin(), Standing(self._app))
        return encode(registry), kind

    def over(self, done: Passage, environ: dict[str, Any]) -> None:
        """A request is over."""
        (self._meters or self.begin()).answered(done, environ)
        if not logs.is_told(done) or not (self._tells_requests or done.status >= 400):
            return
        logs.request_line(
            done,
            passage.method_of(environ),
            passage.path_of(done, environ),
            environ.get("REMOTE_ADDR", ""),
        )


def sight() -> Sight:
    """The sight of the app that answers now."""
    found: Sight = current_app.extensions["sight"]
    return found


def watch_of(config: Settings) -> timing.Watch:
    return timing.Watch(config.slow_query_ms / 1000)


def init_app(app: Flask, watch: timing.Watch) -> None:
    """Before the app is mounted: prefix and proxies stand around it."""
    config: Settings = app.config["JAMBOREE"]
    found = Sight(app, watch)
    app.extensions["sight"] = found
    timing.init_app(app, watch)
    readiness.init_app(app)
    passage.init_app(app, found.over, trusts=config.trusted_proxies > 0)
