"""Logs: one line for what happened, as text for people or as JSON for programs, with the request
that it belongs to, and never with a secret.

Whoever logs writes plain sentences to a logger of the standard library; what a program should find
by its name stands in `extra={"facts": {…}}`. Both forms are made here.
"""

from __future__ import annotations

import logging
import re
import sys
import time
from typing import Any

import orjson

from playlist_app.config import BadSetting, Settings
from playlist_app.operations.sight.passage import Passage, under_way

FORMATS = ("text", "json")

HIDDEN = "…"
# What lets somebody in, wherever it was written: in a header, a form, JSON, a URL or a path.
_NAMES = (
    r"[\w-]*(?:password|passwd|passphrase|secret|token|api[_-]?key|authorization|cookie|csrf)[\w-]*"
)
_SECRETS = re.compile(
    r"(?P<scheme>\b(?:bearer|basic)\s+)[\w.~+/=:-]{6,}"
    rf"|(?P<header>\b(?:set-)?cookie['\"]?\s*[:=]\s*['\"]?)[^'\"\n]+"
    rf"|(?P<name>\b{_NAMES}['\"]?\s*[:=]\s*['\"]?)(?!bearer\s|basic\s)[^\s'\"&,;)}}\]]+"
    r"|(?P<code>(?:[?&](?:key|state|sig|signature)|\bcode)=)[^\s'\"&]+"
    r"|(?P<path>/(?:first-admin|join|welcome|invites?|new-password|reset|reset-password)/)[^\s/?'\"]+"
    r"|(?P<userinfo>\b[a-z][a-z0-9+.-]*://)[^\s/@'\"]+@",
    re.IGNORECASE,
)


def without_secrets(text: str) -> str:
    """The text, with `…` for each token, cookie, password and code that stands in it."""
    return _SECRETS.sub(_hide, text)


def _hide(found: re.Match[str]) -> str:
    kept = next(filter(None, found.groups()), "")
    return kept + HIDDEN + ("@" if found.lastgroup == "userinfo" else "")


class _Lines(logging.Formatter):
    """What both forms share."""

    def told(self, record: logging.LogRecord) -> tuple[str, str, dict[str, Any]]:
        """The sentence, the traceback or "", and the facts, without secrets."""
        facts: dict[str, Any] = getattr(record, "facts", {})
        if getattr(record, "is_clean", False):
            return record.msg, "", facts
        trace = ""
        if record.exc_info and record.exc_info[0]:
            trace = without_secrets(self.formatException(record.exc_info))
        if record.stack_info:
            trace += without_secrets(record.stack_info)
        return without_secrets(record.getMessage()), trace, facts


class Text(_Lines):
    """2026-11-21 17:05:08.123 [4711] INFO 9f3a51c277b0e214 GET /playlists 200 …"""

    def format(self, record: logging.LogRecord) -> str:
        sentence, trace, facts = self.told(record)
        passage = under_way()
        moment = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(record.created))
        whose = f"{passage.id} " if passage else _task(record)
        if getattr(record, "is_clean", False):
            sentence = _of_request(facts)
        # One event, one line: nobody writes a second by what they call something.
        sentence = sentence.replace("\n", "\\n").replace("\r", "\\r")
        line = (
            f"{moment}.{int(record.msecs):03d} [{record.process}] {record.levelname} "
            f"{whose}{sentence}"
        )
        return f"{line}\n{trace}" if trace else line


class Json(_Lines):
    """One object a line: at, level, logger, process, message, request, the facts, error."""

    def format(self, record: logging.LogRecord) -> str:
        sentence, trace, facts = self.told(record)
        passage = under_way()
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line: dict[str, Any] = {
            "at": f"{moment}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "message": sentence,
        }
        if passage:
            line["request"] = passage.id
        elif record.threadName != "MainThread":
            line["thread"] = record.threadName
        line |= facts
        if trace:
            line["error"] = trace
        return orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _of_request(facts: dict[str, Any]) -> str:
    """GET /library 200 12.3 ms person=… endpoint=library.index queries=4 db_ms=1.2"""
    more = (f"{name}={facts[name]}" for name in list(facts)[4:] if facts[name] != "")
    begin = f"{facts['method']} {facts['path']} {facts['status']} {facts['ms']} ms"
    return " ".join((begin, *more))


def _task(record: logging.LogRecord) -> str:
    """Where no request is under way, the thread says what is: a task, the feed."""
    name = record.threadName
    return f"{name} " if name and name != "MainThread" else ""


def formatter(name: str) -> logging.Formatter:
    """Raises BadSetting for a form that there is not."""
    if name not in FORMATS:
        raise BadSetting(f"JAMBOREE_LOG_FORMAT takes text or json, not {name!r}")
    return Json() if name == "json" else Text()


def configure(config: Settings) -> None:
    """Have this process log to its standard error, from now on. Raises BadSetting."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(config.log_format))
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(logging.WARNING)
    for name in ("playlist_app", "gunicorn.error", ACCESS):
        logging.getLogger(name).setLevel(logging.INFO)


ACCESS = "access"
_access = logging.getLogger(ACCESS)
QUIET = ("assets.", "health.")  # what goes well there is asked for all the time


def is_told(passage: Passage) -> bool:
    """Whether a request is worth a line."""
    return passage.status >= 400 or not passage.endpoint.startswith(QUIET)


def request_line(passage: Passage, method: str, path: str, address: str) -> None:
    """One line of a request that was answered. What is in it can't hold a secret: the path has no
    query, and codes in it were left out (passage.py); of other paths `path` is cleaned here."""
    if not _access.isEnabledFor(logging.INFO):
        return
    shown = without_secrets(path) if not passage.endpoint else path
    facts = {
        "method": method,
        "path": shown,
        "status": passage.status,
        "ms": round(passage.seconds * 1000, 1),
        "person": passage.person,
        "endpoint": passage.endpoint,
        "queries": passage.queries,
        "db_ms": round(passage.db_seconds * 1000, 1),
    }
    if passage.status >= 400:
        facts["address"] = address  # so that who tries doors can be kept out
    _access.handle(_record("request", facts))


def _record(sentence: str, facts: dict[str, Any]) -> logging.LogRecord:
    """Without the walk up the stack for file and line, which nobody wants to know here."""
    record = logging.LogRecord(ACCESS, logging.INFO, "", 0, sentence, (), None)
    record.facts = facts
    record.is_clean = True
    return record
