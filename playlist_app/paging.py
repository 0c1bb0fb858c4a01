"""Pages of lists that are made whole: `limit` and `cursor`, as every list of the API takes them
(SPEC §5).

Lists that grow with the library or with time page in their query (`library/listing.py`). What is
here is for those that a person can read through: their own playlists, the members of one.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import orjson
from marshmallow import Schema, fields, validate

from playlist_app.refusals import Invalid

T = TypeVar("T")
JSON = dict[str, Any]

USUAL = 50
MOST = 200


class Page(Schema):
    """Which page of a list."""

    limit = fields.Integer(load_default=USUAL, validate=validate.Range(1, MOST))
    cursor = fields.String(load_default="", validate=validate.Length(max=200))


def page_of(
    rows: Sequence[T], *, limit: int, cursor: str, id_of: Callable[[T], str]
) -> tuple[Sequence[T], str | None]:
    """A page, and the cursor of the next; None on the last.

    A cursor holds the id of the last row, after which the next page begins, and how many came
    before it, for the case that it is gone. Raises Invalid for what is no cursor.
    """
    begin = _after(rows, *_decoded(cursor), id_of) if cursor else 0
    end = begin + limit
    if end >= len(rows):
        return rows[begin:], None
    place = orjson.dumps([end, id_of(rows[end - 1])])
    return rows[begin:end], base64.urlsafe_b64encode(place).decode().rstrip("=")


def _after(rows: Sequence[T], count: int, last: str, id_of: Callable[[T], str]) -> int:
    at = next((number for number, row in enumerate(rows) if id_of(row) == last), None)
    return max(count - 1, 0) if at is None else at + 1


def _decoded(cursor: str) -> tuple[int, str]:
    try:
        place = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        count, last = place
    except (ValueError, TypeError):
        raise _no_cursor() from None
    if type(count) is not int or not 0 <= count < 2**31 or type(last) is not str:
        raise _no_cursor()
    return count, last


def _no_cursor() -> Invalid:
    return Invalid.field("cursor", "This cursor isn't one that a list answered.")
