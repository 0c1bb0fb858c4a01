"""The events alone, replayed from the first one, say what the tables say: whatever was done, undone
and restored."""

from __future__ import annotations

import random
from typing import Any

import pytest
from flask import Flask

from tests.cast import Person, ok
from tests.playlists.replaying import in_tables, replayed
from tests.playlists.test_votes import counts_equal_the_table
from tests.soak import count

JSON = dict[str, Any]


class Party:
    """People who do this and that to one list, by a seed."""

    def __init__(self, seed: int, people: list[Person]) -> None:
        self.dice = random.Random(seed)
        self.people = people
        self.playlist = people[0].makes_playlist(consume=self.dice.random() < 0.5)
        self.path = f"/playlists/{self.playlist['id']}"
        for person in people[1:]:
            people[0].invites(self.playlist, person)
        self.tracks = [people[0].makes_track(f"Track {number}") for number in range(12)]
        self.said: list[str] = []

    def acts(self) -> None:
        """One thing; what is refused changed nothing, and is no mistake here."""
        names = ("add", "add", "remove", "move", "vote", "vote", "play", "next", "settings")
        rare = ("clear", "undo", "undo", "undo_any", "undo_all", "snapshot", "restore", "restore")
        name = self.dice.choice(names * 2 + rare)
        self.said.append(name)
        answer = getattr(self, name)(self.dice.choice(self.people))
        assert answer is None or answer.status_code < 500, answer.get_data(as_text=True)

    def _item(self) -> JSON | None:
        items = ok(self.people[0].get(f"{self.path}/items"))["items"]
        return self.dice.choice(items) if items else None

    def _on(self, method: str, person: Person, rest: str = "", body: Any = None) -> Any:
        item = self._item()
        if item:
            return person.call(method, f"{self.path}/items/{item['id']}{rest}", json=body)
        return None

    def add(self, person: Person) -> Any:
        body = {"track_id": self.dice.choice(self.tracks)["id"]}
        item = self._item()
        if item and self.dice.random() < 0.6:
            body["after"] = item["id"]
        return person.post(f"{self.path}/items", body)

    def remove(self, person: Person) -> Any:
        return self._on("DELETE", person)

    def move(self, person: Person) -> Any:
        return self._on("PATCH", person, body={"index": self.dice.randrange(12)})

    def vote(self, person: Person) -> Any:
        return self._on("POST", person, "/vote", {"direction": self.dice.choice(["up", "down"])})

    def play(self, person: Person) -> Any:
        return self._on("PATCH", person, body={"is_playing": True})

    def next(self, person: Person) -> Any:
        on = ok(person.get(f"{self.path}/room"))["item"]
        return person.post(f"{self.path}/room/next", {"from": on and on["id"]})

    def settings(self, _: Person) -> Any:
        return self.people[0].patch(self.path, {"title": f"Title {self.dice.randrange(3)}"})

    def clear(self, person: Person) -> Any:
        return person.post(f"{self.path}/clear")

    def undo(self, person: Person) -> Any:
        return person.post(f"{self.path}/undo", {})

    def undo_any(self, person: Person) -> Any:
        lines = ok(person.get(f"{self.path}/timeline?limit=8"))["items"]
        changes = [line["change"] for line in lines if line["change"] and not line["undone"]]
        if changes:
            return person.post(f"{self.path}/undo", {"change": self.dice.choice(changes)})
        return None

    def undo_all(self, _: Person) -> Any:
        body = {"person": self.dice.choice(self.people).id}
        return self.people[0].post(f"{self.path}/undo", body)

    def snapshot(self, person: Person) -> Any:
        return person.post(f"{self.path}/snapshots", {"text": "As it is"})

    def restore(self, person: Person) -> Any:
        snapshots = ok(person.get(f"{self.path}/snapshots"))["items"]
        if snapshots:
            chosen = self.dice.choice(snapshots)["id"]
            return person.post(f"{self.path}/snapshots/{chosen}/restore")
        return None


@pytest.mark.parametrize("seed", range(count(2, 40)))
def test_what_was_done_can_be_read_from_the_events_alone(
    app: Flask, alice: Person, bob: Person, seed: int
) -> None:
    party = Party(seed, [alice, bob])
    for _round in range(count(8, 40)):
        for _act in range(5):
            party.acts()
        there = in_tables(app, party.playlist["id"])
        assert replayed(app, party.playlist["id"]) == there, party.said
        assert counts_equal_the_table(app)
