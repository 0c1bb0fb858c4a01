"""Health: whether this process serves."""

from __future__ import annotations

from flask import Blueprint, Response

from playlist_app.web import public

health = Blueprint("health", __name__)


@health.get("/healthz")
@public
def healthz() -> Response:
    """200 as soon as the server serves. Clients ask it whether the server can be reached."""
    response = Response("ok\n", mimetype="text/plain")
    response.cache_control.no_store = True
    return response
