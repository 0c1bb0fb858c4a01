"""The ledger: what a server acknowledged, by those who wrote to it, and whether it is there."""

from __future__ import annotations

import hashlib
import http.client
import io
import json
import random
import sqlite3
import struct
import threading
import time
import urllib.error
import urllib.request
import uuid
import wave
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.imports.web import Web
from tests.serving import Client

DIRECTIONS = {"up": 1, "down": -1, "none": None}


@dataclass
class Ledger:
    """What was answered with success; of votes also what was sent and not answered."""

    votes: dict[tuple[str, str], set[int | None]] = field(default_factory=dict)
    tracks: dict[str, str] = field(default_factory=dict)  # id → title
    items: set[str] = field(default_factory=set)
    audio: dict[str, str] = field(default_factory=dict)  # track → hash of its bytes
    imports: dict[str, str] = field(default_factory=dict)  # id → address
    hanging: list[Repeat] = field(default_factory=list)  # asked, and never answered
    acknowledged: Counter[str] = field(default_factory=Counter)  # by what it was

    def missing(self, database: Path) -> list[str]:
        """What was acknowledged and is not there; votes are then what is there."""
        with closing(sqlite3.connect(database)) as connection:
            rows = connection.execute("SELECT item_id, user_id, value FROM vote")
            found = {(item, person): value for item, person, value in rows}
            wrong = [
                f"vote {key}: {found.get(key)} instead of {allowed}"
                for key, allowed in self.votes.items()
                if found.get(key) not in allowed
            ]
            self.votes = {key: {found.get(key)} for key in self.votes}

            def all_of(sql: str) -> set[str]:
                return {row[0] for row in connection.execute(sql)}

            wrong += [f"track {id_}" for id_ in set(self.tracks) - all_of("SELECT id FROM track")]
            wrong += [f"item {id_}" for id_ in self.items - all_of("SELECT id FROM item")]
            wrong += [
                f"import {id_}" for id_ in set(self.imports) - all_of("SELECT id FROM import")
            ]
            hashes = dict(
                connection.execute(
                    "SELECT track.id, audio_file.sha256 FROM track"
                    " JOIN audio_file ON audio_file.id = track.audio_id"
                )
            )
        return wrong + [
            f"audio of {track}: {hashes.get(track)} instead of {sha256}"
            for track, sha256 in self.audio.items()
            if hashes.get(track) != sha256
        ]


@dataclass
class Repeat:
    """A call that was not answered; it may be made again, with the same key."""

    client: Client
    path: str
    body: dict[str, Any]
    key: str


class Load:
    """Everybody who writes, each in a thread, until the server is gone."""

    def __init__(
        self, ledger: Ledger, chance: random.Random, web: Web, audio: Callable[[], bytes]
    ) -> None:
        self._ledger = ledger
        self._chance = chance
        self._web = web
        self._audio = audio
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self.failures: list[str] = []  # answers that nobody expected

    def begin(
        self, cast: dict[str, Client], ids: dict[str, str], playlist: str, items: list[str]
    ) -> None:
        self._stopping.clear()
        for name, person in ids.items():
            self._start(self.vote, cast[name], person, playlist, items)
        self._start(self.add, cast["alice"], playlist)
        self._start(self.upload, cast["alice"])
        self._start(self.import_, cast["alice"], playlist)

    def wait(self) -> None:
        """Until everybody noticed that the server is gone."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(30)
            assert not thread.is_alive()
        self._threads.clear()

    def _start(self, act: Callable[..., None], *arguments: Any) -> None:
        seed = self._chance.random()

        def run() -> None:
            chance = random.Random(seed)
            while not self._stopping.is_set():
                try:
                    act(chance, *arguments)
                except OSError:
                    return  # killed
                self._ledger.acknowledged[act.__name__] += 1

        thread = threading.Thread(target=run, name=act.__name__)
        self._threads.append(thread)
        thread.start()

    def _ok(self, status: int, answer: Any) -> Any:
        if status >= 400:
            self.failures.append(f"{status} {answer}")
            raise ConnectionError
        return answer

    # What they do, again and again.

    def vote(
        self, chance: random.Random, client: Client, person: str, playlist: str, items: list[str]
    ) -> None:
        direction, item = chance.choice(list(DIRECTIONS)), chance.choice(items)
        value = DIRECTIONS[direction]
        key = (item, person)
        before = self._ledger.votes.setdefault(key, {None})
        before.add(value)  # it may count from now on
        path = f"/playlists/{playlist}/items/{item}/vote"
        self._ok(*client.call("POST", path, {"direction": direction}))
        self._ledger.votes[key] = {value}  # and nothing else any more

    def add(self, chance: random.Random, client: Client, playlist: str) -> None:
        title = f"Track {chance.getrandbits(60):x}"
        track = self._once(client, "/tracks", {"title": title})
        self._ledger.tracks[track["id"]] = title
        item = self._once(client, f"/playlists/{playlist}/items", {"track_id": track["id"]})
        self._ledger.items.add(item["id"])
        time.sleep(0.01)

    def _once(self, client: Client, path: str, body: dict[str, Any]) -> Any:
        repeat = Repeat(client, path, body, str(uuid.uuid4()))
        self._ledger.hanging.append(repeat)
        answer = self._ok(*post(repeat))
        self._ledger.hanging.remove(repeat)
        return answer

    def upload(self, _: random.Random, client: Client) -> None:
        data = self._audio()
        boundary, body = encode_multipart({"file": FileStorage(io.BytesIO(data), "song.wav")})
        request = urllib.request.Request(
            f"{client.server.url}/api/v1/tracks",
            data=body,
            headers=client.headers | {"Content-Type": f"multipart/form-data; boundary={boundary}"},
        )
        track = self._ok(*_sent(request))
        self._ledger.audio[track["id"]] = hashlib.sha256(data).hexdigest()

    def import_(self, chance: random.Random, client: Client, playlist: str) -> None:
        path = f"/{chance.getrandbits(60):x}.wav"
        url = self._web.put(path, self._audio(), "audio/wav")
        answer = self._ok(*client.call("POST", "/imports", {"url": url, "playlist_id": playlist}))
        for found in answer["imports"]:
            self._ledger.imports[found["id"]] = url
        self._stopping.wait(0.2)  # else there is nothing but imports


def post(repeat: Repeat) -> tuple[int, Any]:
    headers = repeat.client.headers | {
        "Content-Type": "application/json",
        "Idempotency-Key": repeat.key,
    }
    url = f"{repeat.client.server.url}/api/v1{repeat.path}"
    data = json.dumps(repeat.body).encode()
    return _sent(urllib.request.Request(url, data=data, headers=headers))


def _sent(request: urllib.request.Request) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except (http.client.HTTPException, ValueError) as error:
        raise ConnectionError("half an answer") from error


def sound(chance: random.Random) -> bytes:
    """A third of a second of noise that there is nowhere else."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(22_050)
        frames = 7_350
        out.writeframes(
            struct.pack(f"<{frames}h", *(chance.randrange(-9000, 9000) for _ in range(frames)))
        )
    return file.getvalue()
