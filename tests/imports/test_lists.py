"""Addresses behind which there is more than one thing: feeds and pages, looked at and taken."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from playlist_app.imports import working
from tests.cast import Person, ok, problem
from tests.imports import web as ways
from tests.imports.conftest import rows
from tests.imports.test_files import imports, seen
from tests.imports.web import Web, feed
from tests.sounds import Sounds


@pytest.fixture
def looks(app: Flask, work: Any) -> Any:
    """Ask what is behind an address, and have a worker look."""

    def looks(person: Person, url: str) -> dict[str, Any]:
        asked = ok(person.post("/imports/look", {"url": url}), 202)
        assert asked["status"] == "queued"
        with app.app_context():
            assert working.look_at_next()
        return ok(person.get(f"/imports/look/{asked['id']}"))

    return looks


def episodes(web: Web, sounds: Sounds, count: int) -> list[str]:
    """So many files that differ, each with its own pitch; short, so that thirty take no time."""
    paths = []
    for number in range(1, count + 1):
        path = f"/ep/{number}.mp3"
        sound = sounds("mp3", seconds=1.0, pitch=200.0 + 10 * number, tagged=False)
        web.put(path, sound.read_bytes())
        paths.append(path)
    return paths


def page_of(web: Web, paths: list[str]) -> str:
    players = "".join(f'<audio controls src="{web.url(path)}"></audio>' for path in paths)
    html = f"<html><head><title>My tapes</title></head><body>{players}</body></html>"
    return web.put("/tapes", html.encode(), "text/html; charset=utf-8")


def test_a_file_is_looked_at(alice: Person, charlie: Person, web: Web, looks: Any) -> None:
    data = b"\xff\xfb\x90\x00" + bytes(5000)
    found = looks(alice, web.put("/a/night%20train.mp3", data))
    assert (found["status"], found["kind"], found["count"]) == ("completed", "single", 1)
    entry = found["entries"][0]
    assert (entry["title"], entry["size_bytes"]) == ("night train", len(data))
    problem(charlie.get(f"/imports/look/{found['id']}"), 404)


def test_a_feed_is_looked_at_and_some_of_it_taken(
    alice: Person, charlie: Person, web: Web, sounds: Sounds, looks: Any, work: Any, happened: Any
) -> None:
    paths = episodes(web, sounds, 4)
    url = web.put("/feed.xml", feed(web, paths), "application/rss+xml")
    found = looks(alice, url)
    assert (found["kind"], found["title"], found["count"]) == ("feed", "Harbour Talks", 4)
    assert happened()[-1] == ("import.looked", {"id": found["id"], "status": "completed"})
    assert [entry["title"] for entry in found["entries"]][:2] == ["Episode 1", "Episode 2"]
    wanted = [found["entries"][index]["id"] for index in (3, 1)]
    body = {"look": found["id"], "entries": wanted}
    problem(charlie.post("/imports", body), 404)
    problem(alice.post("/imports", body | {"entries": ["no-such"]}), 422)
    made = ok(alice.post("/imports", body), 201)["imports"]
    assert [row["title"] for row in made] == ["Episode 4", "Episode 2"]
    work()
    assert [seen(alice, row["id"])["status"] for row in made] == ["completed", "completed"]
    assert web.asked_for("/ep/1.mp3") == []


def test_a_feed_of_thirty_goes_into_a_playlist_in_its_order(
    app: Flask, alice: Person, web: Web, sounds: Sounds, work: Any, left: Any
) -> None:
    paths = episodes(web, sounds, 30)
    # The first come last: their servers are slow to give them.
    for path in paths[:3]:
        web.ways[path] = ways.says(503, 1)
    url = web.put("/feed.xml", feed(web, paths), "application/xml")
    playlist = alice.makes_playlist()
    id_ = imports(alice, url, playlist_id=playlist["id"])
    while any(row.state == "queued" for row in rows(app)):
        work()
        let_time_pass(app)
    assert seen(alice, id_)["title"] == "Episode 1"  # the one that was asked for is the first
    assert {row.state for row in rows(app)} == {"completed"}
    assert len(rows(app)) == 30
    assert alice.titles(playlist) == [f"Episode {number}" for number in range(1, 31)]
    assert left() == []
    assert [len(web.asked_for(path)) for path in paths] == [2] * 3 + [1] * 27


def let_time_pass(app: Flask) -> None:
    from datetime import timedelta

    from sqlalchemy import update

    from playlist_app.database import now, write
    from playlist_app.imports.models import Host, Import

    with app.app_context(), write() as tx:
        moment = now() - timedelta(seconds=1)
        tx.execute(update(Import).values(not_before=moment))
        tx.execute(update(Host).values(closed_until=moment))


def test_a_page_with_players_is_a_list(
    app: Flask, alice: Person, web: Web, sounds: Sounds, looks: Any, work: Any
) -> None:
    url = page_of(web, episodes(web, sounds, 3))
    found = looks(alice, url)
    assert (found["kind"], found["count"]) == ("playlist", 3), found
    playlist = alice.makes_playlist()
    body = {"look": found["id"], "playlist_id": playlist["id"]}
    made = ok(alice.post("/imports", body), 201)["imports"]
    work()
    assert [seen(alice, row["id"])["status"] for row in made] == ["completed"] * 3
    assert len(alice.titles(playlist)) == 3


def test_a_page_is_taken_whole_without_a_look(
    app: Flask, alice: Person, web: Web, sounds: Sounds, work: Any
) -> None:
    imports(alice, page_of(web, episodes(web, sounds, 3)))
    work()
    assert [row.state for row in rows(app)] == ["completed"] * 3


def test_a_page_with_one_player_is_one_import(
    app: Flask, alice: Person, web: Web, sounds: Sounds, work: Any
) -> None:
    id_ = imports(alice, page_of(web, episodes(web, sounds, 1)))
    work()
    row = seen(alice, id_)
    assert row["status"] == "completed", row
    assert len(rows(app)) == 1


def test_a_whole_batch_is_paused_and_cancelled(
    app: Flask, alice: Person, charlie: Person, web: Web, sounds: Sounds, work: Any
) -> None:
    url = web.put("/feed.xml", feed(web, episodes(web, sounds, 5)), "application/rss+xml")
    id_ = imports(alice, url)
    work(at_most=3)  # the list itself, and two of it
    batch = seen(alice, id_)["batch"]["id"]
    for verb in ("pause", "cancel"):
        problem(charlie.post(f"/imports/batches/{batch}/{verb}"), 404)
    assert ok(alice.post(f"/imports/batches/{batch}/pause"))["changed"] == 3
    assert work() == 0
    assert ok(alice.post(f"/imports/batches/{batch}/cancel"))["changed"] == 3
    counts = ok(alice.get("/imports"))["counts"]
    assert (counts["completed"], counts["cancelled"]) == (2, 3)


def test_an_episode_that_waits_already_comes_once(
    app: Flask, alice: Person, web: Web, sounds: Sounds, work: Any
) -> None:
    paths = episodes(web, sounds, 3)
    url = web.put("/feed.xml", feed(web, paths), "application/rss+xml")
    for _ in range(2):
        imports(alice, url)
    work()
    done = [row for row in rows(app) if row.state == "completed"]
    assert len({row.track_id for row in done}) == 3
    assert [len(web.asked_for(path)) for path in paths] == [1, 1, 1]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(
            b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
            b"<rss><channel><title>&b;</title></channel></rss>",
            "entities",
            id="entities that grow",
        ),
        pytest.param(
            '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE rss ['
            '<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&a;</title>'
            "</item></channel></rss>".encode("utf-16"),
            "",
            id="an entity of another file, in UTF-16",
        ),
        pytest.param(
            b'<?xml version="1.0"?><rss><channel><title>Nothing</title></channel></rss>',
            "no audio",
            id="no episodes",
        ),
        pytest.param(b'<?xml version="1.0"?><rss><chan', "no audio", id="half a feed"),
        pytest.param(
            b'<?xml version="1.0"?><rss><channel>' + b"<item/>" * 1_600_000,
            "larger than 10 MB",
            id="too large",
        ),
    ],
)
def test_a_feed_that_is_none_is_refused(
    alice: Person, web: Web, work: Any, left: Any, looks: Any, data: bytes, says: str
) -> None:
    url = web.put("/feed.xml", data, "application/rss+xml")
    id_ = imports(alice, url)
    work()
    row = seen(alice, id_)
    assert (row["status"], row["error_class"]) == ("failed", "refused"), row
    assert says in row["error"]
    assert left() == []
    found = looks(alice, url)
    assert (found["status"], found["error"]) == ("failed", row["error"])


def test_a_feed_without_end_is_read_to_its_limit(alice: Person, web: Web, work: Any) -> None:
    beginning = b'<?xml version="1.0"?><rss><channel>' + b"<item/>" * 10_000
    id_ = imports(alice, web.put("/feed.xml", beginning, way=ways.without_end))
    work()
    assert "larger than 10 MB" in seen(alice, id_)["error"]
    assert web.asked[0].sent < 20_000_000


def test_looks_are_limited(alice: Person, bob: Person) -> None:
    for number in range(5):
        ok(alice.post("/imports/look", {"url": f"https://music.example/{number}"}), 202)
    problem(alice.post("/imports/look", {"url": "https://music.example/6"}), 429)
    ok(bob.post("/imports/look", {"url": "https://music.example/6"}), 202)
