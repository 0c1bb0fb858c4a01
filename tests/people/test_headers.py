"""What every answer says to the browser: run no code but ours, guess no types, keep nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from playlist_app.config import ROOT
from tests.cast import Browser, Person
from tests.sounds import Sounds

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


@pytest.fixture
def browser(app: Flask, alice: Person) -> Browser:
    """Alice's, logged in."""
    return Browser(app, alice)


def test_every_kind_of_answer_carries_the_headers(
    browser: Browser, alice: Person, sounds: Sounds
) -> None:
    track = alice.uploads(sounds("mp3"))
    token = browser.client.get("/api/v1/users/me").get_json()["csrf_token"]
    answers = {
        path: browser.opens(path)
        for path in (
            "/",
            "/library",
            f"/library/{track['id']}",
            "/library/nothing",
            "/nothing",
            "/logout",
            "/you",
            "/login",
            "/healthz",
            "/offline-shell",
            "/manifest.webmanifest",
            "/service-worker.js",
            "/api/v1/tracks",
            "/api/v1/tracks?limit=0",
            "/api/v1/nothing",
            track["audio"]["url"],
            track["cover_url"],
        )
    }
    answers["a form refused"] = browser.client.post("/you", data={"name": ""})
    answers["a call refused"] = browser.client.post("/api/v1/playlists", json={})
    answers["no content"] = browser.client.delete(
        f"/api/v1/tracks/{track['id']}", headers={"X-CSRF-Token": token}
    )
    statuses = {answer.status_code for answer in answers.values()}
    assert {200, 204, 302, 400, 404, 405, 422} <= statuses
    for name, answer in answers.items():
        headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert "default-src" in policy, name
        assert "unsafe" not in policy, name
        assert headers["X-Content-Type-Options"] == "nosniff", name
        assert headers["Referrer-Policy"] == "same-origin", name
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin", name
        assert headers["Cache-Control"], name
        assert "public" not in headers["Cache-Control"], name
        answer.close()


def test_pages_run_only_code_of_this_site_and_are_shown_in_no_frame(browser: Browser) -> None:
    policy = dict(
        part.strip().split(" ", 1)
        for part in browser.opens("/").headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'self'"
    assert policy.get("script-src", "'self'") == "'self'"
    assert policy.get("style-src", "'self'") == "'self'"
    assert policy["object-src"] == "'none'"
    assert policy["base-uri"] == "'self'"
    assert policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"


def test_bytes_that_people_sent_are_never_a_page(alice: Person, sounds: Sounds) -> None:
    track = alice.uploads(sounds("mp3"))
    for path in (track["audio"]["url"], track["cover_url"]):
        assert "sandbox" in alice.get(path).headers["Content-Security-Policy"]


def test_static_files_may_be_kept_for_ever_by_everybody(browser: Browser) -> None:
    page = browser.opens("/").get_data(as_text=True)
    found = re.search(r'href="(/static/[^"]+\.css)"', page)
    assert found
    answer = browser.opens(found[1])
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    answer.close()


# What the policy would refuse to run, and what a reader of a template should not have to look for.
FORBIDDEN = {
    "htmx's inline code": r"\bhx-on\b",
    "code in a value": r"""=\s*["']?\s*(js|javascript):""",
    "an inline style": r"<[^>]*\sstyle\s*=",
    "a style element": r"<style\b",
    "an inline handler": r"<[^>{]*\son[a-z]+\s*=",
    "unescaped output": r"\|\s*safe\b|autoescape\s+false",
}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_holds_no_code(template: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", template.read_text(), flags=re.S)
    for what, pattern in FORBIDDEN.items():
        assert not re.search(pattern, text, re.I | re.S), what
    for attributes, inside in re.findall(r"<script\b([^>]*)>(.*?)</script>", text, re.I | re.S):
        # Data is not code: the browser does not run it.
        assert "application/json" in attributes or not inside.strip(), "a script with code"


def test_the_templates_were_looked_at() -> None:
    assert len(TEMPLATES) > 20
