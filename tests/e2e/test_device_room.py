"""The room on the device: one copy of shared bytes, the budget, the quota, and what went."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.away import take_along
from tests.e2e.conftest import Arrives, Visitor, shared_list, upload
from tests.e2e.test_kept_audio import has_worker, play, rows, whole
from tests.serving import Client
from tests.sounds import Sounds

MB = 1_000_000


def opens_downloads(visitor: Visitor) -> Page:
    visitor.page.get_by_role("link", name="Downloads").first.click()
    expect(visitor.page.locator("device-room [data-field=says]")).to_contain_text("of")
    return visitor.page


def size_of(page: Page, kind: str) -> Any:
    return page.locator(f"device-room [data-field=size-{kind}]")


def set_fact(page: Page, name: str, value: object) -> None:
    page.evaluate(
        """([name, value]) => new Promise((done) => {
          const opening = indexedDB.open("jamboree");
          opening.onsuccess = () => {
            const tx = opening.result.transaction("facts", "readwrite");
            tx.objectStore("facts").put(value, name);
            tx.oncomplete = () => { opening.result.close(); done(); };
          };
        })""",
        [name, value],
    )


@pytest.fixture
def two_lists(clients: dict[str, Client], sounds: Sounds) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two playlists of 50 tracks each that share 25."""
    alice = clients["alice"]
    tracks = [
        upload(alice, sounds("mp3", seconds=0.5, pitch=200.0 + 10 * n, title=f"Song {n}"))
        for n in range(75)
    ]
    lists = []
    for title, chosen in (("Mornings", tracks[:50]), ("Evenings", tracks[25:])):
        playlist = alice.ok("POST", "/playlists", {"title": title})
        for track in chosen:
            alice.ok("POST", f"/playlists/{playlist['id']}/items", {"track_id": track["id"]})
        lists.append(playlist | {"tracks": chosen})
    return lists[0], lists[1]


def hashes(playlist: dict[str, Any]) -> dict[str, int]:
    return {track["audio"]["sha256"]: track["audio"]["size_bytes"] for track in playlist["tracks"]}


def test_two_playlists_that_share_25_of_50_tracks_take_the_room_of_75(
    arrives: Arrives, two_lists: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    mornings, evenings = two_lists
    alice = arrives("alice")
    expect.set_options(timeout=90_000)  # fifty files each
    try:
        take_along(alice, mornings)
        page = take_along(alice, evenings)
    finally:
        expect.set_options(timeout=20_000)

    every = hashes(mornings) | hashes(evenings)
    assert len(every) == 75
    on_device = {file["sha256"]: file["size"] for file in rows(page, "audio")}
    assert on_device == every
    assert bytes_in_cache(page) == sum(every.values())
    shared = set(hashes(mornings)) & set(hashes(evenings))
    assert len(shared) == 25
    saved = sum(every[sha256] for sha256 in shared)
    opens_downloads(alice)
    says = f"{saved / MB:.1f} MB are saved because playlists that share a song keep it once."
    expect(page.locator("device-room [data-field=sharing]")).to_have_text(says)
    expect(size_of(page, "pinned")).to_have_text(f"{sum(every.values()) / MB:.1f} MB")

    row = page.get_by_role("listitem").filter(has_text="Mornings")
    row.get_by_role("button", name="Remove from this device").click()

    rest = hashes(evenings)
    alice.until(lambda: {file["sha256"] for file in rows(page, "audio")} == set(rest))
    alice.until(lambda: bytes_in_cache(page) == sum(rest.values()))
    expect(size_of(page, "pinned")).to_have_text(f"{sum(rest.values()) / MB:.1f} MB")


def bytes_in_cache(page: Page) -> int:
    """What all chunks on the device add up to."""
    found: int = page.evaluate(
        """(async () => {
          const cache = await caches.open("jamboree-audio-1");
          let bytes = 0;
          for (const request of await cache.keys()) {
            bytes += (await (await cache.match(request)).arrayBuffer()).byteLength;
          }
          return bytes;
        })()"""
    )
    return found


@pytest.fixture
def wavs(clients: dict[str, Client], sounds: Sounds) -> dict[str, Any]:
    """Four tracks of two seconds and 350 kB each."""
    alice = clients["alice"]
    playlist = alice.ok("POST", "/playlists", {"title": "Waves"})
    for number in range(4):
        path = sounds("wav", seconds=2.0, pitch=300.0 + 50 * number, title=f"Wave {number}")
        track = upload(alice, path)
        alice.ok("POST", f"/playlists/{playlist['id']}/items", {"track_id": track["id"]})
    items = alice.ok("GET", f"/playlists/{playlist['id']}/items")["items"]
    return dict(playlist) | {"hashes": [item["track"]["audio"]["sha256"] for item in items]}


def hears_all_of_it(alice: Visitor, playlist: dict[str, Any]) -> None:
    """Play a list from its first to its last track."""
    play(alice, "Wave 0")
    last = alice.page.locator("#player .text .title")
    expect(last).to_have_text("Wave 3")
    alice.until(lambda: bool(alice.audio("ended")))


def test_what_was_heard_longest_ago_goes_first_and_the_log_says_so(
    arrives: Arrives, wavs: dict[str, Any]
) -> None:
    alice = arrives("alice")
    page = alice.opens_playlist(wavs)
    has_worker(page)
    set_fact(page, "budget", 1_800_000)  # a fifth of it is one of them, and five don't fit
    hears_all_of_it(alice, wavs)
    alice.until(lambda: whole(page) == set(wavs["hashes"]))

    set_fact(page, "budget", 1_000_000)  # two of them
    opens_downloads(alice)
    page.get_by_label("Make room by itself").uncheck()
    page.get_by_label("Make room by itself").check()

    alice.until(lambda: whole(page) == set(wavs["hashes"][2:]))
    gone = rows(page, "log")
    assert [row["sha256"] for row in gone] == wavs["hashes"][:2]
    assert {row["why"] for row in gone} == {"budget"}
    page.get_by_text("What went, and why").click()
    log = page.get_by_role("list", name="What went")
    expect(log.get_by_role("listitem").first).to_contain_text("Wave 1")
    expect(log.get_by_role("listitem").first).to_contain_text("made smaller")


def test_what_was_kept_is_cleared_when_somebody_says_so(
    arrives: Arrives, wavs: dict[str, Any]
) -> None:
    alice = arrives("alice")
    page = alice.opens_playlist(wavs)
    has_worker(page)
    hears_all_of_it(alice, wavs)
    alice.until(lambda: len(whole(page)) == 4)
    take_along(alice, wavs)  # nothing of it is fetched again, and now it is pinned
    opens_downloads(alice)
    expect(page.get_by_role("button", name="Clear what was kept")).to_be_disabled()
    row = page.get_by_role("listitem").filter(has_text="Waves")
    row.get_by_role("button", name="Remove from this device").click()
    alice.until(lambda: whole(page) == set())


def test_a_full_browser_makes_room_for_what_is_taken_along(
    arrives: Arrives, clients: dict[str, Client], wavs: dict[str, Any], sounds: Sounds
) -> None:
    alice = arrives("alice")
    page = alice.opens_playlist(wavs)
    has_worker(page)
    hears_all_of_it(alice, wavs)
    alice.until(lambda: len(whole(page)) == 4)
    person = clients["alice"]
    other = person.ok("POST", "/playlists", {"title": "Long"})
    track = upload(person, sounds("wav", seconds=6.0, pitch=90.0, title="Long one"))
    person.ok("POST", f"/playlists/{other['id']}/items", {"track_id": track["id"]})
    alice.opens_playlist(other)
    browser = alice.context.new_cdp_session(alice.page)
    usage = page.evaluate("navigator.storage.estimate().then((said) => said.usage)")
    full = {"origin": alice.server.url, "quotaSize": usage + 500_000}
    browser.send("Storage.overrideQuotaForOrigin", full)

    page.get_by_role("button", name="Take along").click()

    expect(page.get_by_role("button", name="On this device", exact=True)).to_be_visible()
    assert track["audio"]["sha256"] in whole(page)
    assert rows(page, "log"), "something had to go, and that is noted"


def test_the_next_tracks_are_here_before_they_play(
    arrives: Arrives, friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    page = alice.opens_playlist(friday)
    has_worker(page)
    play(alice, "Paper Lanterns")
    alice.until(lambda: len(whole(page)) == 4)

    page.locator("#player").get_by_role("button", name="Next").click()
    alice.hears()

    alice.until(lambda: [week["hits"] for week in rows(page, "counts")] == [1])


def test_with_save_data_nothing_is_fetched_ahead(
    arrives: Arrives, clients: dict[str, Client], sounds: Sounds
) -> None:
    alice = arrives("alice")
    thrifty = "Object.defineProperty(navigator, 'connection', {value: {saveData: true}})"
    alice.context.add_init_script(thrifty)
    titles = ("One", "Two")
    playlist = shared_list(clients["alice"], sounds, "Two of them", titles, seconds=9.0)
    page = alice.opens_playlist(playlist)
    has_worker(page)
    play(alice, "One")
    alice.until(lambda: float(alice.audio("currentTime")) > 7)
    assert len(rows(page, "audio")) == 1
