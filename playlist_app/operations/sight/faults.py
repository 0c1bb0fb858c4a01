"""Faults: errors told to a Sentry-compatible service, where its address is set.

What is told is what the log has as an error, so that it is told of requests and tasks alike. It
says what broke and where in the code, and nothing of the person whose request it was: no address,
no headers, no form, no values of variables, and of an error's own words what is quoted is left out.
Without an address the service's library is not even loaded.
"""

from __future__ import annotations

import atexit
import logging
import os
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from playlist_app.config import BadSetting, Settings
from playlist_app.operations.sight.logs import HIDDEN, without_secrets
from playlist_app.operations.sight.passage import under_way

if TYPE_CHECKING:
    from sentry_sdk import Client

ENDS_WITHIN = 2.0  # seconds that a process waits in its end to tell of its last errors

# In the words of an error: what is quoted, the value of a name, mail addresses, network addresses,
# files, ids, numbers as long as one to call. Each may be somebody's.
_PERSONAL = re.compile(
    r"'[^'\n]*'|\"[^\"\n]*\"|“[^”\n]*”"
    r"|(?<==)[^\s,;)]+"
    r"|[\w.+-]+@[\w-]+\.[\w.-]+"
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b|\b[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){3,7}\b"
    r"|(?<![\w/])(?:/[^\s/:]+){2,}"
    r"|\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\b[0-9a-f]{16,}\b|\+?\d[\d -]{6,}\d",
    re.IGNORECASE,
)


def impersonal(text: str) -> str:
    """The words of an error, with `…` for what might be about a person."""
    return _PERSONAL.sub(HIDDEN, without_secrets(text))


class Telling(logging.Handler):
    """A handler of the log that tells a service of errors."""

    def __init__(self, client: Client) -> None:
        super().__init__(logging.ERROR)
        self._client = client

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith(("sentry_sdk", "urllib3")):
            return  # of the telling itself
        from sentry_sdk.utils import event_from_exception

        event: Any = {}
        if record.exc_info and record.exc_info[0]:
            event, _ = event_from_exception(record.exc_info, client_options=self._client.options)
        # The sentence as it stands in the code: what was put into it may be somebody's.
        event["logentry"] = {"message": without_secrets(str(record.msg))}
        event["level"] = "fatal" if record.levelno > logging.ERROR else "error"
        event["logger"] = record.name
        passage = under_way()
        if passage:
            event["tags"] = {"request_id": passage.id}
        elif record.threadName and record.threadName != "MainThread":
            event["transaction"] = record.threadName
        self._client.capture_event(event)


KEPT = frozenset(
    [
        "event_id",
        "timestamp",
        "level",
        "logger",
        "logentry",
        "exception",
        "tags",
        "transaction",
        "platform",
        "environment",
        "sdk",
        "release",
    ]
)
KEPT_OF_A_FRAME = frozenset(
    [
        "filename",
        "function",
        "module",
        "lineno",
        "in_app",
        "pre_context",
        "context_line",
        "post_context",
    ]
)


def _bared(event: Any, _: object) -> Any:
    """What goes out: of an event what is named above, and nothing that a later version of the
    library may come to add."""
    bare = {key: value for key, value in event.items() if key in KEPT}
    for one in (bare.get("exception") or {}).get("values", ()):
        one["value"] = impersonal(one.get("value") or "")
        frames = (one.get("stacktrace") or {}).get("frames") or []
        one["stacktrace"] = {
            "frames": [{k: v for k, v in frame.items() if k in KEPT_OF_A_FRAME} for frame in frames]
        }
    return bare


def check(config: Settings) -> None:
    """Raises BadSetting for an address that is none; loads nothing."""
    parts = urlsplit(config.sentry_dsn)
    project = parts.path.rpartition("/")[2]
    is_one = parts.scheme in ("http", "https") and parts.username and parts.hostname and project
    if config.sentry_dsn and not is_one:
        raise BadSetting(
            "JAMBOREE_SENTRY_DSN is no address of a service: it looks like"
            " https://KEY@sentry.example.org/1, and the service shows it as the DSN of a project."
        )


def watch(config: Settings) -> Telling | None:
    """Tell of errors of this process from now on, if a service is set. After a fork: it starts a
    thread. Raises BadSetting for an address that is none."""
    check(config)
    if not config.sentry_dsn:
        return None
    from sentry_sdk import Client

    client = Client(
        config.sentry_dsn,
        default_integrations=False,
        auto_enabling_integrations=False,
        include_local_variables=False,
        max_breadcrumbs=0,
        max_request_body_size="never",
        auto_session_tracking=False,
        send_client_reports=False,
        server_name="",  # else the name of this machine
        release=os.environ.get("SENTRY_RELEASE", ""),  # else it would run git
        before_send=_bared,
        shutdown_timeout=ENDS_WITHIN,
    )
    telling = Telling(client)
    logging.root.addHandler(telling)
    atexit.register(client.close, timeout=ENDS_WITHIN)
    return telling
