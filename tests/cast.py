"""The cast: people as the tests see them, each with a client of their own."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from playlist_app.people.sessions import IN_COOKIE
from tests import conforming

NAMES = ("alice", "bob", "charlie", "dora")
PASSWORD = "a good long password"
API = "/api/v1"


class Person:
    """A person and their client; calls carry their token, as an API client's do."""

    def __init__(self, app: Flask, name: str, token: str | None) -> None:
        self.name = name
        self.token = token
        self._app = app
        self._client = app.test_client(use_cookies=False)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def call(self, method: str, path: str, **kwargs: Any) -> TestResponse:
        headers = self.headers | kwargs.pop("headers", {})
        is_whole = path.startswith(("/audio", "/covers", "//", API))
        url = path if is_whole else API + path
        answer = self._client.open(url, method=method, headers=headers, buffered=True, **kwargs)
        # A large body lies in a temporary file, which werkzeug leaves open.
        answer.request.environ["wsgi.input"].close()
        conforming.check(self._app, answer)
        return answer

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        return self.call("GET", path, **kwargs)

    def post(self, path: str, json: Any = None, **kwargs: Any) -> TestResponse:
        if json is not None:
            kwargs["json"] = json
        return self.call("POST", path, **kwargs)

    def patch(self, path: str, json: Any, **kwargs: Any) -> TestResponse:
        return self.call("PATCH", path, json=json, **kwargs)

    def delete(self, path: str, **kwargs: Any) -> TestResponse:
        return self.call("DELETE", path, **kwargs)

    def page(self, path: str, method: str = "GET", **kwargs: Any) -> TestResponse:
        """A page, as a browser asks for it (but with the token instead of a cookie)."""
        headers = self.headers | {"Accept": "text/html"} | kwargs.pop("headers", {})
        return self._client.open(path, method=method, headers=headers, buffered=True, **kwargs)

    @property
    def id(self) -> str:
        return str(ok(self.get("/users/me"))["id"])

    # What most tests begin with.

    def makes_playlist(self, title: str = "Friday kitchen", **fields: Any) -> dict[str, Any]:
        return ok(self.post("/playlists", {"title": title, **fields}), 201)

    def invites(self, playlist: dict[str, Any], other: Person, role: str = "editor") -> None:
        body = {"username": other.name, "role": role}
        ok(self.post(f"/playlists/{playlist['id']}/members", body), 201)

    def makes_track(self, title: str, artist: str = "Mira Lund", **fields: Any) -> dict[str, Any]:
        """A track of the library without audio: enough for what is about lists."""
        return ok(self.post("/tracks", {"title": title, "artist": artist, **fields}), 201)

    def adds(
        self, playlist: dict[str, Any], track: dict[str, Any], **fields: Any
    ) -> dict[str, Any]:
        body = {"track_id": track["id"], **fields}
        return ok(self.post(f"/playlists/{playlist['id']}/items", body), 201)

    def uploads(self, path: Path, **fields: Any) -> dict[str, Any]:
        return ok(self.sends(path, **fields), 201)

    def sends(self, path: Path, name: str | None = None, **fields: Any) -> TestResponse:
        file = FileStorage(io.BytesIO(path.read_bytes()), name or path.name)
        boundary, body = encode_multipart({**fields, "file": file})
        kind = f"multipart/form-data; boundary={boundary}"
        return self.post("/tracks", data=body, content_type=kind)

    def titles(self, playlist: dict[str, Any]) -> list[str]:
        items = ok(self.get(f"/playlists/{playlist['id']}/items"))["items"]
        return [item["track"]["title"] for item in items]


class Browser:
    """A browser: it keeps cookies, and sends forms as the pages hold them.

    It is nobody's until somebody `logs_in`, or it is a person's who did so before.
    """

    def __init__(self, app: Flask, person: Person | None = None) -> None:
        self.client = app.test_client()
        if person:
            with self.client.session_transaction() as kept:
                kept[IN_COOKIE] = person.token

    def opens(self, path: str, **kwargs: Any) -> TestResponse:
        headers = {"Accept": "text/html"} | kwargs.pop("headers", {})
        return self.client.get(path, headers=headers, **kwargs)

    def submits(self, path: str, *, seen_at: str | None = None, **fields: Any) -> TestResponse:
        """Fill in a form that stands on the page `seen_at` (or `path`), and send it to `path`."""
        page = self.opens(seen_at or path).get_data(as_text=True)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token, "there is no form on this page"
        data = {"csrf_token": token[1], **fields}
        return self.client.post(path, data=data, headers={"Accept": "text/html"}, buffered=True)

    def logs_in(self, name: str, password: str = PASSWORD, **fields: Any) -> TestResponse:
        return self.submits("/login", username=name, password=password, **fields)


def ok(response: TestResponse, status: int = 200) -> dict[str, Any]:
    """The JSON of an answer that must have this status."""
    assert response.status_code == status, response.get_data(as_text=True)
    answer: dict[str, Any] = response.get_json() if response.data else {}
    return answer


def problem(response: TestResponse, status: int) -> dict[str, Any]:
    """The problem+json of a refusal that must have this status (RFC 9457)."""
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.mimetype == "application/problem+json"
    body = response.get_json(force=True)
    assert {"type", "title", "status", "detail"} <= set(body)
    assert body["status"] == status
    return dict(body)
