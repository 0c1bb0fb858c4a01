"""Concerns: codes that do not go out, which those who wait for them can not see the reason of."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from playlist_app.database import session
from playlist_app.operations.warnings import Warning
from playlist_app.people.sent_codes import SentCode, Way

TITLES = {
    Way.MAIL: "Codes don't go out by mail",
    Way.SMS: "Codes don't go out by short message",
}
REMEDIES = {
    Way.MAIL: "Look at JAMBOREE_MAIL and at the mail server's own log; then ask for a code.",
    Way.SMS: "Look at JAMBOREE_SMS_WEBHOOK and at what answers there; then ask for a code.",
}


def codes_that_do_not_go_out() -> Iterator[Warning]:
    """Of each way whether its newest attempt failed; it is over with the next that goes well, or
    when the code is forgotten."""
    for way, remedy in REMEDIES.items():
        tried = select(SentCode.error, SentCode.created_at).where(
            SentCode.way == way, SentCode.attempts > 0
        )
        newest = session().execute(tried.order_by(SentCode.created_at.desc()).limit(1)).first()
        if newest and newest.error:
            yield Warning(
                f"{way}-not-sent",
                TITLES[way],
                f"The newest, of {newest.created_at:%d %B %H:%M} UTC, was answered: {newest.error}",
                remedy,
            )
