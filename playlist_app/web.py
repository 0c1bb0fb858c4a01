"""What every door shares: who may knock, how refusals look, and which headers go out.

Doors are closed by default: a view that people may call without being logged in says so with
`@public`.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlsplit

import orjson
from flask import (
    Flask,
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.json.provider import JSONProvider
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from marshmallow import ValidationError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, SecurityError
from werkzeug.wrappers import Response as BaseResponse

from playlist_app.config import settings
from playlist_app.database import is_disk_full
from playlist_app.extensions import csrf
from playlist_app.refusals import Invalid, NotSignedIn, Refusal

log = logging.getLogger(__name__)

View = TypeVar("View", bound=Callable[..., Any])
Answer = TypeVar("Answer", bound=BaseResponse)

API = "/api/"
# Whom a call is made for. What a device kept of one person is never done in the name of another who
# logged in on it since (static/js/api.js).
FOR = "X-Jamboree-Person"
# In the WSGI environment: the id of this request, by which its lines are found in the log.
REQUEST_ID = "jamboree.request_id"
FORM_AT_MOST = 2_000_000  # bytes of a form or of JSON

CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


class Json(JSONProvider):
    """JSON by orjson: several times faster, which is what a list of a thousand rows is about."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return orjson.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        body = orjson.dumps(self._prepare_response_obj(args, kwargs))
        return current_app.response_class(body, mimetype="application/json")


def conditional(body: bytes, mimetype: str = "application/json") -> Response:
    """An answer with an ETag made of what it says: for who has it already it is a 304."""
    response = Response(body, mimetype=mimetype)
    response.set_etag(hashlib.blake2b(body, digest_size=16).hexdigest())
    response.make_conditional(request)
    return response


def listed(items: Sequence[Any], next_cursor: str | None = None) -> Response:
    """A page of a list, as `conditional` answers it."""
    return conditional(orjson.dumps({"items": list(items), "next_cursor": next_cursor}))


def public(view: View) -> View:
    """Mark a view that answers people who are not logged in."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def takes_files(view: View) -> View:
    """Mark a view whose request may be as large as an upload, instead of a form or JSON."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def takes_bytes(most: int) -> Callable[[View], View]:
    """Mark a view whose request may have a body of so many bytes, as it is."""

    def mark(view: View) -> View:
        view.takes_bytes = most  # type: ignore[attr-defined]
        return view

    return mark


def is_api() -> bool:
    return request.path.startswith(API)


def wants_page() -> bool:
    """Whether the answer is for a person in a browser, as against a program or an element."""
    if is_api() or request.path.startswith(("/audio/", "/covers/", "/ws/")):
        return False
    return request.accept_mimetypes.accept_html or "Accept" not in request.headers


def is_swap() -> bool:
    """Whether htmx asks for a piece to swap in. Only answers to unsafe calls may depend on it."""
    return "HX-Request" in request.headers and "HX-Boosted" not in request.headers


def problem(refusal: Refusal) -> Response:
    """RFC 9457."""
    # Errors in a list stand under the number of its member.
    body = orjson.dumps(refusal.problem(), option=orjson.OPT_NON_STR_KEYS)
    response = Response(body, refusal.status, mimetype="application/problem+json")
    if refusal.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def to_log_in() -> Response:
    """Where a person goes who must log in first; they come back after it."""
    here = url_for("playlists.home")
    if request.method == "GET":
        here = request.script_root + request.full_path.rstrip("?")
    target = url_for("people.log_in", next=here)
    if "HX-Request" in request.headers:
        return Response(status=401, headers={"HX-Redirect": target})
    response = redirect(target)
    assert isinstance(response, Response)
    return response


def say(text: str, *, href: str = "", label: str = "", undo: str = "") -> None:
    """Tell a person what was done: a toast on the page that comes next; with a link where there is
    something to see, or with the id of a change that can be undone."""
    more = {"href": href, "label": label, "undo": undo}
    flash({"text": text, **more} if href or undo else text, "done")  # type: ignore[arg-type]


def forgetting_files(response: Answer) -> Answer:
    """An answer after which another person may sit at this browser: it forgets the audio and covers
    that it fetched. What devices keep on purpose stays: that of others on it, too."""
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def is_here(target: str) -> bool:
    """Whether an address, given to us from outside, leads to a page of this app."""
    parts = urlsplit(target)
    return (
        not parts.scheme
        and not parts.netloc
        and target.startswith("/")
        and target.isprintable()  # no end of a line, which would end a header
        and not target.startswith(("//", "/\\"))
    )


def _refused(refusal: Refusal) -> ResponseReturnValue:
    response = make_response(_as_asked(refusal))
    if refusal.retry_after is not None:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _as_asked(refusal: Refusal) -> ResponseReturnValue:
    if not wants_page():
        return problem(refusal)
    if isinstance(refusal, NotSignedIn):
        return to_log_in()
    if is_swap() and request.method != "GET":
        # The region that asked stays as it is; one toast tells.
        response = Response(status=refusal.status, headers={"HX-Reswap": "none"})
        # In ASCII, as a header must be.
        response.headers["HX-Trigger"] = json.dumps({"jam:toast": {"text": refusal.detail}})
        return response
    if request.method != "GET" and request.referrer and refusal.status != 404:
        flash(refusal.detail, "refusal")
        back = urlsplit(request.referrer)
        if back.netloc == request.host:
            return redirect(back.path + (f"?{back.query}" if back.query else ""), 303)
    page = render_template("errors/refused.html", refusal=refusal)
    return make_response(page, refusal.status)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    """Werkzeug's own refusals (404 of the router, 405, 413, 400 of bad JSON), in our words."""
    if error.response is not None:
        return error.response
    refusal = Refusal(error.description or error.name)
    refusal.status = error.code or 500
    refusal.title = error.name
    if isinstance(error, RequestEntityTooLarge):
        refusal.detail = "That is larger than this server accepts."
    data = getattr(error, "data", None)  # webargs: what was wrong with which field
    if data and "messages" in data:
        refusal.detail = "Some values can't be used."
        refusal.errors = _by_field(data["messages"])
    answer = _refused(refusal)
    if isinstance(answer, Response) and isinstance(error, HTTPException):
        for name, value in error.get_headers():
            if name not in ("Content-Type", "Content-Length"):
                answer.headers[name] = value
    return answer


def _unknown_host(error: SecurityError) -> Response:
    """In plain text: no address can be made for a page on a host that this server is not."""
    text = "This server does not answer to that name (JAMBOREE_ALLOWED_HOSTS).\n"
    return Response(text, 400, mimetype="text/plain")


def _bad_values(error: ValidationError) -> ResponseReturnValue:
    messages = error.messages
    fields = messages if isinstance(messages, dict) else {"value": messages}
    return _refused(Invalid("Some values can't be used.", errors=fields))


def _by_field(messages: dict[str, Any]) -> dict[str, Any]:
    """webargs groups messages by where the value stood (json, query); people want the field."""
    merged: dict[str, Any] = {}
    for where, fields in messages.items():
        merged |= fields if isinstance(fields, dict) else {where: fields}
    return merged


def _csrf_error(error: CSRFError) -> ResponseReturnValue:
    refusal = Refusal("This form was open for too long, or came from elsewhere. Please try again.")
    refusal.title = "Please try again"
    refusal.extra = {"csrf": True}  # so that a client knows to ask for a fresh token
    return _refused(refusal)


class NoRoom(Refusal):
    status = 507
    title = "The server's disk is full"


def _database_error(error: OperationalError) -> ResponseReturnValue:
    """Reading goes on where the disk is full; that nothing can be written is told as what it is."""
    if not is_disk_full(error):
        if current_app.testing:
            raise error
        return _unexpected(error)
    log.error("the disk with the database is full: %s %s", request.method, request.url_rule)
    return _refused(
        NoRoom("Nothing was changed. Whoever runs this server has to make room; then try again.")
    )


def _unexpected(error: Exception) -> ResponseReturnValue:
    # Not the path: it may hold a code.
    log.exception("failed: %s %s", request.method, request.url_rule)
    id_ = request.environ.get(REQUEST_ID, "")
    refusal = Refusal(
        "Something went wrong on the server. Whoever runs it finds it in its log under"
        f" {id_}: please tell them this number.",
        extra={"request_id": id_},
    )
    refusal.status = 500
    refusal.title = "That should not have happened"
    return _refused(refusal)


def _guard() -> ResponseReturnValue | None:
    """Before every view: who is not logged in gets no further than the public ones."""
    view = current_app.view_functions.get(request.endpoint or "")
    is_public = view is None or getattr(view, "is_public", False)
    if not is_public and not current_user.is_authenticated:
        raise NotSignedIn("Log in, or send a token.")
    if not is_public and request.headers.get(FOR, current_user.id) != current_user.id:
        raise NotSignedIn("Somebody else is logged in here by now.")
    if getattr(view, "takes_files", False) and request.mimetype == "multipart/form-data":
        request.max_content_length = settings().upload_limit + FORM_AT_MOST
    if most := getattr(view, "takes_bytes", 0):
        request.max_content_length = most
    if not _says_who_it_is(is_public=is_public):
        csrf.protect()
    return None


def _says_who_it_is(*, is_public: bool) -> bool:
    """Whether no other site can have made this call: it carries a token, or, to log in, JSON, which
    a browser does not send elsewhere without asking there first."""
    is_bearer: bool = current_app.config["CSRF_EXEMPT"](request)
    return is_bearer or (is_public and is_api() and request.is_json)


def _headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(self), microphone=(self)")
    if "Cache-Control" not in headers:
        # What a page or an answer holds is one person's; only what says so may be kept.
        headers["Cache-Control"] = "private, no-cache"
    return response


def _hue(name: str) -> int:
    """Which of twelve hues a person's avatar has; as scripts compute it (static/js/words.js)."""
    return sum(map(ord, name)) % 12


def _small(url: str) -> str:
    """The address of a cover at the size of a row."""
    return url.replace("/large.", "/small.")


def init_app(app: Flask) -> None:
    app.add_template_filter(_hue, "hue")
    app.add_template_filter(_small, "small")
    app.json = Json(app)
    app.config["MAX_CONTENT_LENGTH"] = FORM_AT_MOST
    app.before_request(_guard)
    app.after_request(_headers)
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(ValidationError, _bad_values)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(SecurityError, _unknown_host)
    app.register_error_handler(OperationalError, _database_error)
    if not app.testing:
        app.register_error_handler(Exception, _unexpected)
