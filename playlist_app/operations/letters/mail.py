"""Mail, by SMTP (the standard library's smtplib)."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

from playlist_app.config import settings

PATIENCE = 20  # seconds, for each step of the exchange


class NotSent(Exception):
    """What the other side said, or that it said nothing."""


def send(to: str, subject: str, text: str) -> None:
    """Send a mail. Raises NotSent."""
    letter = EmailMessage()
    letter["From"] = _sender()
    letter["To"] = to
    letter["Subject"] = subject
    letter["Date"] = formatdate(localtime=False)
    letter["Message-ID"] = make_msgid(domain=_sender().rpartition("@")[2] or "localhost")
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(text)
    try:
        with _connected() as server:
            server.send_message(letter)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise NotSent(str(error) or type(error).__name__) from error


def _connected() -> smtplib.SMTP:
    where = urlsplit(settings().mail)
    host = where.hostname or "localhost"
    trusted = ssl.create_default_context()
    server: smtplib.SMTP
    if where.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, where.port or 465, timeout=PATIENCE, context=trusted)
    else:
        server = smtplib.SMTP(host, where.port or 25, timeout=PATIENCE)
    try:
        if where.scheme != "smtps":
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=trusted)
            elif where.username:
                raise NotSent("The mail server offers no TLS, and the password would go in clear.")
        if where.username:
            server.login(unquote(where.username), unquote(where.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _sender() -> str:
    """The address that mail comes from; where none was set, one at the name of this server."""
    config = settings()
    return config.mail_from or f"jamboree@{urlsplit(config.public_url).hostname or 'localhost'}"
