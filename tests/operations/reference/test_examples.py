"""The examples of the reference run as they are, against a real server; and the one that follows a
playlist loses nothing when the server is killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playlist_app.config import ROOT
from tests.cast import PASSWORD
from tests.serving import PATIENCE, Client, Server

EXAMPLES = ROOT / "docs" / "examples"


def run(server: Server, *command: str, **more: str) -> list[str]:
    environment = os.environ | {"SERVER": server.url, "NAME": "alice", "PASSWORD": PASSWORD} | more
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE * 2
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_first_steps_with_curl(server: Server, clients: dict[str, Client]) -> None:
    assert run(server, "sh", str(EXAMPLES / "start.sh")) == ["1", "304"]
    assert [p["title"] for p in clients["alice"].ok("GET", "/playlists")["items"]] == [
        "Friday kitchen"
    ]


def test_the_first_steps_in_python(server: Server, clients: dict[str, Client]) -> None:
    for number in range(3):
        clients["bob"].ok(
            "POST", "/tracks", {"title": f"Tide {number}", "artist": "Mira", "genre": "Dub"}
        )
    said = run(server, sys.executable, str(EXAMPLES / "start.py"), "Dub")
    assert said[0].startswith("Dub: 3 tracks, ")


@contextmanager
def following(server: Server, token: str, playlist: str, log: Path) -> Iterator[Path]:
    """The example, following a playlist; what it prints goes to `log`."""
    environment = os.environ | {"SERVER": server.url, "TOKEN": token}
    command = [sys.executable, str(EXAMPLES / "follow.py"), playlist]
    with log.open("wb") as out, subprocess.Popen(command, env=environment, stdout=out) as process:
        try:
            yield log
        finally:
            process.kill()


def last_said(log: Path) -> dict[str, Any]:
    whole = [line for line in log.read_bytes().split(b"\n")[:-1] if line]
    found: dict[str, Any] = json.loads(whole[-1]) if whole else {"seq": -1, "order": []}
    return found


def until(log: Path, seq: int) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE
    while (said := last_said(log))["seq"] < seq:
        assert time.monotonic() < deadline, f"{seq} did not come: {said}"
        time.sleep(0.05)  # between two looks at what it printed
    return said


def test_who_follows_ends_with_the_same_list_through_kill_9(
    own_server: Server, clients: dict[str, Client], tmp_path: Path
) -> None:
    alice = clients["alice"]
    playlist = alice.ok("POST", "/playlists", {"title": "Followed"})
    where = f"/playlists/{playlist['id']}"

    def add(title: str) -> str:
        track = alice.ok("POST", "/tracks", {"title": title, "artist": "Mira"})
        item = alice.ok("POST", f"{where}/items", {"track_id": track["id"]})
        return str(item["id"])

    first = [add(f"Before {number}") for number in range(3)]
    log = tmp_path / "said"
    with following(own_server, str(alice.token), playlist["id"], log):
        until(log, alice.ok("GET", where)["seq"])
        for round_ in range(2):
            alice.ok("DELETE", f"{where}/items/{first.pop()}")
            own_server.kill()
            own_server.start()
            # While it waits for its turn to come back, and when it is there again.
            for number in range(5):
                last = add(f"Round {round_}, {number}")
            alice.ok("PATCH", f"{where}/items/{last}", {"index": 0})
        listed = alice.ok("GET", f"{where}/items")
        said = until(log, listed["seq"])
    assert said["order"] == [item["id"] for item in listed["items"]]
    kinds = [json.loads(line)["kind"] for line in log.read_text().splitlines()]
    assert kinds.count("read") == 1, "it read the list again, though nothing was missed"
    seqs = [json.loads(line)["seq"] for line in log.read_text().splitlines()]
    assert seqs == sorted(set(seqs)), "an event came twice, or out of order"
