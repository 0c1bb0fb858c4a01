"""What the app does where it serves HTTPS by itself (JAMBOREE_TLS): it tells requests in plain HTTP
from the others, hands out the authority's certificate, and shows how to trust it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Blueprint, Flask, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from playlist_app.config import Settings, settings
from playlist_app.operations.https.fingerprint import fingerprint
from playlist_app.operations.https.whose import of_name
from playlist_app.refusals import NotFound, Refusal
from playlist_app.web import is_here, public, wants_page

pages = Blueprint("https", __name__)

# What is answered in plain HTTP: how to come in by HTTPS, and whether the server is there.
IN_PLAIN = {
    "assets.versioned",
    "health.healthz",
    "health.readyz",
    "https.certificate",
    "offline.install",
    "offline.manifest",
}

Start = Callable[..., Any]


class NotInPlain(Refusal):
    status = 403
    title = "HTTPS only"


class Scheme:
    """WSGI: who the client is and what it spoke, as the front tells, whatever a header says."""

    def __init__(self, app: Callable[[dict[str, Any], Start], Iterable[bytes]]) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        told = of_name(environ.get("REMOTE_ADDR", ""))
        if told:
            environ["REMOTE_ADDR"], environ["REMOTE_PORT"] = told.address, str(told.port)
        environ["wsgi.url_scheme"] = "https" if told and told.is_secure else "http"
        return self._app(environ, start)


def init_app(app: Flask) -> None:
    config: Settings = app.config["JAMBOREE"]
    app.register_blueprint(pages)
    if config.serves_tls:
        app.wsgi_app = Scheme(app.wsgi_app)  # type: ignore[assignment,method-assign]
        app.before_request(_only_by_https)


def _only_by_https() -> ResponseReturnValue | None:
    endpoint = request.endpoint or ""
    if request.is_secure or endpoint in IN_PLAIN:
        return None
    if request.method in ("GET", "HEAD") and wants_page():
        here = request.full_path.rstrip("?")
        return redirect(url_for("offline.install", then=here if is_here(here) else None))
    raise NotInPlain(f"Ask https://{request.host} instead: this server speaks HTTPS.")


@pages.get("/authority.crt")
@public
def certificate() -> Response:
    """The authority's certificate, as devices take it in."""
    if not settings().serves_tls:
        raise NotFound("This server has no authority of its own.")
    response = Response(
        settings().authority_certificate.read_bytes(), mimetype="application/x-x509-ca-cert"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="jamboree-authority.crt"'
    return response


@pages.get("/authority/trusted")
@public
def trusted() -> Response:
    """Nothing, for a page in plain HTTP that asks whether this device trusts the authority: it gets
    an answer by HTTPS only then."""
    response = Response(status=204)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.cache_control.no_store = True
    return response


@pages.app_template_global("authority")
def authority() -> dict[str, Any] | None:
    """What /install says of the authority; None where there is none."""
    config = settings()
    if not config.serves_tls or not config.authority_certificate.exists():
        return None
    then = request.args.get("then", "")
    root = request.script_root.rstrip("/")
    secure = f"https://{request.host}{root}"
    return {
        "fingerprint": fingerprint(config.authority_certificate),
        "test": f"{secure}/authority/trusted",
        "then": secure + (then if is_here(then) else "/"),
    }
