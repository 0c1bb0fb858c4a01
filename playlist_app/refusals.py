"""Refusals: what a verb raises when it won't do what it was asked.

Each slice names its own; `web.py` turns them into a page or into problem+json, in one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refusal(Exception):
    """A refusal that a person can act on.

    `detail` is a sentence for people; `errors` gives one per field; `extra` adds members to the
    problem+json (RFC 9457, section 3.2).
    """

    status = 400
    title = "That can't be done"
    retry_after: int | None = None  # seconds after which it may go through

    def __init__(
        self,
        detail: str = "",
        *,
        errors: Mapping[str, Any] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.errors = dict(errors or {})
        self.extra = dict(extra or {})

    def problem(self) -> dict[str, Any]:
        """The refusal as members of a problem+json."""
        problem: dict[str, Any] = {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            problem["errors"] = self.errors
        return problem | self.extra


class NotSignedIn(Refusal):
    status = 401
    title = "Log in first"


class NotAllowed(Refusal):
    """You see it, but you may not do this."""

    status = 403
    title = "You may not do that"


class NotFound(Refusal):
    """It isn't there, or you may not see it: one answer, so that ids can't be probed."""

    status = 404
    title = "Not found"

    def __init__(self, detail: str = "There is nothing here, or it isn't shared with you.") -> None:
        super().__init__(detail)


class Conflict(Refusal):
    status = 409
    title = "That doesn't fit what is there now"


class Invalid(Refusal):
    """A value that can't be used; `errors` names the field."""

    status = 422
    title = "Please check what you entered"

    @classmethod
    def field(cls, name: str, message: str) -> Invalid:
        return cls(message, errors={name: [message]})
