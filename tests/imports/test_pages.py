"""The pages of imports: the queue, a look and what is taken of it, sharing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from playlist_app.database import session
from playlist_app.imports.models import Import
from playlist_app.imports.states import State
from tests.cast import Browser, Person
from tests.counting import queries_of
from tests.imports import rows


def words(html: str) -> str:
    """What stands on a page, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def queue_of(person: Person, **query: Any) -> str:
    answer = person.page("/imports", query_string=query)
    assert answer.status_code == 200
    return answer.text


# --- the queue ----------------------------------------------------------------------------------


def test_each_state_is_shown_in_words_with_what_can_be_done(app: Flask, alice: Person) -> None:
    with app.app_context():
        made = rows.one_of_each("alice")
    html = queue_of(alice)

    seen = words(html)
    for text in (
        "Coming in",
        "41 % · 1.2 MB of 3.0 MB",
        "Waits its turn",
        "Tries again at",
        "Paused",
        "In the library",
        "music.example says no (403).",
        "Try again later",
        "Cancelled",
        "Gone where it was",
        "of 300 items",
    ):
        assert text in seen
    acts = {name: set(re.findall(rf'/imports/{row.id}/(\w+)"', html)) for name, row in made.items()}
    assert acts == {
        "queued": {"pause", "cancel"},
        "later": {"pause", "cancel"},
        "active": {"pause", "cancel"},
        "paused": {"resume", "cancel"},
        "completed": {"remove"},
        "failed": {"retry", "remove"},
        "cancelled": {"retry", "remove"},
        "ignored": {"retry", "remove"},
    }


@pytest.mark.parametrize("state", [*State])
def test_the_list_can_be_narrowed_to_a_state(app: Flask, alice: Person, state: State) -> None:
    with app.app_context():
        made = rows.one_of_each("alice")
    shown = set(re.findall(r'data-import="([^"]+)"', queue_of(alice, state=state)))

    expected = {made[state].id} | ({made["later"].id} if state == "queued" else set())
    assert shown == expected


def test_the_page_holds_the_region(app: Flask, alice: Person) -> None:
    with app.app_context():
        rows.imports("alice", 1)

    page = alice.page("/downloads").text
    assert 'id="imports"' in page
    assert "Song 0" in page


def test_others_see_nothing_of_it_and_an_admin_all(
    app: Flask, alice: Person, charlie: Person, dora: Person
) -> None:
    with app.app_context():
        [row] = rows.imports("alice", 1)

    assert row.id in queue_of(alice)
    assert row.id not in queue_of(charlie)
    assert row.id not in queue_of(charlie, whose="all")
    assert charlie.page(f"/imports/{row.id}/cancel", "POST").status_code == 404
    assert row.id not in queue_of(dora)
    everybody = queue_of(dora, whose="all")
    assert row.id in everybody
    assert "alice" in words(everybody).lower()


def test_a_batch_says_how_far_it_is_and_unfolds(app: Flask, alice: Person) -> None:
    with app.app_context():
        batch = rows.imports("alice", 60, title="Kitchen classics")
        for row in batch[:12]:
            rows.put(row, State.COMPLETED)
        rows.put(batch[12], State.FAILED, error="It broke off.")
    folded = queue_of(alice)
    unfolded = queue_of(alice, open=batch[0].batch_id)

    assert "Kitchen classics 12 of 60" in words(folded)
    assert "1 failed" in words(folded)
    assert "data-import" not in folded
    shown = re.findall(r'data-import="([^"]+)"', unfolded)
    assert shown == [row.id for row in batch[:50]]
    assert "and 10 more" in unfolded
    whole = queue_of(alice, batch=batch[0].batch_id)
    assert len(re.findall("data-import=", whole)) == 60


def test_pages_of_the_queue_hold_each_batch_once(app: Flask, alice: Person) -> None:
    with app.app_context():
        made = [rows.imports("alice", 1, title=f"S{number}")[0].id for number in range(35)]
    first = queue_of(alice)
    [more] = re.findall(r'href="([^"]+cursor=[^"]+)"', first)
    second = alice.page(more.replace("&amp;", "&")).text

    found = [re.findall(r'data-import="([^"]+)"', html) for html in (first, second)]
    assert found[0] + found[1] == made[::-1]


@pytest.mark.parametrize("cursor", ["x", "2026-01-01.2", "1.2.3"])
def test_a_cursor_that_is_none_is_refused(alice: Person, cursor: str) -> None:
    assert alice.page("/imports", query_string={"cursor": cursor}).status_code == 422


def test_buttons_work_without_scripts(app: Flask, alice: Person) -> None:
    with app.app_context():
        [row] = rows.imports("alice", 1)
    browser = Browser(app, alice)

    def press(verb: str) -> str:
        answer = browser.submits(
            f"/imports/{row.id}/{verb}", seen_at="/imports", back="/downloads?state=queued#imports"
        )
        assert (answer.status_code, answer.location) == (303, "/downloads?state=queued#imports")
        with app.app_context():
            return str(session().scalar(select(Import.state).where(Import.id == row.id)))

    assert [press(verb) for verb in ("pause", "resume", "cancel", "retry")] == [
        "paused",
        "queued",
        "cancelled",
        "queued",
    ]


def test_a_batch_is_cancelled_and_retried_as_a_whole(app: Flask, alice: Person) -> None:
    with app.app_context():
        batch = rows.imports("alice", 5, title="Kitchen")
        rows.put(batch[0], State.COMPLETED)
    browser = Browser(app, alice)
    address = f"/imports/batches/{batch[0].batch_id}"

    assert browser.submits(f"{address}/cancel", seen_at="/imports").status_code == 303
    with app.app_context():
        states = list(session().scalars(select(Import.state).order_by(Import.position)))
    assert states == ["completed", *["cancelled"] * 4]


def test_a_way_back_that_leads_elsewhere_is_not_gone(app: Flask, alice: Person) -> None:
    with app.app_context():
        [row] = rows.imports("alice", 1)
    answer = Browser(app, alice).submits(
        f"/imports/{row.id}/pause", seen_at="/imports", back="//evil.example/"
    )

    assert answer.location == "/downloads"


def test_a_longer_queue_takes_no_more_queries(app: Flask, alice: Person) -> None:
    with app.app_context():
        rows.one_of_each("alice")
        batch = rows.imports("alice", 3, title="Small")[0].batch_id
    queue_of(alice, open=batch)
    few = queries_of(app, lambda: queue_of(alice, open=batch))
    with app.app_context():
        for _ in range(3):
            rows.one_of_each("alice")
        large = rows.imports("alice", 40, title="Large")[0].batch_id

    assert queries_of(app, lambda: queue_of(alice, open=f"{batch},{large}")) == few


# --- looking and taking -------------------------------------------------------------------------


def test_a_link_is_looked_at_in_two_pages(app: Flask, alice: Person, charlie: Person) -> None:
    browser = Browser(app, alice)
    answer = browser.submits("/imports/look", seen_at="/imports/new", url="https://music.example/a")

    assert answer.status_code == 303
    assert "Looking what is there" in browser.opens(answer.location).text
    assert charlie.page(answer.location).status_code == 404


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://10.0.0.1/a.mp3", "nothing", ""])
def test_a_link_that_is_never_fetched_is_refused_in_words(
    app: Flask, alice: Person, url: str
) -> None:
    answer = Browser(app, alice).submits("/imports/look", seen_at="/imports/new", url=url)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_what_was_found_is_shown_to_choose_from(app: Flask, alice: Person) -> None:
    with app.app_context():
        look = rows.look("alice", 30)
    page = alice.page(f"/imports/looks/{look}").text

    assert "A playlist of 30, 1:30:00, 90 MB" in words(page)
    assert page.count('name="entry"') == 30


def test_three_of_thirty_go_into_the_queue_and_into_the_playlist(
    app: Flask, alice: Person, happened: Any
) -> None:
    playlist = alice.makes_playlist()
    with app.app_context():
        look = rows.look("alice", 30)
    answer = Browser(app, alice).submits(
        f"/imports/looks/{look}",
        seen_at=f"/imports/looks/{look}",
        entry=["2", "5", "7"],
        playlist=playlist["id"],
        quality="small",
    )

    assert answer.location == f"/playlists/{playlist['id']}"
    with app.app_context():
        made = session().scalars(select(Import).order_by(Import.position)).all()
        assert [one.title for one in made] == ["Kitchen 2", "Kitchen 5", "Kitchen 7"]
        assert {(one.batch.playlist_id, one.quality) for one in made} == {(playlist["id"], "small")}
    assert [kind for kind, _ in happened()].count("import.changed") == 6  # Alice, and Dora


def test_nothing_chosen_is_refused(app: Flask, alice: Person) -> None:
    with app.app_context():
        look = rows.look("alice", 3)
    for entry in ([], ["9"], ["-1"]):
        answer = Browser(app, alice).submits(
            f"/imports/looks/{look}", seen_at=f"/imports/looks/{look}", entry=entry
        )
        assert answer.status_code == 422


def test_nobody_takes_from_somebody_elses_look_or_into_a_list_they_cannot_see(
    app: Flask, alice: Person, charlie: Person
) -> None:
    playlist = alice.makes_playlist()
    with app.app_context():
        hers, his = rows.look("alice", 3), rows.look("charlie", 3)
    browser = Browser(app, charlie)
    press: dict[str, Any] = {"seen_at": "/imports/new", "entry": ["0"]}

    assert browser.submits(f"/imports/looks/{hers}", **press).status_code == 404
    into = press | {"playlist": playlist["id"]}
    assert browser.submits(f"/imports/looks/{his}", **into).status_code == 404
    with app.app_context():
        assert session().scalars(select(Import)).all() == []


# --- sharing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "shared",
    [
        {"url": "https://music.example/a"},
        {"text": "Listen to this: https://music.example/a."},
        {"title": "Song (https://music.example/a)", "text": "from my phone"},
    ],
)
def test_a_link_that_is_shared_is_found(alice: Person, shared: dict[str, str]) -> None:
    page = alice.page("/share", query_string=shared).text

    assert "<look-now>" in page
    assert 'value="https://music.example/a"' in page


def test_a_text_without_a_link_says_so(alice: Person) -> None:
    page = alice.page("/share", query_string={"text": "<b>hello</b>"}).text

    assert "<look-now>" not in page
    assert "There is no link in what was shared: &lt;b&gt;" in words(page) or "no link" in page
    assert "<b>hello" not in page


def test_who_is_not_logged_in_comes_back_to_what_they_shared(nobody: Person) -> None:
    answer = nobody.page("/share", query_string={"url": "https://music.example/a?b=1"})

    assert answer.status_code == 302
    assert answer.location == "/login?next=/share?url%3Dhttps://music.example/a?b%253D1"
