"""The model test: three devices and the real server, and everything goes wrong.

Each schedule is a seed. Alice has two devices and Bob one; browsers are shared, sessions end, tabs
and the worker are closed in the middle, devices go offline, requests and answers are lost, cut,
held back and doubled, and the server is killed and started again. What runs in the tabs is the
app's own code (`static/js/`), in a realm a tab (`tests/model/*.js`). In the end all come online:

- every operation that a device accepted was applied exactly once, or stands as failed with its
  reason, or was taken back (`outbox_is_whole`);
- within a playlist, what one device sent was applied in the order in which it was made;
- the server has what follows from the operations, event by event (`Oracle`);
- every page shows what the server has, with its own votes, and nothing as pending (`schedule.js`).

A schedule that fails is run alone by `MODEL_SEED=N pytest tests/model`.

That it finds what it is for is tried by breaking the client or the server (`BROKEN`,
`SERVER_FORGETS`): what is found soon (`SOON`) always, the rest in `make soak`.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from playlist_app.config import ROOT
from tests.cast import PASSWORD
from tests.model.oracle import Oracle
from tests.serving import Client, Server
from tests.soak import IS_SOAK, count

JSON = dict[str, Any]

AT_ONCE = 100  # schedules a process of Node: what a realm leaves behind adds up
LANES = 4
TRACKS = 8
FIRST = 4  # items that a list begins with


class Setting:
    """The server with Alice's lists and tracks, and what the test reads of its database."""

    def __init__(self, server: Server, alice: Client, bob: Client) -> None:
        self.server = server
        self.alice = alice
        self.people = {
            person.ok("GET", "/users/me")["id"]: {"username": name, "password": PASSWORD}
            for name, person in (("alice", alice), ("bob", bob))
        }
        self.owner = next(iter(self.people))
        titles = [f"Track {number}" for number in range(TRACKS)]
        self.tracks = [alice.ok("POST", "/tracks", {"title": t, "artist": "X"}) for t in titles]
        # What of the client is broken, to see that it is found.
        self.mutations: JSON = {"world": [], "sources": []}

    def schedule(self, seed: int) -> JSON:
        return {
            "seed": seed,
            "lists": [
                self._list(seed, mode) for mode in ("manual", "fair" if seed % 2 else "votes")
            ],
        }

    def _list(self, seed: int, mode: str) -> JSON:
        """A list with a few items, whose ids follow from the seed."""
        made = self.alice.ok("POST", "/playlists", {"title": "Title", "order_mode": mode})
        path = f"/playlists/{made['id']}"
        self.alice.ok("POST", f"{path}/members", {"username": "bob", "role": "editor"})
        operations = [
            {
                "id": _uuid(f"{seed} {mode} operation {number}"),
                "kind": "add",
                "playlist": made["id"],
                "track": self.tracks[number]["id"],
                "item": _uuid(f"{seed} {mode} item {number}"),
            }
            for number in range(FIRST)
        ]
        answer = self.alice.ok("POST", "/sync", {"device": "setting", "operations": operations})
        assert {result["status"] for result in answer["results"]} == {"applied"}
        seq = answer["results"][-1]["seq"]
        return {"id": made["id"], "mode": mode, "begins": operations, "seq": seq}

    def read(self, sql: str, *values: Any) -> list[Any]:
        connection = sqlite3.connect(self.server.data / "app.db")
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()


def _uuid(words: str) -> str:
    chance = random.Random(words)
    digits = f"{chance.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"


@pytest.fixture
def setting(own_server: Server, clients: dict[str, Client]) -> Setting:
    return Setting(own_server, clients["alice"], clients["bob"])


def seeds() -> list[int]:
    alone = os.environ.get("MODEL_SEED")
    first = int(os.environ.get("MODEL_FIRST", "1"))
    number = int(os.environ.get("MODEL_COUNT", "0")) or count(200, 20_000)
    return [int(alone)] if alone else list(range(first, first + number))


def test_three_devices_and_a_server_agree_whatever_goes_wrong(setting: Setting) -> None:
    all_seeds = seeds()
    for start in range(0, len(all_seeds), AT_ONCE):
        for problem in problems(setting, all_seeds[start : start + AT_ONCE]):
            raise AssertionError(problem)


OUTBOX = "offline/outbox.js"
SEND = "await settle(ready, await post(ready, me), me);"
UNSEEN = """{
      const done = { status: "applied", seq: null, replayed: false };
      await settle(ready, ready.map(({ operation: { id } }) => ({ ...done, id })), me);
      await post(ready, me);
    }"""

# What is broken: a file, what stands there, and what is put in its place.
BROKEN = {
    "a new id at each attempt": (
        OUTBOX,
        "batch.map(({ operation }) => operation)",
        "batch.map(({ operation }) => ({ ...operation, id: crypto.randomUUID() }))",
    ),
    "settled before there is an answer": (OUTBOX, SEND, UNSEEN),
    "sent as whoever is logged in": (OUTBOX, "...(me && { person: me })", ""),
    "the newest first": (
        OUTBOX,
        "const waiting = all.filter(",
        "const waiting = all.reverse().filter(",
    ),
    "a server that is busy is taken at its word": (OUTBOX, "status < 500 && ", "status < 600 && "),
    "no page compares with the outbox": (
        "playlists/rooms.js",
        'if (kind === "drained") this.#compare();',
        "",
    ),
    "no lock": None,
}
SERVER_FORGETS = [
    ('known = tx.get(Operation, operation["id"])', "known = None"),
    ("tx.add(\n            Operation(", "tx.merge(\n            Operation("),
]


SOON = {"a new id at each attempt", "no page compares with the outbox"}


@pytest.mark.parametrize("what", BROKEN if IS_SOAK else sorted(SOON))
def test_it_finds_what_is_broken_in_the_client(setting: Setting, what: str) -> None:
    broken = BROKEN[what]
    if broken is None:
        setting.mutations["world"].append(what)
    else:
        setting.mutations["sources"].append(dict(zip(("file", "from", "to"), broken, strict=True)))
    assert is_found(setting)


@pytest.mark.skipif(not IS_SOAK, reason="tries the test, not the app")
def test_it_finds_a_server_that_does_not_keep_results(
    own_server: Server, clients: dict[str, Client], tmp_path: Path
) -> None:
    """A copy of the app that forgets which operations it has seen."""
    own_server.stop()
    own_server.root = tmp_path / "app"
    ignored = shutil.ignore_patterns(".*", "node_modules", "instance", "tests", "bench", "docs")
    shutil.copytree(ROOT, own_server.root, ignore=ignored)
    merge = own_server.root / "playlist_app" / "offline" / "merge.py"
    source = merge.read_text()
    for there, instead in SERVER_FORGETS:
        assert there in source
        source = source.replace(there, instead)
    merge.write_text(source)
    own_server.start()
    setting = Setting(own_server, clients["alice"], clients["bob"])
    assert is_found(setting)


def is_found(setting: Setting) -> bool:
    """Whether one of some schedules fails."""
    some = (problems(setting, list(range(start, start + 20))) for start in range(1, 200, 20))
    return any(next(found, None) for found in some)


def problems(setting: Setting, these: list[int]) -> Iterator[str]:
    """Run these schedules; what was wrong with them, each with the seed and what happened."""
    with ThreadPoolExecutor(LANES) as side_by_side:
        schedules = dict(zip(these, side_by_side.map(setting.schedule, these), strict=True))
    for done in run(setting, list(schedules.values())):
        found = wrong_with(setting, schedules[done["done"]], done)
        if found:
            lines = "\n".join(done["log"])
            yield f"MODEL_SEED={done['done']}\n{lines}\n--- {found}"


def run(setting: Setting, schedules: list[JSON]) -> Iterator[JSON]:
    """Have Node run schedules, and the server killed when one of them says so."""
    options = ["--experimental-vm-modules", "--no-warnings"]
    words = [sys.executable, "scripts/node.py", *options, "tests/model/run.js"]
    with subprocess.Popen(
        words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as node:
        assert node.stdin
        assert node.stdout

        def tell(line: str) -> None:
            assert node.stdin
            node.stdin.write(line + "\n")
            node.stdin.flush()

        begin = {
            "server": setting.server.url,
            "people": setting.people,
            "tracks": setting.tracks,
            "schedules": schedules,
            "mutations": setting.mutations,
            "lanes": min(LANES, len(schedules)),
        }
        tell(json.dumps(begin))
        for line in node.stdout:
            message = json.loads(line)
            if "kill" in message:
                setting.server.kill()
                setting.server.start()
                tell("up")
            elif "done" in message:
                yield message
            elif "stray" in message:
                raise AssertionError(f"nobody caught: {message['stray']}")
            elif "end" in message:
                return
        raise AssertionError("the schedules did not come to their end")


# --- what must hold -------------------------------------------------------------------------------


def wrong_with(setting: Setting, schedule: JSON, done: JSON) -> str | None:
    if done["failed"]:
        return str(done["failed"])
    try:
        for outbox in done["outboxes"]:
            outbox_is_whole(setting, outbox, set(done["sent"]))
        for playlist in schedule["lists"]:
            server_has_what_follows(setting, playlist, done["outboxes"])
    except AssertionError as error:
        return str(error) or repr(error)
    return None


def outbox_is_whole(setting: Setting, outbox: JSON, sent: set[str]) -> None:
    """What one person's outbox on a device took is decided, once, and nothing else was sent."""
    accepted = {one["operation"]["id"]: one for one in outbox["accepted"]}
    discarded = set(outbox["discarded"])
    merged = [one["operation"]["id"] for one in outbox["merged"]]
    assert len(merged) == len(set(merged)), "the same result was noted twice"
    for queued in outbox["queue"]:
        assert queued["state"] == "failed", f"still waits: {queued}"
        assert queued["problem"]["detail"], "failed without a reason"
        assert queued["operation"]["id"] in merged
    silently = accepted.keys() - set(merged) - discarded
    assert not silently, f"dropped silently: {[accepted[id_] for id_ in silently]}"
    kept = rows_of(setting, list(accepted))
    for id_, row in kept.items():
        assert row["user"] == outbox["person"], f"applied as somebody else: {accepted[id_]}"
        assert id_ in merged or id_ in discarded, "applied, and the device never heard"
        assert id_ in sent
    for one in outbox["merged"]:
        said, known = one["result"], kept.get(one["operation"]["id"])
        assert known, f"the server knows nothing of what came to this: {one}"
        truth = known["result"]
        assert said | {"replayed": False} == truth, f"another result was noted: {said} for {truth}"
    # What was taken back while it was under way may arrive whenever.
    in_order(accepted, {id_: row for id_, row in kept.items() if id_ not in discarded})


def in_order(accepted: JSON, kept: dict[str, JSON]) -> None:
    """Of each playlist, in the order in which they were made."""
    applied = sorted((accepted[id_]["n"], kept[id_]["row"], id_) for id_ in kept)
    by_list: dict[str, list[Any]] = {}
    for n, row, id_ in applied:
        by_list.setdefault(accepted[id_]["operation"]["playlist"], []).append((n, row))
    for places in by_list.values():
        for (n, row), (next_n, next_row) in pairwise(places):
            assert row < next_row, f"{next_n} was applied before {n}"


def rows_of(setting: Setting, ids: list[str]) -> dict[str, JSON]:
    marks = ",".join("?" * len(ids))
    rows = setting.read(
        f"SELECT id, rowid, user_id, device, result FROM operation WHERE id IN ({marks})",
        *ids,
    )
    return {
        id_: {"row": row, "user": user, "device": device, "result": json.loads(result)}
        for id_, row, user, device, result in rows
    }


def server_has_what_follows(setting: Setting, playlist: JSON, outboxes: list[JSON]) -> None:
    """State and events follow from the operations, each applied once."""
    operations = {one["id"]: one for one in playlist["begins"]}
    for outbox in outboxes:
        for one in outbox["accepted"]:
            if one["operation"]["playlist"] == playlist["id"]:
                operations[one["operation"]["id"]] = one["operation"]
    kept = rows_of(setting, list(operations))
    oracle = Oracle(playlist["mode"], "Title", playlist["begins"])
    for operation in playlist["begins"]:
        del kept[operation["id"]]
    for id_, row in sorted(kept.items(), key=lambda pair: int(pair[1]["row"])):
        operation = operations[id_]
        seq = row["result"]["seq"] or 0
        status = oracle.apply(operation, row["user"], device=row["device"], seq=seq)
        assert row["result"]["status"] == status, f"{operation} was {row['result']}, not {status}"
    events = setting.read(
        "SELECT type FROM event WHERE playlist_id = ? AND seq > ? ORDER BY seq",
        playlist["id"],
        playlist["seq"],
    )
    of_operations = ("track.", "playlist.updated")
    types = [type_ for (type_,) in events if type_.startswith(of_operations)]
    assert oracle.recorded(types), f"recorded {types}, and it should be {oracle.events}"
    items = setting.read(
        "SELECT id, track_id, up, down FROM item WHERE playlist_id = ? ORDER BY rank",
        playlist["id"],
    )
    assert items == oracle.state()
    counted = setting.read(
        "SELECT item_id, SUM(value = 1), SUM(value = -1) FROM vote JOIN item ON item.id = item_id"
        " WHERE playlist_id = ? GROUP BY item_id",
        playlist["id"],
    )
    assert set(counted) == {(i, up, down) for i, _, up, down in items if up or down}
