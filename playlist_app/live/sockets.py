"""The doors of the live channel: who may sit down, checked before the handshake is accepted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, current_app, g, request
from flask_login import current_user

from playlist_app.config import settings
from playlist_app.extensions import sock
from playlist_app.live.feed import Feed, room_of_person, room_of_playlist
from playlist_app.live.hub import Hub, Seat
from playlist_app.live.presence import Presence
from playlist_app.refusals import NotAllowed, NotSignedIn, Refusal

doors = Blueprint("live", __name__)


class TooManySockets(Refusal):
    status = 429
    title = "Too many open connections"
    retry_after = 10


class NoThread:
    """In place of the thread with which simple-websocket would read: the hub reads."""

    name = "(_thread)"

    def __init__(self, **_: Any) -> None: ...

    def start(self) -> None: ...


class Live:
    """The live side of one process: started with its first socket, after the web server forked."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._lock = threading.Lock()
        self.hub: Hub | None = None
        self.presence: Presence | None = None
        # Asked at the door: the person's own part of the greeting, or a refusal. The playlists
        # slice answers; it is called within the request.
        self.seat_in_playlist: Callable[[str], dict[str, Any]] = _nobody
        self.still_allowed: Callable[[str, set[str]], set[str]] = lambda _, people: people
        # Told of each hub before it starts: whoever measures hangs in there.
        self.starting: Callable[[Hub], object] = lambda _: None

    def started(self) -> Hub:
        with self._lock:
            if not self.hub:
                config = self._app.config["JAMBOREE"]
                hub = Hub(lambda tell: Feed(config.database, tell))
                hub.still_allowed = self._still_allowed
                self.starting(hub)
                hub.start()
                self.presence = Presence(config.cache_folder, hub)
                self.presence.start()
                self.hub = hub
            return self.hub

    def stop(self) -> None:
        """Close every socket with 1012 (the server restarts) and end the threads."""
        with self._lock:
            if self.presence:
                self.presence.stop()
            if self.hub:
                self.hub.stop()
            self.hub = self.presence = None

    def _still_allowed(self, room: str, people: set[str]) -> set[str]:
        with self._app.app_context():
            return self.still_allowed(room, people)


def _nobody(_: str) -> dict[str, Any]:
    raise NotAllowed


def live() -> Live:
    found: Live = current_app.extensions["live"]
    return found


def init_app(app: Flask) -> None:
    # The hub reads and pings; simple-websocket only shakes hands.
    app.config["SOCK_SERVER_OPTIONS"] = {"thread_class": NoThread}
    app.extensions["live"] = Live(app)
    app.register_blueprint(doors)


@doors.before_request
def _before_the_handshake() -> None:
    """flask-sock accepts before it calls a view, so who may not come in is refused here."""
    origin = request.headers.get("Origin")
    if origin and urlsplit(origin).netloc != request.host:
        raise NotAllowed("This page may not open a live channel here.")
    if not current_user.is_authenticated:
        raise NotSignedIn
    hub = live().started()
    if settings().limits_sockets and not hub.has_place_for(current_user.id):
        raise TooManySockets("You have too many pages open at the same time.")
    # The hub writes plain frames, so compression must not be agreed on.
    request.environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
    g.you = {"id": current_user.id, "name": current_user.name}
    if request.view_args and "playlist_id" in request.view_args:
        g.you |= live().seat_in_playlist(request.view_args["playlist_id"])


def _take_seat(ws: Any, room: str) -> None:
    since = request.args.get("since", type=int)
    seat = Seat(
        room=room,
        person_id=current_user.id,
        person_name=current_user.name,
        session_id=current_user.session_id,
        good_until=current_user.good_until,
        you=g.you,
    )
    live().started().attach(ws.sock, seat, since, request.args.get("epoch"))


@sock.route("/ws/playlists/<playlist_id>", bp=doors)
def playlist(ws: Any, playlist_id: str) -> None:
    """What happens in one playlist."""
    _take_seat(ws, room_of_playlist(playlist_id))


@sock.route("/ws/me", bp=doors)
def me(ws: Any) -> None:
    """What concerns one person, wherever they are."""
    _take_seat(ws, room_of_person(current_user.id))
