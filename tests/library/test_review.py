"""Reviews: what members add waits, is published or rejected with a reason, and can come again."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from playlist_app.database import session
from playlist_app.live.events import Event
from playlist_app.people.models import Role
from tests.cast import Browser, Person, ok, problem
from tests.conftest import close, make_app
from tests.library.shelf import somebody
from tests.sounds import Sounds


@pytest.fixture
def app(data_folder: Path) -> Iterator[Flask]:
    """A server that asks for reviews."""
    app = make_app(data_folder, review_uploads="on")
    yield app
    close(app)


@pytest.fixture
def rita(app: Flask) -> Person:
    """A reviewer."""
    return somebody(app, "rita", Role.REVIEWER)


@pytest.fixture
def track(alice: Person) -> dict[str, Any]:
    return alice.makes_track("Paper Lanterns")


def told(app: Flask, person: Person) -> list[tuple[str, dict[str, Any]]]:
    """What was recorded for this person alone."""
    with app.app_context():
        rows = session().query(Event).filter(Event.person_id == person.id).order_by(Event.seq)
        return [(row.type, json.loads(row.payload)) for row in rows]


def decides(person: Person, track: dict[str, Any], decision: str, reason: str = "") -> Any:
    body = {"decision": decision, "reason": reason}
    return person.post(f"/tracks/{track['id']}/review", body)


def test_what_a_member_adds_waits_and_is_seen_by_them_and_reviewers_alone(
    alice: Person, bob: Person, rita: Person, sounds: Sounds
) -> None:
    track = alice.uploads(sounds("mp3"))
    assert track["status"] == "pending"
    for person in (alice, rita):
        assert ok(person.get(f"/tracks/{track['id']}")) == track
        assert person.get(track["audio"]["url"]).status_code == 200
        assert [t["id"] for t in ok(person.get("/tracks?status=pending"))["items"]] == [track["id"]]
    problem(bob.get(f"/tracks/{track['id']}"), 404)
    problem(bob.get(track["audio"]["url"]), 404)
    assert ok(bob.get("/tracks"))["items"] == []


def test_what_a_reviewer_or_an_admin_adds_is_published(rita: Person, dora: Person) -> None:
    for person in (rita, dora):
        assert person.makes_track("Song")["status"] == "published"


def test_a_published_track_is_everybodys_and_who_added_it_hears_of_it(
    app: Flask, alice: Person, bob: Person, rita: Person, track: dict[str, Any]
) -> None:
    published = ok(decides(rita, track, "publish"))
    assert published == track | {"status": "published"}
    assert ok(bob.get(f"/tracks/{track['id']}")) == published
    assert told(app, alice) == [("track.reviewed", {"track": published})]
    assert told(app, bob) == []


def test_a_rejected_track_says_why_to_who_added_it_and_can_come_again(
    app: Flask, alice: Person, bob: Person, rita: Person, track: dict[str, Any]
) -> None:
    rejected = ok(decides(rita, track, "reject", "It is cut off at the end."))
    assert rejected["status"] == "rejected"
    assert rejected["review_reason"] == "It is cut off at the end."
    assert ok(alice.get(f"/tracks/{track['id']}")) == rejected
    assert told(app, alice)[-1] == ("track.reviewed", {"track": rejected})
    problem(bob.get(f"/tracks/{track['id']}"), 404)
    ok(alice.patch(f"/tracks/{track['id']}", {"title": "Whole"}))
    assert ok(decides(alice, track, "submit"))["status"] == "pending"
    published = ok(decides(rita, track, "publish"))
    assert (published["title"], published["review_reason"]) == ("Whole", None)


def test_the_same_decision_again_changes_nothing(
    app: Flask, alice: Person, rita: Person, track: dict[str, Any]
) -> None:
    for _ in range(2):
        ok(decides(rita, track, "reject", "No."))
    for _ in range(2):
        ok(decides(alice, track, "submit"))
    for _ in range(2):
        ok(decides(rita, track, "publish"))
    assert [payload["track"]["status"] for _, payload in told(app, alice)] == [
        "rejected",
        "published",
    ]


def test_who_may_decide(
    app: Flask, alice: Person, bob: Person, nobody: Person, rita: Person, track: dict[str, Any]
) -> None:
    problem(decides(alice, track, "publish"), 403)
    problem(decides(nobody, track, "publish"), 401)
    missing = {"id": str(uuid.uuid4())}
    assert problem(decides(bob, track, "publish"), 404) == problem(
        decides(bob, missing, "publish"), 404
    )
    problem(decides(rita, track, "submit"), 403)
    assert ok(alice.get(f"/tracks/{track['id']}")) == track
    assert told(app, alice) == []


def test_a_decision_that_cannot_be_changes_nothing(
    app: Flask, alice: Person, rita: Person, track: dict[str, Any]
) -> None:
    for body, field in (
        ({"decision": "reject"}, "reason"),
        ({"decision": "reject", "reason": " \u200e"}, "reason"),
        ({"decision": "reject", "reason": "x" * 1001}, "reason"),
        ({"decision": "burn"}, "decision"),
        ({}, "decision"),
    ):
        refused = problem(rita.post(f"/tracks/{track['id']}/review", body), 422)
        assert field in refused["errors"], body
    assert ok(alice.get(f"/tracks/{track['id']}")) == track
    ok(decides(rita, track, "publish"))
    problem(decides(rita, track, "reject", "Too late."), 409)
    assert [type_ for type_, _ in told(app, alice)] == ["track.reviewed"]


def test_what_waits_is_in_no_list(
    alice: Person, rita: Person, track: dict[str, Any], happened: Any
) -> None:
    playlist = alice.makes_playlist()
    before = happened(playlist["id"])
    body = {"track_id": track["id"]}
    waiting = problem(alice.post(f"/playlists/{playlist['id']}/items", body), 409)
    assert "waits for a reviewer" in waiting["detail"]
    ok(decides(rita, track, "reject", "No."))
    rejected = problem(alice.post(f"/playlists/{playlist['id']}/items", body), 409)
    assert "rejected" in rejected["detail"]
    assert alice.titles(playlist) == []
    assert happened(playlist["id"]) == before
    ok(decides(rita, track, "publish"))
    alice.adds(playlist, track)


# --- pages --------------------------------------------------------------------------------------


def test_a_reviewer_decides_on_a_page_and_who_added_it_submits_again(
    app: Flask, alice: Person, bob: Person, rita: Person, track: dict[str, Any]
) -> None:
    hers, reviewer = Browser(app, alice), Browser(app, rita)
    assert bob.page("/library/review").status_code == 403
    assert "Review" in reviewer.opens("/library").get_data(as_text=True)
    assert "Paper Lanterns" in reviewer.opens("/library/review").get_data(as_text=True)
    path = f"/library/{track['id']}"
    waits = hers.opens(path).get_data(as_text=True)
    assert "This track waits for a reviewer." in waits
    assert 'value="publish"' not in waits
    decide = {"seen_at": "/library/review", "decision": "reject", "reason": "Too <quiet>."}
    assert reviewer.submits(f"{path}/review", **decide).status_code == 303
    rejected = hers.opens(path).get_data(as_text=True)
    assert "Too &lt;quiet&gt;." in rejected
    assert hers.submits(f"{path}/review", seen_at=path, decision="submit").status_code == 303
    assert ok(alice.get(f"/tracks/{track['id']}"))["status"] == "pending"
    assert bob.page(path).status_code == 404
    reviewer.submits(f"{path}/review", seen_at="/library/review", decision="publish")
    assert bob.page(path).status_code == 200
    assert "Nothing waits for a review." in reviewer.opens("/library/review").get_data(as_text=True)
