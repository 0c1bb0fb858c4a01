"""The app in Firefox and in WebKitGTK: what a person does first, and what each engine has its own
ways for, that is sockets, sound, the worker, and what it keeps. All else is tested in Chromium."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.cast import PASSWORD
from tests.e2e.conftest import TITLES, upload
from tests.e2e.engines import Engine, Firefox, WebKitGTK, until
from tests.e2e.faulty import FaultyNetwork
from tests.e2e.formats import CLOSE, PLAYED, SECONDS, every_format, work_off
from tests.serving import Client, Server
from tests.sounds import Sounds

PLAYER = "//*[@id='player']"
STATE = "//connection-state"


@pytest.fixture(scope="module", params=[Firefox, WebKitGTK], ids=lambda kind: kind.__name__)
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    kind: type[Engine] = request.param
    if missing := kind.missing():
        reason = f"{kind.__name__} needs {', '.join(missing)} (scripts/browsers.sh)"
        if os.geteuid() == 0:  # it could have been installed, and CI must not pass without
            pytest.fail(reason)
        pytest.skip(reason)
    with kind.started(tmp_path_factory.mktemp("engine")) as engine:
        yield engine


@pytest.fixture
def browser(request: pytest.FixtureRequest, engine: Engine) -> Iterator[Engine]:
    """The engine as at its first start, at the server of the test."""
    own = "own_server" in request.fixturenames
    server: Server = request.getfixturevalue("own_server" if own else "server")
    engine.visits(server.url)
    yield engine
    assert engine.faults() == []


def button(name: str, *, within: str = "") -> str:
    return f"{within}//button[@aria-label='{name}' or normalize-space()='{name}']"


def row(title: str) -> str:
    return f"//ol[@aria-label='Playlist']/li[.//a[.='{title}']]"


def count(title: str) -> str:
    return f"{row(title)}//*[@class='count']"


def opens_as_alice(browser: Engine, playlist: dict[str, Any]) -> None:
    """Open a playlist, be asked who one is, log in, and be there, live."""
    browser.open(f"/playlists/{playlist['id']}")
    browser.write("//input[@id=//label[.='Name']/@for]", "alice")
    browser.write("//input[@id=//label[.='Password']/@for]", PASSWORD)
    browser.click(button("Log in"))
    browser.sees("//h1", playlist["title"])
    browser.sees(STATE, "Live")


def plays_and_seeks(browser: Engine, title: str) -> None:
    browser.click(button("Play", within=row(title)))
    browser.sees(f"{PLAYER}//*[@class='title']", title)
    hears(browser)
    # A click goes to the middle of what is clicked on: that is second 20 of 40.
    browser.click(f"{PLAYER}//input[@aria-label='Seek']")
    until(lambda: 19 < audio(browser, "currentTime") < 30, "it is at second 20")
    hears(browser)


def hears(browser: Engine) -> None:
    """Sound comes out: the position moves."""
    start = audio(browser, "currentTime")
    until(lambda: audio(browser, "currentTime") > start + 0.2, "it sounds")
    until(lambda: audio(browser, "paused") is False, "it goes on")
    assert audio(browser, "error") is None


def audio(browser: Engine, what: str) -> Any:
    return browser.evaluate(f"document.querySelector('audio').{what}")


def items_of(person: Client, playlist: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By title."""
    items = person.ok("GET", f"/playlists/{playlist['id']}/items")["items"]
    return {item["track"]["title"]: item for item in items}


def test_a_vote_goes_both_ways_without_a_reload(
    browser: Engine, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    bob = clients["bob"]
    opens_as_alice(browser, friday)
    browser.evaluate("document.body.dataset.page = 'the same one'")

    item = items_of(bob, friday)["Harbour Lights"]
    bob.ok("POST", f"/playlists/{friday['id']}/items/{item['id']}/vote", {"direction": "up"})
    browser.sees(count("Harbour Lights"), "1")

    browser.click(button("Vote up", within=row("Copper Wire")))
    until(lambda: items_of(bob, friday)["Copper Wire"]["votes"] == 1, "Bob sees Alice's vote")
    browser.sees(count("Copper Wire"), "1")
    assert browser.evaluate("document.body.dataset.page") == "the same one"


def test_it_plays_and_seeks(browser: Engine, friday: dict[str, Any]) -> None:
    opens_as_alice(browser, friday)

    plays_and_seeks(browser, "Paper Lanterns")

    browser.click(button("Pause", within=PLAYER))
    until(lambda: audio(browser, "paused"), "it is silent")


def test_every_format_plays_seeks_and_says_how_long_it_is(
    browser: Engine, server: Server, clients: dict[str, Client], sounds: Sounds
) -> None:
    playlist = every_format(clients["alice"], sounds)
    work_off(server)
    opens_as_alice(browser, playlist)
    before = ""
    for number, title in enumerate(PLAYED):
        # A row far down is not always in view; the player is.
        press = button("Next", within=PLAYER) if number else button("Play", within=row(title))
        browser.click(press)
        browser.sees(f"{PLAYER}//*[@class='title']", title)
        is_new = f"currentSrc !== '{before}' && document.querySelector('audio').currentTime > 0.1"
        until(partial(audio, browser, is_new), f"{title} begins")
        before = audio(browser, "currentSrc")
        assert audio(browser, "duration") == pytest.approx(SECONDS, abs=CLOSE), title
        shown = browser.evaluate("Number(document.querySelector('#player input').max)")
        assert shown == pytest.approx(SECONDS, abs=CLOSE), title
        browser.click(f"{PLAYER}//input[@aria-label='Seek']")  # its middle
        until(lambda: audio(browser, "currentTime") > SECONDS / 2 + 0.2, f"{title} goes on")


def test_taken_along_it_plays_without_a_server_and_the_vote_arrives_once(
    browser: Engine, own_server: Server, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    opens_as_alice(browser, friday)
    browser.click(button("Take along"))
    browser.sees(button("On this device"))

    browser.expects_no_server = True
    own_server.kill()
    browser.open_cold(f"/playlists/{friday['id']}")
    for title in TITLES:
        browser.sees(row(title))
    browser.sees(STATE, "No server")
    plays_and_seeks(browser, "Harbour Lights")
    browser.click(button("Vote up", within=row("Copper Wire")))
    pending = f"{row('Copper Wire')}//*[@class='pending']"
    browser.sees(pending, "pending")
    browser.sees(count("Copper Wire"), "1")

    own_server.start()
    copper = items_of(clients["bob"], friday)["Copper Wire"]["id"]
    until(lambda: voted(clients["bob"], friday) == [copper], "the vote is sent")
    until(lambda: browser.text(pending) is None, "nothing waits")
    browser.sees(count("Copper Wire"), "1")
    assert voted(clients["bob"], friday) == [copper]


def voted(person: Client, playlist: dict[str, Any]) -> list[str]:
    """The items that were voted for, once for each vote that arrived."""
    events = person.ok("GET", f"/playlists/{playlist['id']}/events")["items"]
    return [event["payload"]["id"] for event in events if event["type"] == "track.voted"]


def test_a_download_that_was_interrupted_goes_on_and_plays_without_a_server(
    browser: Engine,
    network: FaultyNetwork,
    own_server: Server,
    clients: dict[str, Client],
    sounds: Sounds,
) -> None:
    file = sounds("wav", seconds=40.0, title="Long one")
    chunks = -(-file.stat().st_size // 2**20)
    playlist = clients["alice"].ok("POST", "/playlists", {"title": "Long"})
    track = upload(clients["alice"], file)
    clients["alice"].ok("POST", f"/playlists/{playlist['id']}/items", {"track_id": track["id"]})
    network.faults = {2: "server killed"}
    browser.visits(network.url)
    browser.expects_no_server = True
    opens_as_alice(browser, playlist)
    browser.evaluate("navigator.serviceWorker.ready.then(() => 1)")  # the app itself is here
    browser.click(button("Take along"))
    until(lambda: network.stuck, "it is in the middle of a chunk")
    own_server.kill()
    network.go_on()
    own_server.start()
    browser.sees(button("On this device"))

    assert network.whole == dict.fromkeys(range(chunks), 1), "each chunk came whole exactly once"
    assert network.asked == network.whole | {2: 2}
    own_server.kill()
    browser.open_cold(f"/playlists/{playlist['id']}")
    browser.sees(row("Long one"))
    plays_and_seeks(browser, "Long one")
