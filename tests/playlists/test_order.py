"""The order shown is the one that the rules give (SPEC §2), after each of many random actions: on
the server, and on a page that follows nothing but the events."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from playlist_app.database import now
from tests.cast import Person, ok, problem
from tests.counting import queries_of
from tests.soak import count

JSON = dict[str, Any]


@dataclass
class Rules:
    """The three modes, written down plainly: it knows what was done, and nothing of how."""

    mode: str
    consume: bool
    items: dict[str, JSON] = field(default_factory=dict)
    votes: dict[tuple[str, str], int] = field(default_factory=dict)
    plays: list[tuple[str, str]] = field(default_factory=list)  # of whom, when
    playing: str | None = None
    since: str | None = None

    def score(self, item: str) -> int:
        return sum(value for (of, _), value in self.votes.items() if of == item)

    def waits(self, item: str) -> bool:
        played = self.items[item]["played_at"]
        return item != self.playing and not (self.since and played and played >= self.since)

    def turn(self, item: str) -> int:
        mine = self.items[item]["adder"]
        had = len([1 for adder, _ in self.plays if adder == mine])
        ahead = [
            other
            for other in self.items
            if self.waits(other)
            and self.items[other]["adder"] == mine
            and (-self.score(other), self.items[other]["added_at"])
            < (-self.score(item), self.items[item]["added_at"])
        ]
        return had + len(ahead) + 1

    def order(self) -> list[str]:
        if self.mode == "manual":
            return sorted(self.items, key=lambda one: self.items[one]["rank"])
        if self.mode == "votes":
            return sorted(
                self.items,
                key=lambda one: (
                    one != self.playing,
                    -self.score(one),
                    self.items[one]["added_at"],
                ),
            )

        def key(one: str) -> tuple[Any, ...]:
            item = self.items[one]
            if one == self.playing:
                return (0,)
            if not self.waits(one):
                return (2, item["played_at"])
            last = max((at for adder, at in self.plays if adder == item["adder"]), default="")
            return (1, self.turn(one), last, item["added_at"])

        return sorted(self.items, key=key)

    def next(self) -> str | None:
        order = self.order()
        if self.mode == "manual":
            if self.playing is None:
                return order[0] if order else None
            return next(iter(order[order.index(self.playing) + 1 :]), None)
        return next((one for one in order if self.waits(one)), None)

    def starts(self, item: str, room: JSON) -> None:
        at = room["server_time"]
        if self.since is None:
            self.since = at
        self.playing = item
        self.items[item]["played_at"] = at
        self.plays.append((self.items[item]["adder"], at))

    def ends(self) -> None:
        self.playing = self.since = None


class Party:
    """Three people act on one list as chance has it, and the rules are told what they did."""

    def __init__(self, rules: Rules, people: list[Person], chance: random.Random) -> None:
        self.rules, self.people, self.chance = rules, people, chance
        self.owner = people[0]
        self.ids = {person.name: person.id for person in people}
        self.tracks = [
            self.owner.makes_track(f"{rules.mode} {rules.consume} {n}") for n in range(30)
        ]
        self.playlist = self.owner.makes_playlist(order_mode=rules.mode, consume=rules.consume)
        for other in people[1:]:
            self.owner.invites(self.playlist, other)
        self.path = f"/playlists/{self.playlist['id']}"

    def acts(self) -> None:
        acts = [self.adds] * 4 + [self.votes] * 6 + [self.goes_on] * 3 + [self.plays, self.removes]
        if self.rules.mode == "manual":
            acts += [self.moves] * 4
        self.chance.choice(acts)()

    def someone(self) -> Person:
        return self.chance.choice(self.people)

    def adds(self) -> None:
        who, track = self.someone(), self.chance.choice(self.tracks)
        answer = who.post(f"{self.path}/items", {"track_id": track["id"]})
        if answer.status_code == 409:
            return
        item = ok(answer, 201)
        about = {"adder": self.ids[who.name], "played_at": None, "track": track["id"]}
        self.rules.items[item["id"]] = about | {key: item[key] for key in ("rank", "added_at")}

    def votes(self) -> None:
        if not self.rules.items:
            return
        who, item = self.someone(), self.chance.choice(list(self.rules.items))
        value = self.chance.choice([1, 1, -1, 0])
        direction = {1: "up", -1: "down", 0: "none"}[value]
        ok(who.post(f"{self.path}/items/{item}/vote", {"direction": direction}))
        self.rules.votes[item, who.name] = value

    def goes_on(self) -> None:
        left, expected = self.rules.playing, self.rules.next()
        if left is None and expected is None:
            problem(self.owner.post(f"{self.path}/room/play"), 409)
            return
        if left is None:
            room = ok(self.owner.post(f"{self.path}/room/play"))
        else:
            room = ok(self.owner.post(f"{self.path}/room/next", {"from": left}))
        assert (room["item"] or {}).get("id") == expected
        if expected:
            self.rules.starts(expected, room)
        else:
            self.rules.ends()
        if left and self.rules.consume:
            del self.rules.items[left]

    def plays(self) -> None:
        if not self.rules.items:
            return
        item = self.chance.choice(list(self.rules.items))
        ok(self.owner.patch(f"{self.path}/items/{item}", {"is_playing": True}))
        if item != self.rules.playing:  # what is on begins again, which is no second turn
            self.rules.starts(item, ok(self.owner.get(f"{self.path}/room")))

    def removes(self) -> None:
        if not self.rules.items:
            return
        item = self.chance.choice(list(self.rules.items))
        expected = self.rules.next()
        assert self.owner.delete(f"{self.path}/items/{item}").status_code == 204
        if item == self.rules.playing:
            room = ok(self.owner.get(f"{self.path}/room"))
            assert (room["item"] or {}).get("id") == expected
            if expected:
                self.rules.starts(expected, room)
            else:
                self.rules.ends()
        del self.rules.items[item]

    def moves(self) -> None:
        if not self.rules.items:
            return
        item = self.chance.choice(list(self.rules.items))
        index = self.chance.randrange(len(self.rules.items))
        moved = ok(self.owner.patch(f"{self.path}/items/{item}", {"index": index}))
        self.rules.items[item]["rank"] = moved["rank"]

    def shown(self) -> JSON:
        return ok(self.owner.get(f"{self.path}/items"))


@pytest.mark.parametrize(
    ("mode", "consume"), [("manual", False), ("votes", False), ("fair", False), ("fair", True)]
)
def test_the_order_is_what_the_rules_give(
    alice: Person, bob: Person, charlie: Person, mode: str, consume: bool
) -> None:
    chance = random.Random(f"{mode} {consume}")
    party = Party(Rules(mode, consume), [alice, bob, charlie], chance)
    begins: JSON = {
        "items": [],
        "playlist": ok(alice.get(party.path)),
        "room": _state(alice, party),
    }
    seq = begins["playlist"]["seq"]
    steps, orders = [], []
    for number in range(count(40, 500)):
        party.acts()
        shown = party.shown()
        order = [item["id"] for item in shown["items"]]
        assert order == party.rules.order(), f"after action {number}"
        assert [item["position"] for item in shown["items"]] == list(range(1, len(order) + 1))
        steps.append(ok(alice.get(f"{party.path}/events?since={seq}"))["items"])
        seq = shown["seq"]
        orders.append(order)
    assert _followed(begins | {"seq": begins["playlist"]["seq"], "steps": steps}) == orders
    if mode != "manual":
        assert party.rules.plays  # something was played at all


def _state(person: Person, party: Party) -> JSON:
    room = ok(person.get(f"{party.path}/room"))
    return room | {"id": room["item"] and room["item"]["id"]}


def _followed(story: JSON) -> list[list[str]]:
    words = [sys.executable, "scripts/node.py", "tests/playlists/following.js"]
    done = subprocess.run(
        words, input=json.dumps(story), capture_output=True, text=True, check=True, timeout=60
    )
    orders: list[list[str]] = json.loads(done.stdout)
    return orders


def test_turns_begin_anew_with_an_evening(
    alice: Person, bob: Person, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    playlist = alice.makes_playlist(order_mode="fair")
    alice.invites(playlist, bob)
    path = f"/playlists/{playlist['id']}"
    mine = [alice.adds(playlist, alice.makes_track(f"Alice {n}")) for n in range(3)]
    ok(alice.post(f"{path}/room/play"))
    bobs = bob.adds(playlist, alice.makes_track("Bob 1"))
    assert alice.titles(playlist) == ["Alice 0", "Bob 1", "Alice 1", "Alice 2"]
    assert ok(alice.get(f"{path}/room"))["turns_since"] is None

    later = now() + timedelta(hours=7)
    monkeypatch.setattr("playlist_app.playlists.room.now", lambda: later)
    ok(alice.patch(f"{path}/items/{bobs['id']}", {"is_playing": True}))

    room = ok(alice.get(f"{path}/room"))
    assert room["turns_since"] == room["server_time"]
    assert {who: had["turns"] for who, had in room["turns"].items()} == {bob.id: 1}
    assert mine[1]["id"] in {item["id"] for item in ok(alice.get(f"{path}/items"))["items"]}


def test_asking_to_move_where_people_take_turns_says_why_not(alice: Person, bob: Person) -> None:
    playlist = alice.makes_playlist(order_mode="fair")
    item = alice.adds(playlist, alice.makes_track("One"))
    path = f"/playlists/{playlist['id']}/items/{item['id']}"

    refused = problem(alice.patch(path, {"index": 0}), 409)

    assert "take turns" in refused["detail"]
    problem(bob.patch(path, {"index": 0}), 404)


def test_the_number_of_queries_does_not_grow(alice: Person, app: Any) -> None:
    playlist = alice.makes_playlist(order_mode="fair")
    path = f"/playlists/{playlist['id']}/items"
    alice.adds(playlist, alice.makes_track("first"))
    few = queries_of(app, lambda: alice.get(path))
    for number in range(12):
        alice.adds(playlist, alice.makes_track(f"track {number}"))
    assert queries_of(app, lambda: alice.get(path)) == few
