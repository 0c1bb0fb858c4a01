"""The page of the audit, and the table that is taken away; for admins alone."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from playlist_app.database import write
from playlist_app.operations.admin import audit as page_of
from playlist_app.people import audit
from playlist_app.people.audit import Note
from tests.cast import Browser, Person, ok, problem
from tests.counting import queries_of
from tests.people.test_audit import noted

PATH = "/admin/audit"


@pytest.fixture
def browser(app: Flask, dora: Person) -> Browser:
    return Browser(app, dora)


@pytest.fixture
def done(app: Flask, dora: Person, bob: Person) -> None:
    """Dora blocked Bob; on the day before, somebody took a backup."""
    ok(dora.patch(f"/users/{bob.id}", {"is_active": False}))
    with app.app_context(), write() as tx:
        audit.note("backup.taken", subject="20261120", kind="manual", bytes=4_200_000)
        old = update(Note).where(Note.action == "backup.taken")
        tx.execute(old.values(at=datetime(2026, 1, 31, 23, 59, tzinfo=UTC)))


def subjects(page: str) -> list[str]:
    return [name for name in ("bob</strong>", "20261120</strong>") if name in page]


def test_it_reads_as_sentences(dora: Person, done: None) -> None:
    page = " ".join(dora.page(PATH).text.split())
    assert "<strong>Dora</strong> blocked <strong>bob</strong>" in page
    assert "took the backup <strong>20261120</strong>" in page
    assert "kind manual · 4.2 MB" in page


def test_it_is_narrowed_down_by_person_action_and_day(dora: Person, done: None) -> None:
    def shown(query: str) -> int:
        page = dora.page(f"{PATH}?{query}")
        assert page.status_code == 200
        listed = page.text.partition('aria-label="Audit"')[2].partition("</ul>")[0]
        return listed.count('class="note"')

    assert shown("") == 6  # with the four accounts of the cast
    assert shown("actor=dor") == 1
    assert shown("action=user.blocked") == 1
    assert shown("until=2026-01-31") == 1
    assert shown("since=2026-02-01") == 5
    assert shown("since=2026-01-31&until=2026-01-31&action=backup.taken") == 1
    assert shown("until=2026-01-30") == 0
    assert shown("actor=%25") == 0
    assert shown("since=yesterday") == 6  # what is no day is left out


def test_it_goes_on(dora: Person, done: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_of, "SHOWN", 4)
    first = dora.page(PATH).text
    assert ">Earlier<" in first
    last = dora.page(f"{PATH}?before=3").text
    assert ">Earlier<" not in last


def test_more_notes_take_no_more_queries(app: Flask, dora: Person, done: None) -> None:
    dora.page(PATH)
    before = queries_of(app, lambda: dora.page(PATH))
    with app.app_context():
        for number in range(9):
            audit.note("backup.taken", subject=str(number))
    assert queries_of(app, lambda: dora.page(PATH)) == before


def test_it_is_taken_away_as_a_table_which_is_noted(
    app: Flask, browser: Browser, done: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_of, "PIECE", 2)
    answer = browser.submits(f"{PATH}/export", seen_at=PATH)
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="jamboree-audit-')
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["action"] for row in rows[:3]] == ["audit.exported", "backup.taken", "user.blocked"]
    assert len(rows) == 7
    assert (rows[2]["who"], rows[2]["subject"]) == ("Dora", "bob")
    only = browser.submits(f"{PATH}/export", seen_at=PATH, action="user.blocked")
    assert len(list(csv.DictReader(io.StringIO(only.text)))) == 1
    first, second = noted(app, "audit.exported")
    assert (first.detail, second.detail) == ({"only": []}, {"only": ["action: user.blocked"]})


def test_no_name_becomes_a_formula(app: Flask, browser: Browser) -> None:
    with app.app_context():
        audit.note("user.blocked", subject='=HYPERLINK("http://x.example")')
    answer = browser.submits(f"{PATH}/export", seen_at=PATH)
    [row] = [r for r in csv.DictReader(io.StringIO(answer.text)) if r["action"] == "user.blocked"]
    assert row["subject"].startswith("'=")


def test_over_the_api(dora: Person, done: None) -> None:
    answer = ok(dora.get("/audit?limit=1"))
    assert answer["items"][0]["action"] == "backup.taken"
    more = ok(dora.get(f"/audit?limit=1&cursor={answer['next_cursor']}"))
    [note] = more["items"]
    assert (note["action"], note["actor"]["name"], note["subject"]) == (
        "user.blocked",
        "Dora",
        "bob",
    )
    [only] = ok(dora.get("/audit?action=user.blocked"))["items"]
    assert only == note
    since = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert ok(dora.get("/audit", query_string={"since": since}))["items"] == []
    problem(dora.get("/audit?cursor=x"), 422)


def test_others_get_nothing(app: Flask, alice: Person, nobody: Person, done: None) -> None:
    assert alice.page(PATH).status_code == 404
    assert alice.page(f"{PATH}/export", method="POST").status_code == 404
    problem(alice.get("/audit"), 404)
    problem(nobody.get("/audit"), 401)
    assert noted(app, "audit.exported") == []
