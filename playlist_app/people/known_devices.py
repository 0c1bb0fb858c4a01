"""Which browser somebody logged in on before: a signed cookie that stays when they log out.

It lets nobody in. Who types a right password on such a device gets in however many wrong ones
strangers typed for that name elsewhere: guessing must not lock anybody out.
"""

from __future__ import annotations

import secrets
from typing import Any

from flask import Response, after_this_request, current_app, has_request_context, request
from itsdangerous import BadSignature, URLSafeSerializer

COOKIE = "jamboree_device"
LASTS = 365 * 24 * 3600  # seconds
MOST = 20  # people that one device knows


def remember(user_id: str) -> None:
    """This person logged in here: told to the browser with the answer to this request."""
    if not has_request_context():
        return
    device, people = _read()
    people = [user_id, *(one for one in people if one != user_id)][:MOST]
    value = _signer().dumps([device or secrets.token_urlsafe(12), people])
    config = current_app.config

    @after_this_request
    def _(response: Response) -> Response:
        response.set_cookie(
            COOKIE,
            value,
            max_age=LASTS,
            path=config["SESSION_COOKIE_PATH"],
            secure=config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        return response


def knows(user_id: str) -> str | None:
    """What to call this device, where this person logged in on it before."""
    device, people = _read()
    return device if user_id in people else None


def _read() -> tuple[str, list[str]]:
    value: Any = request.cookies.get(COOKIE, "") if has_request_context() else ""
    try:
        device, people = _signer().loads(value)
    except (BadSignature, ValueError, TypeError):
        return "", []
    return device, people


def _signer() -> URLSafeSerializer:
    config = current_app.config
    keys = [*reversed(config["SECRET_KEY_FALLBACKS"] or ()), config["SECRET_KEY"]]
    return URLSafeSerializer(keys, salt="known device")
