"""The house of the matrix: a server with all there is to ask for, most of it the owner's, and a
person of each kind; put back as it was after each call that changed something."""

from __future__ import annotations

import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from playlist_app.database import db, new_id, now, write
from playlist_app.imports.states import State
from playlist_app.operations import long_work
from playlist_app.people.models import Role, User
from playlist_app.people.passkeys import Passkey
from playlist_app.people.sessions import open_session
from tests.cast import API, PASSWORD, Person, ok
from tests.doors.persons import LOGGED_IN, NOBODY, OPENS, Row
from tests.imports import rows as import_rows
from tests.library.shelf import set_status
from tests.sounds import Sounds

ROLES = {"guest": {Role.GUEST}, "reviewer": {Role.MEMBER, Role.REVIEWER}, "admin": {Role.ADMIN}}
UPGRADE = {"Connection": "Upgrade", "Upgrade": "websocket"}
TUS = {"Tus-Resumable": "1.0.0"}


class House:
    """What there is (`at`: by the names that addresses and bodies call it), and who asks."""

    def __init__(self, app: Flask, folder: Path, sounds: Sounds) -> None:
        self.app = app
        self._client = app.test_client(use_cookies=False)
        with app.app_context():
            # Nothing of it is to last: the disk is not waited for.
            event.listen(
                db.engine, "connect", lambda each, _: each.execute("PRAGMA synchronous=OFF")
            )
            db.engine.dispose()
        self.people = {name: self._person(name) for name in LOGGED_IN}
        self.people[NOBODY] = Person(app, NOBODY, None)
        self.person_ids = {name: self.people[name].id for name in LOGGED_IN}
        self.at = self._furnish(sounds)
        self._database = folder / "app.db"
        self._media = folder / "media"
        self._kept_media = folder / "media-as-it-was"
        shutil.copytree(self._media, self._kept_media)
        files = [path for path in self._kept_media.rglob("*") if path.is_file()]
        self._kept_files = [path.relative_to(self._kept_media) for path in files]
        self._watch = sqlite3.connect(self._database)
        self._watch.execute("PRAGMA synchronous = OFF")
        self._pristine = sqlite3.connect(":memory:")
        self._watch.backup(self._pristine)
        self._version = self._now()

    def close(self) -> None:
        self._watch.close()
        self._pristine.close()

    def _person(self, name: str) -> Person:
        """Their account is made as an admin or an invite would make it. A guest's is made here,
        and nowhere else in the matrix."""
        with self.app.app_context():
            user = User.create(name, PASSWORD, roles=ROLES.get(name, {Role.MEMBER}), by=None)
            return Person(self.app, name, open_session(user))

    def _furnish(self, sounds: Sounds) -> dict[str, str]:
        app, owner, admin = self.app, self.people["owner"], self.people["admin"]
        with app.app_context():
            spare = User.create("spare", PASSWORD, roles={Role.MEMBER}, by=None)
            spare_person = Person(app, "spare", open_session(spare))
        playlist, other = owner.makes_playlist("The list"), owner.makes_playlist("Another list")
        for name in ("viewer", "voter", "editor"):
            owner.invites(playlist, self.people[name], name)
        owner.invites(playlist, spare_person, "viewer")
        owner.invites(other, self.people["guest"], "viewer")
        track = owner.uploads(sounds("mp3"), title="Paper Lanterns")
        free, pending = owner.makes_track("Free", genre="Folk"), owner.makes_track("Pending")
        item = owner.adds(playlist, track)
        happened = ok(owner.get(f"/playlists/{playlist['id']}/timeline"))["items"]
        step = next(line["change"] for line in happened if line["change"])
        snapshot = ok(owner.post(f"/playlists/{playlist['id']}/snapshots", {}), 201)
        said = {"text": "Bring ice", "take_snapshot": True}
        message = ok(owner.post(f"/playlists/{playlist['id']}/messages", said), 201)
        with app.app_context():
            blocked = User.create("blocked", PASSWORD, roles={Role.MEMBER}, by=None).id
        ok(owner.post(f"/playlists/{playlist['id']}/blocks", {"user": blocked}), 201)
        door = ok(owner.post(f"/playlists/{playlist['id']}/invites", {}), 201)
        change = ok(owner.patch("/tracks", {"ids": [free["id"]], "fields": {"year": 1999}}))
        audio = ok(owner.get(f"{API}/audio/by-hash/{track['audio']['sha256']}"))
        rules = [{"field": "title", "operator": "contains", "value": "a"}]
        smart = ok(owner.post("/smart-playlists", {"title": "Smart", "rules": rules}), 201)
        tus = TUS | {"Upload-Length": "1000", "Upload-Metadata": "filename c29uZy5tcDM="}
        upload = ok(owner.post("/uploads", headers=tus), 201)
        device = str(uuid.uuid4())
        ok(owner.call("PUT", f"/devices/{device}", json={"name": "Phone", "kind": "phone"}), 201)
        copy = {"quality": "original", "state": "whole", "tracks": 1, "tracks_safe": 1}
        copy |= {"size_bytes": 1, "bytes_safe": 1, "seq": 1}
        held = owner.call("PUT", f"/devices/{device}/copies/{playlist['id']}", json=copy)
        assert held.status_code < 300, held.get_data(as_text=True)
        invite = ok(admin.post("/invites", {"role": "member", "uses": 1, "days": 3}), 201)
        feed = {"url": "https://radio.example/feed.xml", "title": "Radio kitchen"}
        source = ok(admin.post("/sources", feed), 201)
        token = ok(owner.post("/users/me/tokens", {"name": "Wall", "scopes": ["read"]}), 201)
        second = {"username": "owner", "password": PASSWORD}
        ok(self.people[NOBODY].post("/users/login", second))
        log_ins = ok(owner.get("/users/me/sessions"))["items"]
        genre = ok(owner.get("/genres"))["items"][0]
        set_status(app, pending, "pending")
        owner_id, admin_id = owner.id, admin.id
        with app.app_context():
            [queued] = import_rows.imports("owner", 1, title="Queued")
            [paused] = import_rows.imports("owner", 1, title="Paused")
            [failed] = import_rows.imports("owner", 1, title="Failed")
            import_rows.put(paused, State.PAUSED)
            import_rows.put(failed, State.FAILED, error_class="gone", error="It is gone.")
            look = import_rows.look("owner", 2)
            with write() as tx:
                asking = tx.get_one(User, admin_id)
                work = long_work.ask("backup", by=asking)
                key = Passkey(
                    user_id=owner_id,
                    credential_id=b"one",
                    public_key=b"two",
                    sign_count=0,
                    name="Phone",
                    id=new_id(),
                    created_at=now(),
                )
                tx.add(key)
                tx.flush()
                found = {"id_": work.id, "passkey_id": key.id}
        return found | {
            "playlist_id": playlist["id"],
            "item_id": item["id"],
            "step": step,
            "snapshot_id": snapshot["id"],
            "message_id": message["id"],
            "blocked": blocked,
            "list_invite": door["id"],
            "join_code": door["code"],
            "user_id": spare.id,
            "track_id": track["id"],
            "free": free["id"],
            "pending": pending["id"],
            "cover_id": track["cover_url"].split("/")[2],
            "size": "small",
            "audio_id": audio["id"],
            "sha256": audio["sha256"],
            "index": "0",
            "change_id": change["change"],
            "genre_id": genre["id"],
            "smart_id": smart["id"],
            "upload_id": upload["id"],
            "device_id": device,
            "invite_id": invite["id"],
            "source_id": source["id"],
            "token_id": token["id"],
            "session_id": next(one["id"] for one in log_ins if not one["is_current"]),
            "import_id": queued.id,
            "batch_id": queued.batch_id,
            "paused": paused.id,
            "failed": failed.id,
            "look_id": look,
            "name": "analysis",
            "code": "nonsense",
            "code_id": new_id(),
            "no_id": new_id(),
            "kind": "log-in",
            "verb": "cancel",
            "version": "any",
            "path": "no-such-file.txt",
        }

    # Asking.

    def ask(self, name: str, row: Row) -> TestResponse | None:
        """What this person gets at this door; None for a socket that opens."""
        method, rule = row.door.split(" ", 1)
        # Pages are asked as a program does: what is refused is told in a line, not on a page.
        headers = self.people[name].headers | {"Accept": "application/json"} | (row.headers or {})
        body = self.filled(row.body)
        told: dict[str, Any] = {"headers": headers}
        if rule.startswith("/ws/"):
            headers |= UPGRADE
        if isinstance(body, bytes):
            told["data"] = body
        elif body is not None:
            told["json" if rule.startswith("/api/") else "data"] = body
        path = self.address(rule, row.at) + self.filled(row.query)
        try:
            answer = self._client.open(path, method=method, buffered=True, **told)
        except RuntimeError as error:
            # The handshake wants a socket, which nobody has who asks without a network.
            if "Cannot obtain socket" not in str(error):
                raise
            return None
        answer.request.environ["wsgi.input"].close()  # a large body lies in a temporary file
        return answer

    def address(self, rule: str, at: dict[str, str] | None = None) -> str:
        """A rule of the URL map with the things in it; `at` calls some by other names."""
        places = self.at | {name: self.at[word] for name, word in (at or {}).items()}
        parts = rule.replace("<", "\0<").replace(">", ">\0").split("\0")
        return "".join(
            places[part[1:-1].rpartition(":")[2]] if part.startswith("<") else part
            for part in parts
        )

    def filled(self, body: Any) -> Any:
        """The words in braces replaced by what there is."""
        if isinstance(body, dict):
            return {name: self.filled(value) for name, value in body.items()}
        if isinstance(body, list):
            return [self.filled(value) for value in body]
        if isinstance(body, str):
            for name, value in self.at.items():
                body = body.replace(f"{{{name}}}", value)
        return body

    # What a call changed.

    def _now(self) -> int:
        version: int = self._watch.execute("PRAGMA data_version").fetchone()[0]
        return version

    def changed(self) -> set[str]:
        """The tables whose rows are not what they were."""
        if self._now() == self._version:
            return set()
        tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%fts%'"
        return {
            name
            for (name,) in self._pristine.execute(tables)
            if self._rows_of(self._pristine, name) != self._rows_of(self._watch, name)
        }

    @staticmethod
    def _rows_of(database: sqlite3.Connection, table: str) -> list[Any]:
        return database.execute(f'SELECT * FROM "{table}"').fetchall()

    @contextmanager
    def put_back(self) -> Iterator[None]:
        """Whatever is changed within is undone."""
        yield
        if self._now() == self._version:
            return
        self._pristine.backup(self._watch)
        self._version = self._now()
        for path in self._kept_files:
            if not (self._media / path).exists():
                shutil.copy2(self._kept_media / path, self._media / path)


def doors_of(app: Flask) -> set[str]:
    """Every door: "GET /playlists/<playlist_id>"."""
    return {
        f"{method} {rule.rule}" for rule in app.url_map.iter_rules() for method in methods_of(rule)
    }


def methods_of(rule: Rule) -> set[str]:
    return (rule.methods or set()) - {"HEAD", "OPTIONS"}


def status_of(answer: TestResponse | None) -> int:
    return answer.status_code if answer else OPENS
