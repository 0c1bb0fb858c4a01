"""Listening for oneself: queue, shuffle, repeat, sleep, and going on elsewhere."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import Arrives, Visitor, shared_list, upload
from tests.serving import Client
from tests.sounds import Sounds


def player(visitor: Visitor) -> Locator:
    return visitor.page.locator("#player")


def presses(visitor: Visitor, name: str) -> None:
    player(visitor).get_by_role("button", name=name, exact=True).click()


def sees_on(visitor: Visitor, title: str) -> None:
    expect(visitor.page.locator("#player .text .title")).to_have_text(title)


def told(visitor: Visitor) -> Locator:
    return visitor.page.locator(".toast")


# Words that no search takes for one another.
groves = itertools.cycle(("Abernethy", "Wistman", "Puzzlewood", "Kielder", "Sherwood", "Hallerbos"))


@pytest.fixture
def grove(clients: dict[str, Client], sounds: Sounds) -> str:
    """The album of three tracks, each of an artist of its own, which a test need not hear out."""
    return album_of_three(clients["alice"], sounds, 30.0)


@pytest.fixture
def coppice(clients: dict[str, Client], sounds: Sounds) -> str:
    """Such an album of three seconds each, to be heard out."""
    return album_of_three(clients["alice"], sounds, 3.0)


def album_of_three(alice: Client, sounds: Sounds, seconds: float) -> str:
    album = next(groves)
    for number, title in enumerate(("Alder", "Birch", "Cedar")):
        path = sounds("mp3", seconds=seconds, pitch=200.0 * (number + 1), title=title)
        track = upload(alice, path)
        fields = {"album": album, "artist": f"Tree {number}"}
        alice.ok("PATCH", f"/tracks/{track['id']}", fields)
    return album


def plays_from_library(visitor: Visitor, grove: str, title: str) -> None:
    visitor.opens(f"/library?ordering=title&search={grove}")
    visitor.page.get_by_role("button", name=f"Play {title}").click()
    visitor.hears()


def test_a_list_of_the_library_plays_through_and_is_counted(
    arrives: Arrives, clients: dict[str, Client], coppice: str
) -> None:
    clients["alice"].ok("DELETE", "/listens")
    alice = arrives("alice")
    plays_from_library(alice, coppice, "Alder")
    expect(player(alice).locator(".where")).to_have_text("Just for you")
    sees_on(alice, "Cedar")
    alice.until(lambda: bool(alice.audio("paused")))

    def heard() -> list[tuple[str, bool]]:
        items = clients["alice"].ok("GET", "/listens")["items"]
        return [(item["title"], item["finished"] and item["counts"]) for item in items]

    alice.until(lambda: heard() == [("Cedar", True), ("Birch", True), ("Alder", True)])
    assert clients["bob"].ok("GET", "/listens")["items"] == []


def test_what_is_queued_comes_next_and_can_be_put_in_order(arrives: Arrives, grove: str) -> None:
    alice = arrives("alice")
    page = alice.page
    plays_from_library(alice, grove, "Alder")
    presses(alice, "Pause")
    page.get_by_role("link", name="More about Cedar").click()
    page.get_by_role("dialog").get_by_role("button", name="Play next").click()
    expect(told(alice)).to_contain_text("“Cedar” comes next")

    presses(alice, "Queue")
    rows = page.get_by_role("list", name="Queue").get_by_role("listitem").locator(".title")
    expect(rows).to_have_text(["Cedar", "Birch", "Cedar"])
    page.get_by_role("button", name="Earlier: Birch").focus()
    page.keyboard.press("Enter")
    expect(rows).to_have_text(["Birch", "Cedar", "Cedar"])
    page.get_by_role("button", name="Take out: Cedar").first.click()
    expect(rows).to_have_text(["Birch", "Cedar"])
    page.keyboard.press("Escape")
    presses(alice, "Next")
    sees_on(alice, "Birch")
    alice.hears()

    presses(alice, "Queue")
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("Nothing comes after this.")).to_be_visible()


def test_repeating_one_begins_again_and_all_goes_round(arrives: Arrives, grove: str) -> None:
    alice = arrives("alice")
    plays_from_library(alice, grove, "Cedar")
    presses(alice, "Repeat: off")
    presses(alice, "Repeat: all")
    expect(player(alice).get_by_role("button", name="Repeat: this one")).to_be_visible()
    alice.comes_to_the_end()
    alice.until(lambda: float(alice.audio("currentTime")) < 20)  # it began again
    alice.hears()
    sees_on(alice, "Cedar")
    presses(alice, "Repeat: this one")
    presses(alice, "Repeat: off")  # to all: behind the last comes the first
    expect(player(alice).get_by_role("button", name="Repeat: all")).to_be_visible()
    alice.comes_to_the_end()
    sees_on(alice, "Alder")
    alice.hears()


def test_shuffle_is_remembered_and_a_room_says_why_not(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any], grove: str
) -> None:
    alice = arrives("alice")
    plays_from_library(alice, grove, "Alder")
    shuffle = player(alice).get_by_role("button", name="Shuffle")
    shuffle.click()
    expect(shuffle).to_have_attribute("aria-pressed", "true")
    alice.opens_playlist(friday)
    alice.row("Paper Lanterns").get_by_role("button", name="Play").click()
    alice.hears()
    expect(shuffle).to_have_attribute("aria-pressed", "false")
    shuffle.click()
    expect(told(alice)).to_contain_text("You play for the room")
    told(alice).get_by_role("button", name="Listen for yourself").click()
    expect(player(alice).locator(".where")).to_have_text("Just for you")
    alice.hears()
    sees_on(alice, "Paper Lanterns")
    speaker = clients["alice"].ok("GET", f"/playlists/{friday['id']}/room")["speaker"]
    alice.until(
        lambda: clients["alice"].ok("GET", f"/playlists/{friday['id']}/room")["speaker"] is None
    )
    assert speaker is None or "Alice" in speaker["name"]


def test_the_sleep_timer_fades_and_pauses(
    arrives: Arrives, clients: dict[str, Client], sounds: Sounds
) -> None:
    playlist = shared_list(clients["alice"], sounds, "Night", ("Long night",), seconds=90.0)
    alice = arrives("alice")
    page = alice.page
    page.clock.install()
    alice.opens_playlist(playlist)
    alice.row("Long night").get_by_role("button", name="Play").click()
    alice.hears()
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)  # from here it is ours
    presses(alice, "Sleep timer")
    page.get_by_label("In 5 minutes").check()
    page.keyboard.press("Escape")
    expect(player(alice).get_by_role("button", name="Sleep timer: 5:00 left")).to_be_visible()
    page.clock.run_for("04:54")
    assert alice.audio("volume") == pytest.approx(0.5)
    assert alice.audio("paused") is False
    page.clock.run_for("00:07")
    alice.until(lambda: bool(alice.audio("paused")))
    assert alice.audio("volume") == 1
    expect(player(alice).get_by_role("button", name="Sleep timer", exact=True)).to_be_visible()


def test_sleep_at_the_end_of_the_track(arrives: Arrives, grove: str) -> None:
    alice = arrives("alice")
    plays_from_library(alice, grove, "Alder")
    presses(alice, "Sleep timer")
    alice.page.get_by_label("At the end of this track").check()
    alice.page.keyboard.press("Escape")
    alice.comes_to_the_end()
    alice.until(lambda: bool(alice.audio("ended")))
    sees_on(alice, "Alder")
    assert alice.audio("paused") is True


def test_another_device_goes_on_where_one_was_when_asked(
    arrives: Arrives, friday: dict[str, Any]
) -> None:
    phone = arrives("charlie", width=390)
    phone.page.goto(f"{phone.server.url}/library?search=Copper+Wire")
    phone.page.get_by_role("button", name="Play Copper Wire").first.click()
    phone.hears()
    phone.seeks(21)
    phone.page.locator("#player .toggle").click()
    phone.until(lambda: bool(phone.audio("paused")))

    laptop = arrives("charlie")
    page = laptop.opens("/")
    expect(page.get_by_role("heading", name="Continue listening")).to_be_visible()
    expect(page.locator(".continue")).to_contain_text("Charlie’s phone")
    # It is offered, and nothing sounds by itself.
    sees_on(laptop, "Copper Wire")
    expect(player(laptop).locator(".where")).to_contain_text("Continue on this device from 0:2")
    assert laptop.audio("paused") is True
    page.get_by_role("button", name="Continue “Copper Wire” here").click()
    laptop.hears()
    assert 20 < float(laptop.audio("currentTime")) < 32


def test_an_open_smart_playlist_follows_the_library_and_what_one_hears(
    arrives: Arrives, clients: dict[str, Client], coppice: str
) -> None:
    rules = [
        {"field": "album", "operator": "is", "value": coppice},
        {"field": "played", "operator": "is", "value": False},
        {"field": "title", "operator": "is_not", "value": "Elder"},
    ]
    smart = clients["bob"].ok("POST", "/smart-playlists", {"title": "Unheard", "rules": rules})
    bob = arrives("bob")
    page = bob.opens(f"/smart/{smart['id']}")
    titles = page.locator("#smart-tracks .title")
    before = titles.all_inner_texts()
    assert {"Alder", "Birch", "Cedar"} <= set(before)
    expect(page.get_by_role("status").first).to_have_text("Live")

    alder = clients["alice"].ok("GET", f"/tracks?search={coppice}&ordering=title")["items"][0]
    clients["alice"].ok("PATCH", f"/tracks/{alder['id']}", {"title": "Elder"})
    expect(titles.filter(has_text="Alder")).to_have_count(before.count("Alder") - 1)
    page.get_by_role("button", name="Play Birch").first.click()
    bob.hears()
    expect(titles.filter(has_text="Birch")).to_have_count(before.count("Birch") - 1)


def test_the_rules_show_what_they_hold_while_they_are_written(
    arrives: Arrives, clients: dict[str, Client], grove: str
) -> None:
    alice = arrives("alice", width=390)
    page = alice.opens("/smart/new")
    page.get_by_label("Title", exact=True).fill("By year")
    with page.expect_response("**/smart/editor"):
        page.get_by_label("Field of rule 1").select_option("Album")
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
    page.get_by_label("Value of rule 1").fill(grove)
    expect(page.locator("#preview")).to_contain_text("Alder")
    page.get_by_role("button", name="Add a rule").click()
    page.get_by_label("Field of rule 2").select_option("Year")
    page.get_by_label("How, in rule 2").select_option("is between")
    expect(page.get_by_label("To, in rule 2")).to_be_visible()
    expect(page.locator("#preview")).to_contain_text("Rule 2: This takes a number.")
    page.get_by_role("button", name="Remove rule 2").click()
    expect(page.get_by_label("Field of rule 2")).to_have_count(0)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="By year")).to_be_visible()
    page.get_by_role("button", name="Play", exact=True).first.click()
    alice.hears()
