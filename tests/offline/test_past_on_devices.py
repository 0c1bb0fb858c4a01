"""What a copy holds of a playlist's thread and snapshots."""

from __future__ import annotations

from typing import Any

import pytest

from playlist_app.offline import remembered
from tests.cast import Person, ok, problem

JSON = dict[str, Any]


@pytest.fixture
def playlist(alice: Person, bob: Person) -> JSON:
    made = alice.makes_playlist()
    alice.invites(made, bob)
    return made


def test_messages_and_snapshots_come_along_and_older_ones_by_name(
    alice: Person,
    bob: Person,
    charlie: Person,
    playlist: JSON,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(remembered, "WHOLE_SNAPSHOTS", 2)
    path = f"/playlists/{playlist['id']}"
    track = alice.makes_track("A", artist="Mira Lund")
    alice.adds(playlist, track)
    for number in range(3):
        ok(alice.post(f"{path}/snapshots", {"text": str(number)}), 201)
    message = ok(bob.post(f"{path}/messages", {"text": "Bring ice"}), 201)

    answer = bob.get(f"{path}/offline")
    manifest = ok(answer)

    assert manifest["messages"] == [message]
    told = [(one["text"], one["tracks"]) for one in manifest["snapshots"]]
    assert told == [("2", [track["id"]]), ("1", [track["id"]]), ("0", None)]
    assert manifest["songs"] == {track["id"]: {"title": "A", "artist": "Mira Lund"}}
    problem(charlie.get(f"{path}/offline"), 404)

    # What the device has is not sent again; what is new is.
    etag = {"If-None-Match": answer.headers["ETag"]}
    known = {"since": manifest["seq"], "epoch": manifest["epoch"]}
    again = bob.get(f"{path}/offline", query_string=known, headers=etag)
    assert again.status_code == 304
    ok(alice.post(f"{path}/snapshots", {"text": "3"}), 201)
    changed = ok(bob.get(f"{path}/offline", query_string=known, headers=etag))
    assert changed["whole"] is False
    told = [(one["text"], one["tracks"]) for one in changed["snapshots"]]
    assert told == [("3", [track["id"]]), ("2", None), ("1", None), ("0", None)]
    # One that is deleted goes from the device, too.
    newest = changed["snapshots"][0]["id"]
    alice.delete(f"{path}/snapshots/{newest}")
    assert bob.get(f"{path}/offline", query_string=known, headers=etag).status_code == 304
    ok(bob.post(f"{path}/messages", {"text": "And limes"}), 201)
    after = ok(bob.get(f"{path}/offline", query_string=known, headers=etag))
    assert [one["text"] for one in after["messages"]] == ["And limes", "Bring ice"]
    assert after["whole"] is False and after["items"] == []
