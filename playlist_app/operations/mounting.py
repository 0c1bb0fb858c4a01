"""Where the app is: under the path prefix of JAMBOREE_PUBLIC_URL, behind proxies it believes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from playlist_app.config import Settings

Start = Callable[..., Any]
Wsgi = Callable[[dict[str, Any], Start], Iterable[bytes]]


class UnderPrefix:
    """WSGI: the prefix comes from the setting alone, as addresses are made where no request is. A
    proxy may pass it on in the path, or take it off and say so in X-Forwarded-Prefix."""

    def __init__(self, app: Wsgi, prefix: str, *, believes: bool) -> None:
        self._app = app
        self._prefix = prefix
        self._believes = believes

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == self._prefix and environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            # The worker's scope, and what is relative, begin behind the slash.
            query = f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else ""
            start("302 Found", [("Location", f"{self._prefix}/{query}"), ("Content-Length", "0")])
            return []
        if path.startswith(f"{self._prefix}/"):
            environ["PATH_INFO"] = path[len(self._prefix) :]
        elif self._prefix not in self._taken_off(environ):
            return self._nothing_here(environ, start)
        environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + self._prefix
        return self._app(environ, start)

    def _taken_off(self, environ: dict[str, Any]) -> list[str]:
        said = environ.get("HTTP_X_FORWARDED_PREFIX", "") if self._believes else ""
        return [part.strip().rstrip("/") for part in said.split(",")]

    def _nothing_here(self, environ: dict[str, Any], start: Start) -> list[bytes]:
        text = f"Jamboree is served under {self._prefix}/ (JAMBOREE_PUBLIC_URL).\n"
        said = [part for part in self._taken_off(environ) if part]
        if said:
            text += f"The proxy took {', '.join(said)} off the path; make both the same.\n"
        else:
            text += (
                "A proxy passes that on in the path; or it takes it off, sends it as "
                "X-Forwarded-Prefix, and is believed (JAMBOREE_TRUSTED_PROXIES).\n"
            )
        start("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
        return [text.encode()]


def mount(app: Flask, settings: Settings) -> None:
    """Wrap the app for where it is. Proxies are the outermost: what they say comes first."""
    count = settings.trusted_proxies
    wsgi: Wsgi = app.wsgi_app
    if settings.path_prefix:
        wsgi = UnderPrefix(wsgi, settings.path_prefix, believes=count > 0)
    if count:
        wsgi = ProxyFix(wsgi, x_for=count, x_proto=count, x_host=count)
    app.wsgi_app = wsgi  # type: ignore[assignment,method-assign]
