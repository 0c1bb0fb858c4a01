"""Behind the real nginx and the real Caddy, as docs/deployment has them: by TLS, with and without a
path prefix, compressing."""

from __future__ import annotations

import gzip
import http.cookiejar
import re
import shutil
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path
from typing import Any, cast

import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from websockets.exceptions import InvalidStatus

from tests.cast import PASSWORD
from tests.e2e.conftest import upload
from tests.operations.proxies import CADDY, NGINX, Behind, running
from tests.serving import Client, Listener
from tests.sounds import Sounds
from tests.trusting import an_authority, chromium_of, needs_certutil, trust_in_chromium, trusted

KINDS = [("nginx", ""), ("nginx", "/jamboree"), ("caddy", ""), ("caddy", "/jamboree")]
ACCEL = "/_jamboree"


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    files = an_authority(tmp_path_factory.mktemp("authority"), "localhost")
    with trusted(files.authority):
        yield files


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: "".join(kind))
def behind(
    request: pytest.FixtureRequest,
    furnished: tuple[Path, dict[str, str]],
    tmp_path_factory: pytest.TempPathFactory,
    tls: Any,
) -> Iterator[Behind]:
    kind, prefix = request.param
    if not (NGINX if kind == "nginx" else CADDY):
        pytest.skip(f"needs {kind}")
    folder = tmp_path_factory.mktemp("behind")
    shutil.copytree(furnished[0], folder / "instance")
    by_nginx = ACCEL if (kind, prefix) == ("nginx", "") else ""
    server = Behind(folder / "instance", kind=kind, prefix=prefix, accel=by_nginx)
    with running(server, tls, folder / kind):
        server.start()
        yield server
        server.stop()


@pytest.fixture(scope="module")
def people(behind: Behind, furnished: tuple[Path, dict[str, str]]) -> dict[str, Client]:
    return {name: Client(behind, token) for name, token in furnished[1].items()}


@pytest.fixture(scope="module")
def track(people: dict[str, Client], sounds: Sounds) -> dict[str, Any]:
    """Alice's, of more than the megabyte that nginx takes unless told otherwise."""
    path = sounds("wav", seconds=14.0, title="Long Wave")
    assert path.stat().st_size > 1_100_000
    return upload(people["alice"], path)


def ask(server: Behind, path: str, person: Client | None = None, **headers: str) -> HTTPResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(
        server.url + path, headers=named | (person.headers if person else {})
    )
    try:
        return cast(HTTPResponse, urllib.request.urlopen(request))
    except urllib.error.HTTPError as error:
        return cast(HTTPResponse, error)


def of_audio(server: Behind, track: dict[str, Any]) -> str:
    """Its address below that of the server."""
    url: str = track["audio"]["url"]
    assert url.startswith(f"{server.prefix}/audio/")
    return url.removeprefix(server.prefix)


def test_people_log_in_by_the_form_and_stay_under_the_prefix(behind: Behind) -> None:
    cookies = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))
    with browser.open(behind.url + "/library") as page:
        assert page.geturl().startswith(f"{behind.url}/login?next=")  # by a redirect
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.read().decode())
        here = page.geturl()
    assert token
    form = {"csrf_token": token[1], "username": "alice", "password": PASSWORD}
    sent = urllib.request.Request(
        here, data=urllib.parse.urlencode(form).encode(), headers={"Referer": here}
    )
    with browser.open(sent) as page:
        assert page.geturl() == f"{behind.url}/library"
        text = page.read().decode()
    assert {cookie.path for cookie in cookies} == {behind.prefix or "/"}
    assert all(cookie.secure for cookie in cookies)
    addresses = re.findall(r'(?:href|src|action)="(/[^"]*)"', text)
    assert addresses
    assert [a for a in addresses if not a.startswith(f"{behind.prefix}/")] == []


def test_sockets_are_live_and_a_foreign_page_gets_none(
    behind: Behind, people: dict[str, Client]
) -> None:
    alice = people["alice"]
    playlist = alice.ok("POST", "/playlists", {"title": "Friday"})
    path = f"/ws/playlists/{playlist['id']}"
    origin = f"https://localhost:{behind.outer}"
    listener = Listener(alice, path, headers={"Origin": origin})
    listener.until("connection.established")
    alice.ok("PATCH", f"/playlists/{playlist['id']}", {"title": "Saturday"})
    assert listener.until("playlist.updated")["payload"]["playlist"]["title"] == "Saturday"
    listener.send({"type": "ping", "payload": {"ts": 7}})
    assert listener.until("pong")["payload"]["ts"] == 7
    listener.close()
    with pytest.raises(InvalidStatus) as refused:
        Listener(alice, path, headers={"Origin": "https://elsewhere.example"})
    assert refused.value.response.status_code == 403
    with pytest.raises(InvalidStatus) as refused:
        Listener(people["charlie"], path)
    assert refused.value.response.status_code == 404


def test_audio_comes_whole_and_in_ranges(
    behind: Behind, people: dict[str, Client], track: dict[str, Any], sounds: Sounds
) -> None:
    alice, path = people["alice"], of_audio(behind, track)
    data = sounds("wav", seconds=14.0, title="Long Wave").read_bytes()
    with ask(behind, path, alice, Accept_Encoding="gzip, br, zstd") as whole:
        assert whole.status == 200
        assert whole.headers["Content-Encoding"] is None
        assert whole.headers["Content-Length"] == str(len(data))
        assert whole.headers["Accept-Ranges"] == "bytes"
        assert whole.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert "private" in whole.headers["Cache-Control"]
        assert whole.headers["Content-Type"].startswith("audio/")
        etag = whole.headers["ETag"]
        assert etag == f'"{track["audio"]["sha256"]}"'
        assert whole.headers.get_all("ETag") == [etag]
        assert whole.read() == data
    for asked, first, last in (
        ("bytes=0-99", 0, 99),
        ("bytes=1000000-1000999", 1_000_000, 1_000_999),
        ("bytes=-50", len(data) - 50, len(data) - 1),
    ):
        for condition in ({}, {"If_Range": etag}):
            with ask(behind, path, alice, Range=asked, Accept_Encoding="gzip", **condition) as part:
                assert part.status == 206, (asked, condition)
                assert part.headers["Content-Range"] == f"bytes {first}-{last}/{len(data)}"
                assert part.read() == data[first : last + 1]
    with ask(behind, path, alice, Range="bytes=0-9", If_Range='"other"') as part:
        assert part.status == 200
    with ask(behind, path, alice, Range=f"bytes={len(data)}-") as part:
        assert part.status == 416
    with ask(behind, path, alice, If_None_Match=etag) as part:
        assert part.status == 304


def test_who_may_hear_is_asked_each_time(
    behind: Behind, people: dict[str, Client], track: dict[str, Any]
) -> None:
    path = of_audio(behind, track)
    with ask(behind, path) as nobody:
        assert nobody.status == 401
        assert nobody.headers["X-Accel-Redirect"] is None
    with ask(behind, path, people["alice"]) as owner:
        assert owner.status == 200
        assert owner.headers["X-Accel-Redirect"] is None  # nginx has taken it
    stored = track["audio"]["sha256"]
    for place in (f"/media/audio/{stored[:2]}/{stored}", "/media/../app.db", "/../app.db"):
        with ask(behind, ACCEL + place, people["alice"]) as around:
            assert around.status in (400, 404), place
    with ask(behind, "/audio/" + "0" * 64, people["alice"]) as missing:
        assert missing.status == 404


def test_what_can_be_compressed_is_and_is_still_compared(
    behind: Behind, people: dict[str, Client]
) -> None:
    compressed = 0
    with ask(behind, "/login") as page:
        style = re.search(rf'"{behind.prefix}(/static/[^"]*app.css)"', page.read().decode())
    assert style
    for path in ("/library", "/api/v1/tracks", "/service-worker.js", style[1]):
        with ask(behind, path, people["alice"], Accept_Encoding="gzip") as answer:
            assert answer.status == 200, path
            body = answer.read()
            etag = answer.headers["ETag"]
            if answer.headers["Content-Encoding"]:
                assert answer.headers["Content-Encoding"] == "gzip"
                assert "Accept-Encoding" in " ".join(answer.headers.get_all("Vary") or [])
                body = gzip.decompress(body)
                compressed += 1
        with ask(behind, path, people["alice"]) as plain:
            assert len(plain.read()) == len(body), path
        if etag:
            with ask(
                behind, path, people["alice"], Accept_Encoding="gzip", If_None_Match=etag
            ) as again:
                assert again.status == 304, path
    assert compressed >= (0 if behind.prefix and behind.kind == "nginx" else 3)


def test_whoever_stands_in_front_is_not_taken_for_the_client(
    behind: Behind, people: dict[str, Client]
) -> None:
    """And a client does not choose what it is taken for."""
    with ask(
        behind, "/library", X_Forwarded_Host="evil.example", X_Forwarded_Prefix="/evil"
    ) as page:
        assert page.geturl().startswith(f"{behind.url}/login")
        assert b"evil" not in page.read().replace(b"%2Fevil", b"")


# --- in a browser -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trusting(
    chromium: Browser, tls: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    home = tmp_path_factory.mktemp("home")
    trust_in_chromium(home, tls.authority)
    with chromium_of(home, chromium.browser_type) as context:
        yield context


@needs_certutil
def test_a_browser_gets_a_worker_for_the_prefix_and_is_live(
    behind: Behind, trusting: BrowserContext, people: dict[str, Client]
) -> None:
    playlist = people["alice"].ok("POST", "/playlists", {"title": "In the browser"})
    page = trusting.new_page()
    page.goto(f"{behind.url}/login")
    page.get_by_label("Name").fill("alice")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(f"{behind.url}/")
    page.goto(f"{behind.url}/playlists/{playlist['id']}")
    expect(page.get_by_role("status")).to_have_text("Live")
    scope = page.evaluate("navigator.serviceWorker.ready.then((r) => r.scope)")
    assert scope == f"{behind.url}/"
    manifest = page.evaluate(
        "fetch(document.querySelector('link[rel=manifest]').href).then((r) => r.json())"
    )
    for icon in manifest["icons"]:
        with ask(behind, "/" + icon["src"].removeprefix("./")) as answer:
            assert answer.headers["Content-Type"].startswith("image/")
    page.close()
