"""The page of the backups, and the work behind it: asked for, done by the worker, told."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from playlist_app.choices.models import Setting
from playlist_app.config import Settings
from playlist_app.database import now, session, write
from playlist_app.operations import long_work, warnings
from playlist_app.operations.backups import checking, concerns, kept, taking, work
from playlist_app.operations.jobs import back_up_daily
from playlist_app.operations.long_work import LongWork
from playlist_app.people.audit import Note
from playlist_app.people.models import User
from playlist_app.work import worker
from tests.cast import Browser, Person
from tests.conftest import close, make_app
from tests.operations.backups.conftest import rows

PAGE = "/admin/backups"


@contextmanager
def at_work(app: Flask) -> Iterator[None]:
    config: Settings = app.config["JAMBOREE"]
    with app.app_context(), worker.signs_of_life(config):
        yield


def do_all(app: Flask) -> list[tuple[str, str]]:
    """What the worker does; answers how each ended."""
    with at_work(app):
        while long_work.do_next():
            pass
        found = session().scalars(select(LongWork).order_by(LongWork.created_at))
        return [(row.state, row.message) for row in found]


def test_an_admin_takes_proves_and_downloads_one(
    app: Flask, config: Settings, dora: Person, tmp_path: Path
) -> None:
    browser = Browser(app, dora)
    assert "There is none yet" in browser.opens(PAGE).get_data(as_text=True)
    assert browser.submits(PAGE).status_code == 303
    assert "Waits for the worker" in browser.opens(f"{PAGE}/now").get_data(as_text=True)
    [(state, message)] = do_all(app)
    assert state == "done", message
    [backup] = kept.backups(config)
    assert backup.name in message
    page = browser.opens(PAGE).get_data(as_text=True)
    assert backup.name in page
    assert "3 tracks" in page
    assert "Not proven yet" in page

    assert browser.submits(f"{PAGE}/{backup.name}/prove", seen_at=PAGE).status_code == 303
    assert do_all(app)[-1] == ("done", f"{backup.name} can be restored.")
    assert "Proven" in browser.opens(PAGE).get_data(as_text=True)

    archive = browser.opens(f"{PAGE}/{backup.name}.tar")
    body = archive.get_data()
    assert len(body) == archive.content_length
    with tarfile.open(fileobj=io.BytesIO(body)) as packed:
        packed.extractall(tmp_path, filter="data")
    assert checking.verify(kept.read(tmp_path / backup.name)) == []
    with app.app_context():
        noted = session().execute(select(Note.action, Note.actor_name, Note.subject)).all()
    assert ("backup.taken", "Dora", backup.name) in noted
    assert ("backup.downloaded", "Dora", backup.name) in noted


def test_an_admin_restores_one_and_sees_how_it_went(
    app: Flask, config: Settings, dora: Person, alice: Person
) -> None:
    backup = taking.take(config)
    then = rows(config.database)
    alice.makes_playlist("Later")
    browser = Browser(app, dora)
    address = f"{PAGE}/{backup.name}/restore"
    assert "Everything on this server" in browser.opens(address).get_data(as_text=True)
    browser.submits(address)
    with app.app_context():
        assert session().scalars(select(LongWork)).all() == [], "not without a tick"
    browser.submits(address, sure="on")
    [(state, message)] = do_all(app)
    assert (state, message.partition(":")[0]) == ("done", f"Restored {backup.name}")
    assert rows(config.database)["playlist"] == then["playlist"]
    assert "Restored" in browser.opens(PAGE).get_data(as_text=True)
    with app.app_context():
        last = session().scalars(select(Note).order_by(Note.id.desc())).first()
        assert last
        assert (last.action, last.actor_name, last.subject) == (
            "backup.restored",
            "Dora",
            backup.name,
        )


def test_a_backup_that_cannot_be_taken_says_why(app: Flask, config: Settings, dora: Person) -> None:
    browser = Browser(app, dora)
    with kept.alone(kept.folder(config)):
        browser.submits(PAGE)
        [(state, message)] = do_all(app)
    assert (state, "at this moment" in message) == ("failed", True)
    assert message in browser.opens(PAGE).get_data(as_text=True)


def test_for_all_others_there_is_no_such_page(
    app: Flask, config: Settings, alice: Person, charlie: Person
) -> None:
    name = taking.take(config).name
    for person in (alice, charlie):
        for path in (PAGE, f"{PAGE}/now", f"{PAGE}/{name}/restore", f"{PAGE}/{name}.tar"):
            assert person.page(path).status_code == 404, path
        for path in (PAGE, f"{PAGE}/{name}/prove", f"{PAGE}/{name}/restore"):
            assert person.page(path, "POST", data={"sure": "on"}).status_code == 404, path
    with app.app_context():
        assert session().scalars(select(LongWork)).all() == []


def test_names_that_are_no_backups_lead_nowhere(app: Flask, dora: Person) -> None:
    for name in ("20200101T000000Z-manual", "..", "secret_key"):
        assert dora.page(f"{PAGE}/{name}.tar").status_code == 404


# --- every day ----------------------------------------------------------------------------------


def grow_old(app: Flask, age: timedelta = timedelta(days=30)) -> None:
    with app.app_context(), write() as tx:
        tx.execute(update(User).values(created_at=now() - age))


def test_every_day_one_is_taken_and_proven(app: Flask, config: Settings) -> None:
    with app.app_context():
        assert not work.is_due(config), "a server that was made just now"
    grow_old(app)
    with app.app_context():
        back_up_daily()
    [(state, message)] = do_all(app)
    assert state == "done", message
    [backup] = kept.backups(config)
    assert backup.kind == "daily"
    assert backup.proven_at
    with app.app_context():
        back_up_daily()
        assert long_work.waiting() == 0, "once a day"


def test_it_is_taken_at_the_hour_that_admins_chose(
    app: Flask, config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow_old(app)
    with app.app_context():
        back_up_daily()
    do_all(app)
    [backup] = kept.backups(config)
    made = backup.made_at.astimezone()

    def is_due_in(hours: float) -> bool:
        monkeypatch.setattr(work, "now", lambda: made + timedelta(hours=hours))
        return work.is_due(config)

    with app.app_context():
        with write() as tx:
            hour = (made + timedelta(hours=2)).hour
            tx.add(Setting(name="backup_hour", value=hour, changed_at=now()))
        assert not is_due_in(0.9)
        assert is_due_in(2.1)


def test_one_that_failed_is_tried_again_later(app: Flask, config: Settings) -> None:
    grow_old(app)
    with app.app_context(), kept.alone(kept.folder(config)):
        back_up_daily()
        with at_work(app):
            long_work.do_next()
        assert not work.is_due(config)
        with write() as tx:
            tx.execute(update(LongWork).values(created_at=now() - 2 * work.RETRY))
        assert work.is_due(config)


def test_none_where_it_is_switched_off(data_folder: Path) -> None:
    app = make_app(data_folder, backups_daily=0)
    grow_old(app)
    with app.app_context():
        assert not work.is_due(app.config["JAMBOREE"])
    close(app)


def test_old_ones_go(app: Flask, config: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for age in (40, 39, 2, 1):
        day = now() - timedelta(days=age)
        monkeypatch.setattr(taking, "now", lambda day=day: day)
        taking.take(config, kind="daily")
    few = Settings(data=config.data, backups_daily=1, backups_weekly=1)
    gone = work.remove_what_is_over(few)
    assert len(gone) == 3
    [left] = kept.backups(config)
    assert checking.verify(left) == []


# --- warnings -----------------------------------------------------------------------------------


def names_of(app: Flask) -> list[str]:
    with app.app_context():
        found: list[Any] = list(concerns.backups_that_can_not_be_trusted())
        assert all(isinstance(warning, warnings.Warning) for warning in found)
        return [warning.name for warning in found]


def test_admins_are_warned(app: Flask, config: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert names_of(app) == []
    grow_old(app)
    assert names_of(app) == ["backup-too-old"]
    backup = taking.take(config, kind="daily")
    assert names_of(app) == ["backup-unproven"]
    kept.mark(backup, proven_at=now())
    assert names_of(app) == []
    kept.mark(backup, problem="app.db.gz is damaged.", proven_at=None)
    assert names_of(app) == ["backup-too-old", "backup-damaged"]
