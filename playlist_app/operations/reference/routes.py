"""Where the reference is read: the documents, and the pages made of them. Open to everybody: they
hold nothing that is anybody's."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

import orjson
from flask import Blueprint, Flask, Response, current_app, render_template, request

from playlist_app.config import ROOT, settings
from playlist_app.operations.reference import asyncapi as live_document
from playlist_app.operations.reference import openapi as document
from playlist_app.operations.reference import reading
from playlist_app.web import public

View = TypeVar("View", bound=Callable[..., Any])
JSON = dict[str, Any]

pages = Blueprint("reference", __name__)

EXAMPLES = ROOT / "docs" / "examples"


def reference(view: View) -> View:
    """Mark a view of the reference, which is no call of the API itself."""
    view.is_reference = True  # type: ignore[attr-defined]
    return view


def _made_once(app: Flask, name: str, make: Callable[[], Any]) -> Any:
    """What is the same for as long as the app is: made when it is asked for first."""
    made: dict[str, Any] = app.extensions.setdefault("reference", {})
    if name not in made:
        made[name] = make()
    return made[name]


def openapi_of(app: Flask) -> JSON:
    """The OpenAPI document of an app."""
    found: JSON = _made_once(app, "openapi", lambda: document.document(app))
    return found


def asyncapi_of(app: Flask) -> JSON:
    """The AsyncAPI document of an app."""
    prefix = app.config["JAMBOREE"].path_prefix
    found: JSON = _made_once(app, "asyncapi", lambda: live_document.document(prefix))
    return found


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app


def _as_known(body: bytes, mimetype: str) -> Response:
    """An answer that is a 304 for who has it."""
    response = Response(body, mimetype=mimetype)
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    response.headers["Cache-Control"] = "public, no-cache"
    response.make_conditional(request)
    return response


def _page(name: str, template: str, **values: Any) -> Response:
    def make() -> bytes:
        return render_template(template, **values).encode()

    return _as_known(_made_once(_app(), name, make), "text/html")


@pages.route("/api/v1/openapi.json")
@pages.route("/api/openapi.json")
@public
@reference
def openapi() -> Response:
    """The OpenAPI 3.1 document."""
    return _as_known(orjson.dumps(openapi_of(_app())), "application/json")


@pages.route("/api/asyncapi.json")
@public
def asyncapi() -> Response:
    """The AsyncAPI 3.0 document of the live channel."""
    return _as_known(orjson.dumps(asyncapi_of(_app())), "application/json")


@pages.route("/api/docs/")
@public
def calls() -> Response:
    """Every call, to read: it needs no network and no script."""
    whole = openapi_of(_app())
    return _page(
        "calls",
        "reference/calls.html",
        about=whole["info"]["description"],
        groups=reading.groups_of(whole),
        found=reading.shapes_of(whole),
        examples=[("curl", _example("start.sh")), ("Python", _example("start.py"))],
    )


@pages.route("/api/docs/live")
@public
def live() -> Response:
    """Every frame of the live channel, to read."""
    whole = asyncapi_of(_app())
    return _page(
        "live",
        "reference/live.html",
        about=whole["info"]["description"],
        channels=reading.channels_of(whole),
        found=reading.shapes_of(whole),
        client=_example("follow.py"),
    )


def _example(name: str) -> str:
    return (EXAMPLES / name).read_text().replace("http://127.0.0.1:8000", _origin())


def _origin() -> str:
    return settings().public_url.rstrip("/") or "http://127.0.0.1:8000"
