"""A real browser (Debian's Chromium), and people in it, each with a profile of their own."""

from __future__ import annotations

import json
import shutil
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.cast import PASSWORD
from tests.e2e.faulty import FaultyNetwork
from tests.serving import Client, Server
from tests.sounds import Sounds

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
# Chromium's address bar as a web page: each new tab would load 300 modules of it, which is most of
# what a short test costs. The others are Playwright's own: a second list takes the first's place.
SWITCHED_OFF = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)


def without(*features: str) -> str:
    return f"--disable-features={','.join((*SWITCHED_OFF, *features))}"


ARGUMENTS = [
    without(),
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
# What a browser writes to its console when it has no network is no fault of the page.
NO_NETWORK = ("net::ERR_", "Failed to fetch", "WebSocket")

expect.set_options(timeout=20_000)  # of a machine that is busy


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


SOUNDING = """(({ src, currentTime, paused }) => ({ source: src, at: currentTime, paused }))(
  document.querySelector("audio"))"""
SLIDE = """(slider, to) => {
  slider.value = to;
  slider.dispatchEvent(new Event("change", { bubbles: true }));
}"""

# What is refused is a call, or a socket that is opened again.
NOT_THERE = ("status of 404", "response code: 404")
LOGGED_OUT = ("status of 401", "HTTP Authentication failed", "no valid credentials")


class Visitor:
    """A person with a browser of their own, logged in."""

    def __init__(
        self, context: BrowserContext, server: Server, name: str, *, has_scripts: bool = True
    ) -> None:
        self.context = context
        self.has_scripts = has_scripts
        self.server = server
        self.name = name
        self.faults: list[str] = []
        self.expects_no_network = False
        self.expects_404 = False
        self.expects_503 = False
        self.expects_401 = False  # a tab that asks while another one ends the session
        context.on("weberror", lambda error: self.faults.append(str(error.error)))
        context.on("console", self._wrote)
        self.page = context.new_page()

    def _wrote(self, message: Any) -> None:
        if message.type != "error":
            return
        offline = self.expects_no_network and any(words in message.text for words in NO_NETWORK)
        missing = self.expects_404 and any(words in message.text for words in NOT_THERE)
        busy = self.expects_503 and "status of 503" in message.text
        over = self.expects_401 and any(words in message.text for words in LOGGED_OUT)
        if not offline and not missing and not busy and not over:
            self.faults.append(message.text)

    def logs_in(self) -> None:
        body = {"username": self.name, "password": PASSWORD}
        answer = self.context.request.post(f"{self.server.url}/api/v1/users/login", data=body)
        assert answer.ok, answer.text()

    def opens(self, path: str) -> Page:
        self.page.goto(self.server.url + path)
        # Without network a part of the app comes once the page stands, and this element with it.
        if self.has_scripts:
            expect(self.page.locator("storage-line:not(:defined)")).to_have_count(0)
        return self.page

    def opens_playlist(self, playlist: dict[str, Any]) -> Page:
        """Open a playlist, and wait until it is live."""
        page = self.opens(f"/playlists/{playlist['id']}")
        expect(page.get_by_role("status")).to_have_text("Live")
        return page

    def row(self, title: str) -> Any:
        return (
            self.page.get_by_role("list", name="Playlist")
            .get_by_role("listitem")
            .filter(has=self.page.get_by_role("link", name=title, exact=True))
        )

    def titles(self) -> list[str]:
        found: list[str] = self.page.locator("jam-playlist .row .title").all_inner_texts()
        return found

    def sees_order(self, *titles: str) -> None:
        """The rows, in this order; waited for."""
        expect(self.page.locator("jam-playlist .row .title")).to_have_text(list(titles))

    def audio(self, what: str) -> Any:
        return self.page.evaluate(f"document.querySelector('audio').{what}")

    def hears(self) -> None:
        """Sound comes out: the position moves, be it that of the next that begins meanwhile."""
        before: dict[str, Any] = {}

        def is_so() -> bool:
            now = self.page.evaluate(SOUNDING)
            if now["source"] != before.get("source") or now["at"] < before["at"]:
                before.update(now)
            return bool(not now["paused"] and now["at"] > before["at"] + 0.2)

        self.until(is_so)

    def goes_round(self) -> None:
        """What plays begins again at its end, so that a machine may take its time meanwhile."""
        self.page.evaluate("document.querySelector('audio').loop = true")

    def comes_to_the_end(self) -> None:
        """A second before its end: what comes next then has its whole length to be seen."""
        # By the slider, so that the room knows: a speaker is where its room says.
        slider = self.page.locator("#player").get_by_role("slider", name="Seek")
        slider.evaluate(SLIDE, int(self.audio("duration")) - 1)

    def seeks(self, second: float) -> None:
        """Move the slider, which on a phone stands in the full player."""
        player = self.page.locator("#player")
        slider = player.get_by_role("slider", name="Seek")
        is_small = slider.count() == 0
        if is_small:
            player.get_by_role("button", name="Show more").click()
        slider.evaluate(SLIDE, second)
        if is_small:
            player.get_by_role("button", name="Show less").click()
        self.until(lambda: second < float(self.audio("currentTime")) < second + 8)

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait for what no locator can see; asked every 50 ms, for twenty seconds."""
        # The page's own wait_for_function needs eval, which the content policy forbids.
        for _ in range(400):
            if holds():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError("it did not come to that")


Arrives = Callable[..., Visitor]


@pytest.fixture
def arrives(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Arrives]:
    """`arrives("alice", width=360)`: somebody opens a browser and is logged in."""
    own = "own_server" in request.fixturenames
    server = request.getfixturevalue("own_server" if own else "server")
    visitors: list[Visitor] = []

    def arrive(name: str, *, width: int = 1280, height: int = 800, **options: Any) -> Visitor:
        is_phone = width < 600
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            has_touch=is_phone,
            is_mobile=is_phone,
            **options,
        )
        has_scripts = options.get("java_script_enabled", True)
        visitor = Visitor(context, server, name, has_scripts=has_scripts)
        visitors.append(visitor)
        if name != "nobody":
            visitor.logs_in()
        return visitor

    yield arrive
    for visitor in visitors:
        visitor.context.close()
    assert [visitor.faults for visitor in visitors if visitor.faults] == []


@pytest.fixture
def network(own_server: Server) -> Iterator[FaultyNetwork]:
    """A network that misbehaves as a test says, in front of a server of its own."""
    network = FaultyNetwork(own_server)
    yield network
    network.go_on()
    network.shutdown()
    network.server_close()


TITLES = ("Paper Lanterns", "Harbour Lights", "Second Kitchen", "Copper Wire")


@pytest.fixture
def friday(clients: dict[str, Client], sounds: Sounds) -> dict[str, Any]:
    """Alice's playlist, shared with Bob, with four tracks that can be heard."""
    return shared_list(clients["alice"], sounds, "Friday kitchen", TITLES, seconds=40.0)


def shared_list(
    alice: Client, sounds: Sounds, title: str, tracks: tuple[str, ...], *, seconds: float
) -> dict[str, Any]:
    """A playlist of Alice's that Bob edits too, with a track of its own pitch for each title."""
    playlist: dict[str, Any] = alice.ok("POST", "/playlists", {"title": title})
    member = {"username": "bob", "role": "editor"}
    alice.ok("POST", f"/playlists/{playlist['id']}/members", member)
    for number, track_title in enumerate(tracks):
        path = sounds("mp3", seconds=seconds, pitch=220.0 * (number + 1), title=track_title)
        track = uploaded_once(alice, path)
        alice.ok("POST", f"/playlists/{playlist['id']}/items", {"track_id": track["id"]})
    return playlist


_uploaded: WeakKeyDictionary[Server, dict[Path, dict[str, Any]]] = WeakKeyDictionary()


def uploaded_once(person: Client, path: Path) -> dict[str, Any]:
    """A track that is uploaded once a server, unless a test changed or deleted it since."""
    known = _uploaded.setdefault(person.server, {})
    if path in known and person.call("GET", f"/tracks/{known[path]['id']}")[1] == known[path]:
        return known[path]
    track = upload(person, path)
    known[path] = person.ok("GET", f"/tracks/{track['id']}")
    return known[path]


def upload(person: Client, path: Any) -> dict[str, Any]:
    with path.open("rb") as file:
        boundary, body = encode_multipart({"file": FileStorage(file, path.name)})
    request = urllib.request.Request(
        f"{person.server.url}/api/v1/tracks",
        data=body,
        headers=person.headers | {"Content-Type": f"multipart/form-data; boundary={boundary}"},
    )
    with urllib.request.urlopen(request) as answer:
        track: dict[str, Any] = json.loads(answer.read())
        return track
