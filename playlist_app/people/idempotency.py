"""Unsafe API calls: each is one transaction, and with an `Idempotency-Key` is done once.

The answer is kept in the transaction of the change: there is no moment at which a crash would
leave the change without its answer. The same person's same call with the same key gets that answer
again, for a day.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import orjson
from flask import Request, Response, make_response, request
from flask_login import current_user
from flask_smorest import Blueprint
from marshmallow import Schema, missing
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column
from webargs.flaskparser import FlaskParser

from playlist_app.database import Base, Id, Moment, as_id, forget, now, write
from playlist_app.refusals import Invalid, Refusal

KEPT_FOR = timedelta(days=1)
SAFE = {"GET", "HEAD", "OPTIONS"}

View = TypeVar("View", bound=Callable[..., Any])


class KeptAnswer(Base):
    """What a call was answered, for the case that the answer got lost."""

    __tablename__ = "kept_answer"

    user_id: Mapped[str] = mapped_column(
        Id, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(Id, primary_key=True)
    call: Mapped[str] = mapped_column(
        String(64)
    )  # a hash: the same key for another call is refused
    status: Mapped[int]
    body: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment, index=True)


def steps_itself(view: View) -> View:
    """Mark a view that opens its own transactions: what it does first takes long, or is no change
    that may be answered twice (log-in, tokens)."""
    view.steps_itself = True  # type: ignore[attr-defined]
    return view


def once(act: Callable[[], Any]) -> Response:
    """Do `act`, which answers as a view does, in one transaction; or answer what it answered.

    Raises Invalid for a key that is no UUID, or was used for another call.
    """
    given = request.headers.get("Idempotency-Key")
    if request.mimetype != "multipart/form-data":  # that is read already, or not wanted at all
        # To its end, before the writers' lock is taken: a body that comes in slowly, from a phone
        # on a bad network, would keep everybody from writing for as long.
        request.get_data()
    if given is None:
        with write():
            return make_response(act())
    key = as_id(given)
    if not key:
        raise Invalid("Idempotency-Key takes a UUID.")
    call = _fingerprint()
    with write() as tx:
        kept = tx.get(KeptAnswer, (current_user.id, key))
        if kept:
            if kept.call != call:
                raise Invalid("This Idempotency-Key was used for another call.")
            return Response(
                kept.body,
                kept.status,
                {"Idempotency-Replayed": "true"},
                mimetype="application/json",
            )
        response = make_response(act())
        tx.add(
            KeptAnswer(
                user_id=current_user.id,
                key=key,
                call=call,
                status=response.status_code,
                body=response.get_data(as_text=True),
                at=now(),
            )
        )
        return response


def forget_old() -> None:
    forget(KeptAnswer.at, now() - KEPT_FOR)


def _fingerprint() -> str:
    """Of method, address and body; of an upload the fields, and the hashes of its files."""
    digest = hashlib.sha256(f"{request.method} {request.full_path}\0".encode())
    if request.mimetype == "multipart/form-data":
        for name, value in sorted(request.form.items(multi=True)):
            digest.update(f"{name}={value}\0".encode())
        for name, file in request.files.items(multi=True):
            digest.update(f"{name}={getattr(file.stream, 'sha256', '')}\0".encode())
    else:
        digest.update(request.get_data())
    return digest.hexdigest()


class _StrictJson(FlaskParser):
    """Reads JSON as orjson does. Python's own takes half a character (a lone surrogate), which then
    fails where it is stored, and fails itself on what nests too deep."""

    def load_json(self, req: Request, schema: Schema) -> Any:
        if not req.is_json or not req.get_data():
            return missing
        try:
            return orjson.loads(req.get_data())
        except orjson.JSONDecodeError:
            raise Refusal("The body of this call is not JSON that can be read.") from None


class ApiBlueprint(Blueprint):  # type: ignore[misc]
    """A blueprint of API calls, in which every unsafe call goes through `once`."""

    ARGUMENTS_PARSER = _StrictJson()

    def add_url_rule(
        self, rule: str, endpoint: str | None = None, view_func: Any = None, **options: Any
    ) -> None:
        methods = set(options.get("methods") or ["GET"])
        if view_func and methods - SAFE and not getattr(view_func, "steps_itself", False):
            view_func = _in_one_step(view_func)
        super().add_url_rule(rule, endpoint, view_func, **options)


def _in_one_step(view: View) -> View:
    @functools.wraps(view)
    def stepped(*args: Any, **kwargs: Any) -> Response:
        return once(lambda: view(*args, **kwargs))

    return stepped  # type: ignore[return-value]
