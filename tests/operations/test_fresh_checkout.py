"""Code and data are separate: another checkout, in another environment, goes on where this one was.

The environment is a new one (`venv`) with nothing in it but a line that lends it the packages that
are installed here: what is tried is our code and the data, not the download of packages.
"""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from playlist_app.config import ROOT
from tests.cast import PASSWORD
from tests.operations.test_startup import query
from tests.serving import Client, Server
from tests.sounds import Sounds


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files that are in the repository, as they are now, and what set-up fetches."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = [os.fsdecode(name) for name in listed.stdout.split(b"\0") if name]
    copy = tmp_path / "another checkout"
    for name in names:
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    shutil.copytree(ROOT / "static" / "vendor", copy / "static" / "vendor")
    return copy


@pytest.fixture
def environment(tmp_path: Path) -> str:
    """The Python of a fresh environment."""
    folder = tmp_path / "fresh"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    [packages] = folder.glob("lib/python*/site-packages")
    # What such a line adds is searched, but its own .pth files are not read: the app of this
    # checkout, which is installed here by one, is not found there.
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return str(folder / "bin" / "python")


class Browser:
    """Keeps a cookie over the restart, as a browser does."""

    def __init__(self) -> None:
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def opens(self, url: str, form: dict[str, str] | None = None) -> str:
        data = urllib.parse.urlencode(form).encode() if form else None
        request = urllib.request.Request(url, data, {"Accept": "text/html"})
        with self.opener.open(request, timeout=30) as page:
            return str(page.read().decode())

    def logs_in(self, server: Server, name: str) -> None:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.opens(f"{server.url}/login"))
        assert token
        form = {"csrf_token": token[1], "username": name, "password": PASSWORD}
        self.opens(f"{server.url}/login", form)


def fetched(client: Client, path: str) -> bytes:
    request = urllib.request.Request(client.server.url + path, headers=client.headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return bytes(answer.read())


def upload(client: Client, file: Path, title: str) -> dict[str, Any]:
    edge = "edge"
    head = (
        f'--{edge}\r\nContent-Disposition: form-data; name="title"\r\n\r\n{title}\r\n'
        f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n\r\n'
    )
    body = head.encode() + file.read_bytes() + f"\r\n--{edge}--\r\n".encode()
    kind = {"Content-Type": f"multipart/form-data; boundary={edge}"}
    url = f"{client.server.url}/api/v1/tracks"
    request = urllib.request.Request(url, body, client.headers | kind)
    with urllib.request.urlopen(request, timeout=60) as answer:
        made: dict[str, Any] = json.loads(answer.read())
    return made


def test_a_fresh_checkout_in_a_fresh_environment_goes_on_with_everything(
    data_folder: Path,
    furnished: tuple[Path, dict[str, str]],
    checkout: Path,
    environment: str,
    sounds: Sounds,
) -> None:
    before = Server(data_folder, WORKERS="1").start()
    alice, bob = (Client(before, furnished[1][name]) for name in ("alice", "bob"))
    track = upload(alice, sounds("flac"), "Paper Lanterns")
    playlist = alice.ok("POST", "/playlists", {"title": "Friday", "visibility": "members"})
    path = f"/playlists/{playlist['id']}"
    item = alice.ok("POST", f"{path}/items", {"track_id": track["id"]})
    bob.ok("POST", f"{path}/items/{item['id']}/vote", {"direction": "up"})
    browser = Browser()
    browser.logs_in(before, "bob")
    items = alice.ok("GET", f"{path}/items")
    sound, cover = fetched(alice, track["audio"]["url"]), fetched(alice, track["cover_url"])
    before.stop()
    rows = query(data_folder / "app.db", "SELECT * FROM event")

    code = subprocess.run(
        [environment, "-c", "import playlist_app; print(playlist_app.__file__)"],
        cwd=checkout,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert code.stdout.startswith(str(checkout))
    after = Server(data_folder, root=checkout, python=environment, WORKERS="1")
    after.port = before.port  # a cookie is for an address
    after.start()
    try:
        alice, bob = (Client(after, furnished[1][name]) for name in ("alice", "bob"))
        assert alice.ok("GET", f"{path}/items") == items
        assert bob.ok("GET", f"{path}/items")["items"][0]["my_vote"] == "up"
        assert fetched(alice, track["audio"]["url"]) == sound == sounds("flac").read_bytes()
        assert fetched(alice, track["cover_url"]) == cover
        assert "Friday" in browser.opens(f"{after.url}/playlists/{playlist['id']}")
        assert query(data_folder / "app.db", "SELECT * FROM event") == rows
        assert list((data_folder / "backups").glob("*-before-migration")) == []
        # And it goes on: the next change gets the next number.
        made = alice.ok("POST", "/playlists", {"title": "Saturday"})
        assert made["seq"] == len(rows) + 1
    finally:
        after.stop()
