"""The manifest of an offline copy, and the files of the installed app."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import pytest

from tests.cast import Person, ok, problem
from tests.sounds import Sounds


def test_the_manifest_names_every_chunk_of_every_file_once(
    alice: Person, bob: Person, charlie: Person, nobody: Person, sounds: Sounds
) -> None:
    path = sounds("wav", seconds=8.0)  # 1.4 MB: two chunks
    playlist = alice.makes_playlist()
    alice.invites(playlist, bob, "viewer")
    alice.adds(playlist, alice.uploads(path))
    alice.adds(playlist, alice.uploads(sounds("mp3"), title="Other"))
    alice.adds(playlist, alice.makes_track("Without audio"))

    manifest = ok(bob.get(f"/playlists/{playlist['id']}/offline"))

    data = path.read_bytes()
    chunks = [data[i : i + 2**20] for i in range(0, len(data), 2**20)]
    first = manifest["audio"][0]
    assert first["chunks"] == [hashlib.sha256(chunk).hexdigest() for chunk in chunks]
    assert first["chunk_size"] == 2**20
    assert first["size_bytes"] == len(data)
    assert first["status"] == "ready"
    assert len(manifest["audio"]) == 2
    assert manifest["size_bytes"] == sum(file["size_bytes"] for file in manifest["audio"])
    assert bob.get(first["url"], headers={"Range": "bytes=0-1048575"}).data == chunks[0]
    assert len(manifest["items"]) == 3
    assert manifest["playlist"]["my_role"] == "viewer"
    assert manifest["seq"] == ok(bob.get(f"/playlists/{playlist['id']}/items"))["seq"]
    assert all(bob.get(cover).status_code == 200 for cover in manifest["covers"])
    problem(charlie.get(f"/playlists/{playlist['id']}/offline"), 404)
    problem(nobody.get(f"/playlists/{playlist['id']}/offline"), 401)


def test_the_manifest_has_ones_own_votes(alice: Person, bob: Person) -> None:
    playlist = alice.makes_playlist()
    alice.invites(playlist, bob)
    item = alice.adds(playlist, alice.makes_track("Copper Wire"))
    ok(bob.post(f"/playlists/{playlist['id']}/items/{item['id']}/vote", {"direction": "down"}))

    def mine(person: Person) -> Any:
        return ok(person.get(f"/playlists/{playlist['id']}/offline"))["items"][0]["my_vote"]

    assert (mine(bob), mine(alice)) == ("down", None)


def test_the_shell_holds_nobodys_data(alice: Person, nobody: Person) -> None:
    alice.makes_playlist("Secret party")

    shells = [person.page("/offline-shell").get_data(as_text=True) for person in (alice, nobody)]

    assert shells[0] == shells[1]
    for secret in ("Secret party", "Alice", "csrf", alice.id):
        assert secret not in shells[0]


def test_the_row_is_written_once_and_stands_in_the_shell_as_well(alice: Person) -> None:
    """The same template fills the page and the <template> that scripts fill."""
    playlist = alice.makes_playlist()
    alice.adds(playlist, alice.makes_track("Copper Wire"))
    page = alice.page(f"/playlists/{playlist['id']}").get_data(as_text=True)
    shell = alice.page("/offline-shell").get_data(as_text=True)

    rows = [shape_of_row(html) for html in page.split('<li class="row"')[1:]]
    [template] = [shape_of_row(html) for html in shell.split('<li class="row"')[1:]]

    assert len(rows) == 2  # the one row, and the page's own template
    assert rows[0] == rows[1] == template


def shape_of_row(html: str) -> list[str]:
    """The elements, classes and fields of the row that begins here."""
    row = html[: html.index("</li>")]
    return re.findall(r'<\w+|class="[^"]*"|data-field="\w+"|aria-label="[^"]*"', row)


def test_the_worker_imports_this_versions_files(nobody: Person) -> None:
    worker = nobody.page("/service-worker.js")

    assert worker.mimetype == "text/javascript"
    assert "no-cache" in worker.headers["Cache-Control"]
    [module] = re.findall(r'import "\./(static/\w+/js/worker/main\.js)"', worker.text)
    code = nobody.page(f"/{module}")
    assert code.status_code == 200
    assert "immutable" in code.headers["Cache-Control"]


def test_everything_the_worker_keeps_can_be_fetched_by_nobody(nobody: Person) -> None:
    """One file that fails, and the worker would not install."""
    worker = nobody.page("/service-worker.js").text
    [version] = re.findall(r"static/(\w+)/", worker)
    listing = nobody.page(f"/static/{version}/js/assets.js").text
    paths = re.findall(r'^  "(.+)",$', listing, re.MULTILINE)

    assert f'VERSION = "{version}"' in listing
    assert {"css/app.css", "js/app.js", "vendor/htmx.min.js", "vendor/idb.js"} <= set(paths)
    for path in paths:
        answer = nobody.page(f"/static/{version}/{path}")
        assert answer.status_code == 200, path
        assert "immutable" in answer.headers["Cache-Control"]


def test_an_older_versions_address_is_answered_but_not_kept(nobody: Person) -> None:
    answer = nobody.page("/static/000000000000/js/app.js")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["../app.py", "..%2fapp.py", "js/../../app.py"])
def test_nothing_but_static_files_is_served(nobody: Person, path: str) -> None:
    assert nobody.page(f"/static/x/{path}").status_code == 404


def test_the_manifest_of_the_app(nobody: Person) -> None:
    answer = nobody.page("/manifest.webmanifest")
    manifest = json.loads(answer.text)

    assert answer.mimetype == "application/manifest+json"
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == (
        "./",
        "./",
        "standalone",
    )
    assert manifest["share_target"] == {
        "action": "./share",  # relative, as all of it: also under a path prefix
        "method": "GET",
        "params": {"title": "title", "text": "text", "url": "url"},
    }
    sizes = {(icon["sizes"], icon.get("purpose", "any")) for icon in manifest["icons"]}
    assert {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")} <= sizes
    for icon in manifest["icons"]:
        assert nobody.page(icon["src"].removeprefix(".")).data.startswith(b"\x89PNG")
