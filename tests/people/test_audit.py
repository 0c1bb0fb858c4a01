"""The audit: what was done, by whom and from where; with the act itself, or not at all."""

from __future__ import annotations

from datetime import timedelta

import click
import pytest
from flask import Flask
from sqlalchemy import select, update

from playlist_app.choices.models import Setting
from playlist_app.database import now, session, write
from playlist_app.operations import cleaning
from playlist_app.people import audit
from playlist_app.people.audit import Note
from tests.cast import Person

# Log-ins, which stand before much that is tested, and the making of the cast.
BEFORE = ("user.created", "session.opened", "session.refused")


def noted(app: Flask, action: str = "") -> list[Note]:
    """The notes, oldest first: of one action, or of all that are not about coming in."""
    with app.app_context():
        found = session().scalars(select(Note).order_by(Note.id)).all()
        return [
            note
            for note in found
            if note.action == action or (not action and note.action not in BEFORE)
        ]


def test_who_is_logged_in_did_it_from_where_they_sit(app: Flask, dora: Person) -> None:
    with app.test_request_context("/", headers=dora.headers, environ_base={"REMOTE_ADDR": "::1"}):
        audit.note("door.opened", subject="kitchen", key="spare")
    [note] = noted(app)
    assert (note.actor_id, note.actor_name, note.address) == (dora.id, "Dora", "::1")
    assert (note.action, note.subject, note.detail) == ("door.opened", "kitchen", {"key": "spare"})


def test_a_command_the_server_and_a_stranger_are_told_apart(app: Flask) -> None:
    with app.app_context(), click.Context(click.Command("users"), info_name="users"):
        audit.note("done.by.hand")
    with app.app_context(), click.Context(click.Command("work"), info_name="work"):
        audit.note("done.by.worker")
    with app.app_context():
        audit.note("done.by.itself")
    with app.test_request_context("/"):
        audit.note("done.at.the.door")
    assert [(note.actor_name, note.actor_id) for note in noted(app)] == [
        (audit.COMMAND_LINE, None),
        (audit.SERVER, None),
        (audit.SERVER, None),
        (audit.NOBODY, None),
    ]


def test_what_comes_to_nothing_leaves_no_note(app: Flask) -> None:
    with app.app_context(), pytest.raises(ZeroDivisionError), write():
        audit.note("door.opened")
        raise ZeroDivisionError
    assert noted(app) == []


def _aged(app: Flask, action: str, days: int) -> None:
    with app.test_request_context("/", environ_base={"REMOTE_ADDR": "192.0.2.7"}):
        audit.note(action)
        with write() as tx:
            old = update(Note).where(Note.action == action)
            tx.execute(old.values(at=now() - timedelta(days=days)))


def test_clean_up_takes_out_addresses_and_then_the_notes(app: Flask) -> None:
    for action, days in {"new": 1, "old": 40, "ancient": 400}.items():
        _aged(app, action, days)
    with app.app_context():
        cleaning.clean_up()
    assert [(note.action, note.address) for note in noted(app)] == [
        ("new", "192.0.2.7"),
        ("old", None),
    ]


def test_how_long_is_what_admins_chose(app: Flask) -> None:
    for action, days in {"new": 1, "old": 40}.items():
        _aged(app, action, days)
    with app.app_context():
        with write() as tx:
            tx.add(Setting(name="audit_days", value=30, changed_at=now()))
            tx.add(Setting(name="audit_address_days", value=0, changed_at=now()))
        cleaning.clean_up()
    assert [(note.action, note.address) for note in noted(app)] == [("new", None)]
