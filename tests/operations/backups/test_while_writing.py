"""A backup while twenty people vote is of one moment, and comes back as that moment was."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

from flask import Flask

from playlist_app.config import Settings
from playlist_app.operations.backups import checking, restoring, taking
from playlist_app.people.models import Role, User
from playlist_app.people.sessions import open_session
from tests.conftest import close, make_app
from tests.operations.backups.conftest import query, rows
from tests.serving import Client, Server
from tests.soak import count

VOTERS = 20
BACKUPS = count(3, 20)

Counts = dict[str, tuple[int, int]]  # item → up, down
Votes = dict[tuple[str, str], int]  # item, person → 1 or -1


def voters(folder: Path) -> list[tuple[str, str]]:
    """Id and token of so many members of the list."""
    app = make_app(folder)
    found = []
    with app.app_context():
        for number in range(VOTERS):
            user = User.create(f"voter{number}", "not used here", roles={Role.MEMBER}, by=None)
            found.append((user.id, open_session(user)))
    close(app)
    return found


def votes_at(events: list[tuple[Any, ...]], seq: int) -> tuple[Counts, Votes]:
    """How many voted for each item, and who how, as the events up to this number tell."""
    counts: Counts = {}
    votes: Votes = {}
    for row in events:
        number, type_, payload, actor = row[0], row[3], row[4], row[5]
        if number > seq or type_ != "track.voted":
            continue
        told = json.loads(payload)
        item = told["id"]
        up, down = counts.get(item, (0, 0))
        before = votes.get((item, actor), 0)
        is_up = (before == 1) + told["up"] - up
        is_down = (before == -1) + told["down"] - down
        votes[item, actor] = is_up - is_down
        counts[item] = told["up"], told["down"]
    return counts, {key: value for key, value in votes.items() if value}


def test_backups_while_twenty_people_vote(
    own_server: Server, clients: dict[str, Client], elsewhere: Flask
) -> None:
    alice = clients["alice"]
    playlist = alice.ok("GET", "/playlists")["items"][0]
    path = f"/playlists/{playlist['id']}/items"
    items = [item["id"] for item in alice.ok("GET", path)["items"]]
    people = voters(own_server.data)
    for number in range(VOTERS):
        body = {"username": f"voter{number}", "role": "voter"}
        alice.ok("POST", f"/playlists/{playlist['id']}/members", body)
    done = threading.Event()

    def vote(number: int) -> int:
        client, chance = Client(own_server, people[number][1]), Random(number)
        votes = 0
        while not done.is_set():
            body = {"direction": chance.choice(["up", "down", "none"])}
            client.ok("POST", f"{path}/{chance.choice(items)}/vote", body)
            votes += 1
        return votes

    config = Settings(data=str(own_server.data))
    with ThreadPoolExecutor(VOTERS) as pool:
        voting = [pool.submit(vote, number) for number in range(VOTERS)]
        try:
            made = [taking.take(config) for _ in range(BACKUPS)]
        finally:
            done.set()
        assert all(one.result() for one in voting), "everybody voted, all the time"

    live = rows(config.database)
    events = sorted(live["event"])
    assert made[-1].seq < events[-1][0], "they went on after it"
    for backup in made:
        there = elsewhere.config["JAMBOREE"]
        restoring.restore(there, backup)
        back = rows(there.database)
        counts, votes = votes_at(events, backup.seq)
        found = query(there.database, "SELECT id, up, down FROM item")
        assert {item: (up, down) for item, up, down in found} == counts
        found = query(there.database, "SELECT item_id, user_id, value FROM vote")
        assert {(item, person): value for item, person, value in found} == votes
        assert back["event"] == [row for row in live["event"] if row[0] <= backup.seq]
        # What nobody writes meanwhile is the same, row by row.
        still = set(live) - {"event", "vote", "item", "playlist", "fact", "audit", "task"}
        still -= {"log_in_session", "user", "library_version", "kept_answer"}
        assert {name: back[name] for name in still} == {name: live[name] for name in still}
        assert checking.verify_live(there) == []
