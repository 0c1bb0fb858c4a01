"""Pages of other sites that may call this server from a browser (JAMBOREE_CORS_ORIGINS).

A site that is named may also read with the cookie of who is logged in here; changes need a token
all the same (web.py asks who sends the form). With `*` every site may call, and none with a cookie.
The live channel is for this site's own pages alone.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request

from playlist_app.config import BadSetting, Settings

PATHS = ("/api/", "/audio/", "/covers/")
METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
ASKED = (
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, If-Range, Range, "
    "Tus-Resumable, Upload-Checksum, Upload-Length, Upload-Metadata, Upload-Offset, X-CSRF-Token"
)
TOLD = (
    "Accept-Ranges, Content-Range, ETag, Idempotency-Replayed, Location, Retry-After, "
    "Tus-Resumable, Upload-Expires, Upload-Length, Upload-Offset, X-Request-Id"
)
KEPT = "600"  # seconds for which a browser need not ask again
ANY = "*"
_CONFIG = "CORS_ORIGINS"


def origins(config: Settings) -> frozenset[str]:
    """Raises BadSetting for what is no origin."""
    named = [origin.strip() for origin in config.cors_origins.split(",") if origin.strip()]
    for origin in named:
        parts = urlsplit(origin)
        is_one = "*" not in origin and parts.scheme in ("http", "https") and parts.hostname
        if origin != ANY and not (is_one and origin == f"{parts.scheme}://{parts.netloc}"):
            raise BadSetting(
                "JAMBOREE_CORS_ORIGINS takes origins, without a path or a slash at the end "
                f"(https://home.example:8443), or *, and not {origin!r}"
            )
    return frozenset(origin.lower() if origin != ANY else origin for origin in named)


def init_app(app: Flask, config: Settings) -> None:
    app.config[_CONFIG] = origins(config)
    if app.config[_CONFIG]:
        app.before_request(_answer_preflight)
        app.after_request(_allow)


def _allowed() -> str:
    """The origin to name in the answer; "" where there is none, or it may not call."""
    origin = request.headers.get("Origin", "")
    if not origin or not request.path.startswith(PATHS):
        return ""
    known: frozenset[str] = current_app.config[_CONFIG]
    if origin.lower() in known:
        return origin
    return ANY if ANY in known else ""


def _answer_preflight() -> Response | None:
    """Before anybody asks who it is from: a browser sends no cookie and no token with it."""
    if request.method != "OPTIONS" or "Access-Control-Request-Method" not in request.headers:
        return None
    if not _allowed():
        return None
    response = Response(status=204)
    response.headers["Access-Control-Allow-Methods"] = METHODS
    response.headers["Access-Control-Allow-Headers"] = ASKED
    response.headers["Access-Control-Max-Age"] = KEPT
    return response


def _allow(response: Response) -> Response:
    if not request.path.startswith(PATHS):
        return response
    response.vary.add("Origin")  # what is kept for one site is not what another gets
    origin = _allowed()
    if not origin:
        return response
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Expose-Headers"] = TOLD
    if origin != ANY:
        response.headers["Access-Control-Allow-Credentials"] = "true"
    if request.path.startswith(PATHS[1:]):
        # Else an <audio> or an <img> of that site is refused what a script of it may read.
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
