"""Operators: what a rule can ask of a value, by the kind of the value, and what it is given."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, not_, or_

from playlist_app.database import now
from playlist_app.library.texts import LONGEST, sort_key

Column = Any
Condition = ColumnElement[bool]

LARGEST = 10**9
DAYS_AT_MOST = 36_500


class Wrong(Exception):
    """A value that can't be used; the message is for the person."""


@dataclass(frozen=True)
class Operator:
    """`read` makes of what was given what is compared with, or raises Wrong; `ask` makes the
    condition of a column and that."""

    name: str
    read: Callable[[Any], Any]
    ask: Callable[[Column, Any], Condition]


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Wrong("Write what to look for.")
    if len(value) > LONGEST:
        raise Wrong(f"At most {LONGEST} characters, please.")
    return sort_key(value.strip())


def number(value: Any) -> float:
    """A number, also as a text that a form sends."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise Wrong("This takes a number.")
    try:
        found = float(str(value).strip().replace(",", "."))
    except ValueError:
        raise Wrong("This takes a number.") from None
    if not math.isfinite(found) or abs(found) > LARGEST:
        raise Wrong("This number is too large.")
    return found


def _two_numbers(value: Any) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2:
        raise Wrong("This takes two numbers.")
    low, high = sorted((number(value[0]), number(value[1])))
    return low, high


def _days(value: Any) -> datetime:
    days = number(value)
    if not 0 < days <= DAYS_AT_MOST:
        raise Wrong(f"This takes a number of days, at most {DAYS_AT_MOST:,}.")
    return now() - timedelta(days=days)


def _day(value: Any) -> datetime:
    try:
        day = date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise Wrong("This takes a day, as 2026-11-21.") from None
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def truth(value: Any) -> bool:
    """Yes or no, also as a form says it."""
    if value in (True, "yes"):
        return True
    if value in (False, "no"):
        return False
    raise Wrong("This is yes or no.")


def opposite(condition: Condition) -> Condition:
    """Not so; and what is not known is not so either."""
    return not_(func.coalesce(condition, False))


def _holds(column: Column, text: str) -> Condition:
    found: Condition = column.contains(text, autoescape=True)
    return found


TEXT = [
    Operator("is", _text, lambda column, text: column == text),
    Operator("is_not", _text, lambda column, text: column != text),
    Operator("contains", _text, _holds),
    Operator("contains_not", _text, lambda column, text: not_(_holds(column, text))),
    Operator("starts", _text, lambda column, text: column.startswith(text, autoescape=True)),
    Operator("ends", _text, lambda column, text: column.endswith(text, autoescape=True)),
]
NUMBER = [
    Operator("is", number, lambda column, given: column == given),
    Operator("is_not", number, lambda column, given: opposite(column == given)),
    Operator("at_least", number, lambda column, given: column >= given),
    Operator("at_most", number, lambda column, given: column <= given),
    Operator("between", _two_numbers, lambda column, two: and_(column >= two[0], column <= two[1])),
]
DATE = [
    Operator("within", _days, lambda column, since: column >= since),
    Operator("not_within", _days, lambda column, since: or_(column < since, column.is_(None))),
    Operator("since", _day, lambda column, day: column >= day),
    Operator("before", _day, lambda column, day: column < day),
]
FLAG = [Operator("is", truth, lambda column, yes: column if yes else opposite(column))]


def choices(read: Callable[[Any], str]) -> list[Operator]:
    """Of a few that there are: is one of them, or is not."""
    return [
        Operator("is", read, lambda column, one: column == one),
        Operator("is_not", read, lambda column, one: opposite(column == one)),
    ]
