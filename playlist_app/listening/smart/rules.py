"""Rules: checked one by one, so that a bad one is named, and made into one condition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, true

from playlist_app.listening.smart.fields import FIELDS, ORDERS
from playlist_app.listening.smart.operators import Wrong
from playlist_app.people.models import User
from playlist_app.refusals import Invalid

JSON = dict[str, Any]

RULES_AT_MOST = 30
LIMIT_AT_MOST = 1000
MATCHES = ("all", "any")


@dataclass(frozen=True)
class Rules:
    """What a smart playlist asks: `rules` as JSON, checked by `checked`."""

    match: str
    rules: Sequence[JSON]
    order: str
    limit: int


def checked(rules: Rules) -> Rules:
    """The same, with nothing in it that can't be asked.

    Raises Invalid, with `errors` under the number of the rule (0-based) and its part.
    """
    if rules.match not in MATCHES:
        raise Invalid.field("match", "Match all of the rules, or any.")
    if rules.order.removeprefix("-") not in ORDERS:
        raise Invalid.field("order", f"Order by one of {', '.join(ORDERS)}, each with a - before.")
    if not 1 <= rules.limit <= LIMIT_AT_MOST:
        raise Invalid.field("limit", f"At least 1 track, at most {LIMIT_AT_MOST}.")
    if len(rules.rules) > RULES_AT_MOST:
        raise Invalid.field("rules", f"At most {RULES_AT_MOST} rules.")
    clean = []
    for number, rule in enumerate(rules.rules):
        _read(rule, number)
        clean.append({name: rule[name] for name in ("field", "operator", "value")})
    return Rules(rules.match, clean, rules.order, rules.limit)


def _read(rule: JSON, number: int) -> tuple[Any, Any, Any]:
    """The field, the operator and what is compared with. Raises Invalid."""
    field = FIELDS.get(str(rule.get("field")))
    if not field:
        raise _bad(number, "field", f"There is no field {rule.get('field')!r}.")
    operator = field.operator(str(rule.get("operator")))
    if not operator:
        names = ", ".join(one.name for one in field.operators)
        raise _bad(number, "operator", f"{rule['field']} takes one of {names}.")
    try:
        return field, operator, operator.read(rule.get("value"))
    except Wrong as wrong:
        raise _bad(number, "value", str(wrong)) from None


def _bad(number: int, part: str, message: str) -> Invalid:
    return Invalid(
        f"Rule {number + 1}: {message}", errors={"rules": {str(number): {part: [message]}}}
    )


def condition(rules: Rules, person: User) -> ColumnElement[bool]:
    """What holds of the tracks that are asked for; without rules, of all. Raises Invalid."""
    asked = []
    for number, rule in enumerate(rules.rules):
        field, operator, value = _read(rule, number)
        asked.append(field.ask(operator, value, person))
    if not asked:
        return true()
    return and_(*asked) if rules.match == "all" else or_(*asked)
