"""Sending one-time codes: which is next, and what came of it. The worker does it, never a request:
how long it takes would tell that there is somebody to send to.

Who takes a code moves its next attempt a while ahead, in a write of its own: when the worker dies
meanwhile, it is sent again, and the code is the same.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from playlist_app.database import now, session, write
from playlist_app.operations.letters import mail, sms
from playlist_app.operations.letters.concerns import codes_that_do_not_go_out
from playlist_app.operations.letters.mail import NotSent
from playlist_app.operations.warnings import source
from playlist_app.people import sent_codes
from playlist_app.people.sent_codes import Purpose, SentCode, State, Way
from playlist_app.work.tasks import wake

log = logging.getLogger(__name__)

TASK = "codes"
TAKEN_FOR = timedelta(minutes=2)  # longer than any attempt
AGAIN_AFTER = timedelta(seconds=15)


def register() -> None:
    """Have the people slice wake the worker, and admins told of what does not go out."""
    source(codes_that_do_not_go_out)
    if _wake not in sent_codes.waking:
        sent_codes.waking.append(_wake)


def _wake() -> None:
    wake(TASK)


def send_next() -> bool:
    """Send one code; answers whether there was one."""
    with write() as tx:
        found = tx.scalar(
            select(SentCode)
            .where(SentCode.state == State.WAITING, SentCode.next_at <= now())
            .order_by(SentCode.next_at)
            .limit(1)
        )
        if not found:
            return False
        if not found.is_good:
            found.state = State.FAILED
            found.error = found.error or "Nobody sent it in time."
            return True
        found.attempts += 1
        found.next_at = now() + TAKEN_FOR
    try:
        _send(found)
    except NotSent as error:
        _not_sent(found.id, str(error))
    else:
        with write() as tx:
            row = tx.get(SentCode, found.id)
            if row:
                row.state, row.error = State.SENT, ""
    return True


def _not_sent(code_id: str, error: str) -> None:
    with write() as tx:
        row = tx.get(SentCode, code_id)
        if not row:
            return
        wait = AGAIN_AFTER * row.attempts
        row.error = error[:200]
        row.next_at = now() + wait
        if row.next_at >= row.ends_at:
            row.state = State.FAILED
        else:
            wake(TASK, after=wait.total_seconds())
    log.warning("a one-time code was not sent by %s: %s", row.way, error)


def _send(code: SentCode) -> None:
    text = _("Your code for Jamboree is %(code)s. It is good for ten minutes.", code=code.code)
    if code.way == Way.SMS:
        sms.send(code.sent_to, text)
        return
    # Nothing that anybody typed stands in it: no name, no address.
    subject = {
        Purpose.LOG_IN: _("Your code to log in"),
        Purpose.PASSWORD: _("Your code for a new password"),
        Purpose.EMAIL: _("Your code to confirm this address"),
    }[Purpose(code.purpose)]
    why = {
        Purpose.LOG_IN: _("Type it in where you asked for it, and you are logged in."),
        Purpose.PASSWORD: _("Type it in where you asked for it, and choose a new password."),
        Purpose.EMAIL: _("Type it in where you asked for it, and this address is yours."),
    }[Purpose(code.purpose)]
    ignore = _("Nobody can do anything without it. If you did not ask for it, forget this mail.")
    mail.send(code.sent_to, subject, f"{text}\n\n{why}\n\n{ignore}\n")


def waiting() -> int:
    """How many are to be sent."""
    query = select(SentCode.id).where(SentCode.state == State.WAITING).limit(1000)
    return len(session().scalars(query).all())
