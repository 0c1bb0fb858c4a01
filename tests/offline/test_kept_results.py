"""What came of operations is kept for 90 days: long enough for a phone that lay in a drawer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import update

from playlist_app.database import now, session, write
from playlist_app.offline.merge import Operation
from playlist_app.operations.cleaning import clean_up
from tests.cast import Person, ok
from tests.offline.sending import operation, sends


def days_pass(app: Flask, days: int) -> None:
    """As the next start of the server does, so many days later."""
    with app.app_context(), write() as tx:
        tx.execute(update(Operation).values(at=now() - timedelta(days=days)))
    with app.app_context():
        clean_up()


def is_kept(app: Flask, sent: dict[str, Any]) -> bool:
    with app.app_context():
        return session().get(Operation, sent["id"]) is not None


def test_a_result_is_given_again_for_ninety_days(
    app: Flask, alice: Person, bob: Person, happened: Any
) -> None:
    playlist = alice.makes_playlist()
    alice.invites(playlist, bob)
    item = alice.adds(playlist, alice.makes_track("Copper Wire"))
    vote = operation("vote", playlist, item=item["id"], direction="up")
    [first] = sends(bob, vote)
    path = f"/playlists/{playlist['id']}/items/{item['id']}/vote"
    ok(bob.post(path, {"direction": "down"}))  # meanwhile, on another device
    events = len(happened(playlist["id"]))

    days_pass(app, 89)

    assert is_kept(app, vote)
    assert sends(bob, vote) == [first | {"replayed": True}]
    assert len(happened(playlist["id"])) == events
    days_pass(app, 91)
    assert not is_kept(app, vote)


def test_one_call_carries_a_batch_and_each_stands_for_itself(alice: Person) -> None:
    playlist = alice.makes_playlist()
    item = alice.adds(playlist, alice.makes_track("Copper Wire"))
    results = sends(
        alice,
        operation("vote", playlist, item=item["id"], direction="up"),
        operation("vote", playlist, item="nowhere", direction="up"),
        operation("remove", playlist, item=item["id"]),
        operation("remove", playlist, item=item["id"]),
    )
    statuses = [result["status"] for result in results]
    assert statuses == ["applied", "rejected", "applied", "satisfied"]
