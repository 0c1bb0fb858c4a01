"""Where monitoring knocks: /healthz, /readyz, /metrics."""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, jsonify, request
from flask_login import current_user

from playlist_app.config import settings
from playlist_app.operations.sight import readiness
from playlist_app.operations.sight.watching import sight
from playlist_app.people.sessions import is_bearer, token_of
from playlist_app.refusals import NotFound
from playlist_app.web import public

health = Blueprint("health", __name__)


@health.get("/healthz")
@public
def healthz() -> Response:
    """200 as soon as the server serves. Clients ask it whether the server can be reached."""
    return _never_kept(Response("ok\n", mimetype="text/plain"))


@health.get("/readyz")
@public
def readyz() -> Response:
    """200 where everything is there that the work needs; else 503, and what is wrong."""
    checks = readiness.checks()
    is_ready = all(check.is_ok for check in checks)
    response = jsonify(
        {
            "status": "ready" if is_ready else "not ready",
            "checks": {check.name: check.shape() for check in checks},
        }
    )
    response.status_code = 200 if is_ready else 503
    return _never_kept(response)


@health.get("/metrics")
@public
def metrics() -> Response:
    """In the form of Prometheus, for admins and who has the token; for others there is nothing."""
    if not (_has_the_token() or (current_user.is_authenticated and current_user.is_admin)):
        raise NotFound
    body, kind = sight().metrics(request.headers.get("Accept", ""))
    return _never_kept(Response(body, content_type=kind))


def _has_the_token() -> bool:
    wanted = settings().metrics_token
    if not wanted or not is_bearer(request):
        return False
    return hmac.compare_digest((token_of(request) or "").encode(), wanted.encode())


def _never_kept(response: Response) -> Response:
    response.cache_control.no_store = True
    return response
