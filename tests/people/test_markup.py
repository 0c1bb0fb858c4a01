"""What people write is text wherever others read it: every text field that the API takes is filled
with markup, and every page is then read. A field that is new fails until it is filled or argued."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

from flask import Flask
from marshmallow import Schema, fields, validate
from werkzeug.routing import Rule

from tests.cast import API, Browser, Person, ok
from tests.people.test_doors import is_public

# One that breaks out of text, of an attribute with either quote, of a script and of a comment.
MARKUP = "--></script>'\"><i data-injected onmouseover=alert(1)>"
UNESCAPED = re.compile(r"<i\b[^>]*data-injected|</script>'\"|onmouseover=alert\(1\)>")

# Text fields that nobody reads: ids, what is one of a few words, what is never shown again.
NOT_SHOWN = {
    *("after", "before", "batch", "device", "direction", "field", "from", "id", "ids[]", "item"),
    *("items[].id", "items[].playlist", "items[].track", "look", "operator", "order", "person"),
    *("playlist", "playlist_id", "queue[]", "role", "track", "track_id", "rules[].field"),
    *("rules[].operator", "password", "current_password", "code", "ticket", "heir", "email"),
    *("phone", "address", "to", "scopes[]", "locale", "entries[]", "ended", "invite"),
    *("user_id", "user", "change", "snapshot", "audio", "clip", "fallback"),
}
# Addresses are looked at before they are kept, and are links of http alone: tests/imports.
ADDRESSES = {"url"}
FILLED = {
    *("name", "title", "description", "artist", "artists[]", "album", "album_artist", "genre"),
    *("note", "reason", "text", "lines[].text", "problem", "username", "nickname"),
}


def texts(field: fields.Field[Any], path: str) -> Iterator[str]:
    """Where in a field there is room for any text: "title", "operations[].title"."""
    if isinstance(field, fields.Nested):
        for name, part in field.schema.fields.items():
            yield from texts(part, f"{path}.{name}")
    elif isinstance(field, fields.List):
        yield from texts(field.inner, f"{path}[]")
    elif isinstance(field, fields.String) and not any(
        isinstance(check, validate.OneOf) for check in field.validators
    ):
        yield path


def made(schema: Schema | type[Schema]) -> Schema:
    return schema() if isinstance(schema, type) else schema


def test_every_text_field_is_known_here(app: Flask) -> None:
    found = [
        path
        for name, view in app.view_functions.items()
        for argument in getattr(view, "_apidoc", {}).get("arguments", {}).get("parameters", ())
        if argument.get("in") == "json"
        for part, field in made(argument["schema"]).fields.items()
        for path in texts(field, f"{name}.{part}")
    ]
    assert len(found) > 60
    known = {f".{name}" for name in NOT_SHOWN | ADDRESSES | FILLED}
    new = [field for field in found if not field.endswith(tuple(known))]
    assert new == [], "fill them below, or say why nobody reads them"


def fill(alice: Person, bob: Person, dora: Person) -> dict[str, str]:
    """Markup in every field; answers the ids of what was made, by the arguments of addresses."""
    ok(alice.patch("/users/me", {"name": MARKUP[:60]}))
    playlist = alice.makes_playlist(MARKUP, description=MARKUP, visibility="members")
    alice.invites(playlist, bob)
    words = dict.fromkeys(("title", "artist", "album", "genre"), MARKUP[:60])
    track = alice.makes_track(words.pop("title"), **words)
    ok(alice.patch(f"/tracks/{track['id']}", {"album_artist": MARKUP, "artists": [MARKUP]}))
    item = alice.adds(playlist, track)
    ok(bob.post(f"/playlists/{playlist['id']}/items/{item['id']}/vote", {"direction": "up"}))
    lines = {"lines": [{"at": 1.0, "text": MARKUP}]}
    for lyrics in ({"text": MARKUP}, lines):
        alice.call("PUT", f"/tracks/{track['id']}/lyrics", json=lyrics)
    rules = [{"field": "title", "operator": "contains", "value": MARKUP[:20]}]
    smart = alice.post("/smart-playlists", {"title": MARKUP[:60], "match": "all", "rules": rules})
    ok(dora.post("/invites", {"role": "member", "uses": 1, "days": 3, "note": MARKUP}), 201)
    room = f"/playlists/{playlist['id']}/room"
    alice.post(f"{room}/speaker", {"device": str(uuid.uuid4()), "name": MARKUP[:60]})
    alice.post(f"{room}/next", {"from": None})
    door = ok(alice.post(f"/playlists/{playlist['id']}/invites", {}), 201)
    nickname = {"nickname": f"{MARKUP[:58]}!"}  # the other name is Alice's
    ok(Person(bob._app, "guest", None).post(f"/join/{door['code']}", nickname))
    device = str(uuid.uuid4())
    alice.call("PUT", f"/devices/{device}", json={"name": MARKUP[:60], "kind": "phone"})
    alice.post(f"/tracks/{track['id']}/review", {"decision": "reject", "reason": MARKUP})
    bob.post("/users/login", {"username": MARKUP, "password": MARKUP})
    made = {"playlist_id": playlist["id"], "track_id": track["id"], "item_id": item["id"]}
    made |= {"user_id": alice.id, "device_id": device, "code": door["code"]}
    made["invite_id"] = door["id"]
    if smart.status_code == 201:
        made["smart_id"] = smart.get_json()["id"]
    return made


def addresses(app: Flask, made: dict[str, str]) -> Iterator[str]:
    """Every page, with what was made in its address, and what can be asked of it as well."""
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.rule.startswith("/ws/"):
            continue
        missing = {name: made.get(name) for name in rule.arguments}
        if None in missing.values():
            continue
        path = _path(app, rule, missing)
        yield path
        if not path.startswith(API):
            yield f"{path}?search={MARKUP}&text={MARKUP}&title={MARKUP}&url=https://{MARKUP}"


def _path(app: Flask, rule: Rule, values: dict[str, Any]) -> str:
    return app.url_map.bind("localhost").build(rule.endpoint, values, method="GET")


def test_markup_is_text_on_every_page_of_everybody(
    app: Flask, alice: Person, bob: Person, dora: Person
) -> None:
    made = fill(alice, bob, dora)
    read = shown = 0
    for person in (alice, bob, dora):
        browser = Browser(app, person)
        for path in addresses(app, made):
            answer = browser.opens(path, buffered=True)
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src" in policy and "unsafe" not in policy, path
            assert answer.headers["X-Content-Type-Options"] == "nosniff", path
            assert answer.headers["Cache-Control"], path
            assert answer.status_code < 500 or path.startswith("/readyz"), path  # no worker here
            if answer.mimetype == "text/html":
                text = answer.get_data(as_text=True)
                assert not UNESCAPED.search(text), (path, UNESCAPED.search(text))
                read += 1
                shown += "data-injected" in text
            answer.close()
    assert read > 100
    assert shown > 20, "the markup is not even there"


def test_markup_in_what_is_refused_is_text_too(app: Flask, alice: Person) -> None:
    browser = Browser(app, alice)
    for path in (f"/nothing/{MARKUP}", f"/playlists/{MARKUP}", f"/login?next={MARKUP}"):
        assert not UNESCAPED.search(browser.opens(path).get_data(as_text=True)), path
    nobody = Browser(app)
    page = nobody.logs_in(MARKUP, MARKUP, next=MARKUP).get_data(as_text=True)
    assert "data-injected" in page
    assert not UNESCAPED.search(page)
    answer = browser.client.get(f"{API}/playlists/{MARKUP}")
    assert answer.mimetype == "application/problem+json"


def test_no_header_is_made_of_what_people_write(app: Flask, alice: Person, dora: Person) -> None:
    """Line ends in names and addresses open no new line of a header."""
    bad = "a\r\nX-Injected: yes\r\n\r\n<b>"
    for person, path in ((alice, "/you"), (dora, "/admin/audit")):
        browser = Browser(app, person)
        answers = [
            browser.opens("/login", query_string={"next": f"/{bad}"}),
            browser.opens(path, query_string={"actor": bad, "before": bad}),
            browser.opens("/share", query_string={"url": bad, "title": bad, "text": bad}),
            browser.opens(f"/nothing/{bad}"),
            browser.submits("/you", name=bad),
        ]
        for answer in answers:
            assert "X-Injected" not in answer.headers
            assert answer.status_code < 500
    title = ok(alice.post("/playlists", {"title": f"Mix {bad}"}), 201)["title"]
    assert "\n" not in title


def test_pages_that_are_open_to_all_are_read_as_well(app: Flask) -> None:
    """Nobody's pages take text from their address alone."""
    nobody = Browser(app)
    read = 0
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or not is_public(app, rule.endpoint):
            continue
        if rule.arguments <= {"code"}:
            path = _path(app, rule, dict.fromkeys(rule.arguments, MARKUP))
            answer = nobody.opens(f"{path}?next=/{MARKUP}&name={MARKUP}", buffered=True)
            if answer.mimetype == "text/html":
                assert not UNESCAPED.search(answer.get_data(as_text=True)), path
                read += 1
            answer.close()
    assert read > 4
