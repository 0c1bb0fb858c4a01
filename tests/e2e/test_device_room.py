"""The room on the device: one copy of shared bytes, the budget, the quota, and what went."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.e2e.away import take_along
from tests.e2e.conftest import (
    ARGUMENTS,
    CHROMIUM,
    Arrives,
    Visitor,
    shared_list,
    upload,
    without,
)
from tests.e2e.test_kept_audio import has_worker, play, rows, whole
from tests.serving import Client, Server
from tests.sounds import Sounds

MB = 1_000_000


@pytest.fixture(scope="module")
def chromium(chromium: Browser) -> Iterator[Browser]:
    """A browser that says how much it grants. By itself Chromium says 10 GiB more than is used to
    everybody, whatever it enforces."""
    arguments = [*ARGUMENTS, without("StaticStorageQuota")]
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=arguments)
    yield browser
    browser.close()


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


FACT = """(name) => new Promise((done) => {
  const opening = indexedDB.open("jamboree");
  opening.onsuccess = () => {
    const one = opening.result.transaction("facts").objectStore("facts").get(name);
    one.onsuccess = () => { opening.result.close(); done(one.result ?? null); };
  };
})"""


def choose(page: Page, megabytes: str) -> None:
    """Move the slider to a budget, as fast as keys can be pressed."""
    slider = page.get_by_label("At most for music")
    slider.focus()
    slider.press("Home")
    for _ in range(20):
        if slider.get_attribute("aria-valuetext") == megabytes:
            return
        slider.press("ArrowRight")
    raise AssertionError("there is no such budget")


@pytest.fixture
def two_lists(
    server: Server, clients: dict[str, Client], sounds: Sounds, tmp_path: Path
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two playlists of 50 tracks each that share 25."""
    alice = clients["alice"]
    for n in range(75):
        title = f"Shared {n:02}"
        path = sounds("mp3", seconds=0.5, pitch=200.0 + 10 * n, title=title)
        shutil.copy(path, tmp_path / f"{title}.mp3")
    server.flask("library", "scan", str(tmp_path), "--copy", "--owner", "alice")
    found = alice.ok("GET", "/tracks?search=Shared&limit=100")["items"]
    tracks = sorted(found, key=lambda track: str(track["title"]))
    assert len(tracks) == 75
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
    return waves(clients["alice"], sounds, 4)


def waves(alice: Client, sounds: Sounds, count: int) -> dict[str, Any]:
    playlist = alice.ok("POST", "/playlists", {"title": "Waves"})
    for number in range(count):
        path = sounds("wav", seconds=2.0, pitch=300.0 + 50 * number, title=f"Wave {number}")
        track = upload(alice, path)
        alice.ok("POST", f"/playlists/{playlist['id']}/items", {"track_id": track["id"]})
    items = alice.ok("GET", f"/playlists/{playlist['id']}/items")["items"]
    return dict(playlist) | {"hashes": [item["track"]["audio"]["sha256"] for item in items]}


def hears_all_of_it(alice: Visitor, playlist: dict[str, Any]) -> None:
    """Play a list from its first to its last track."""
    play(alice, "Wave 0")
    last = alice.page.locator("#player .text .title")
    expect(last).to_have_text(f"Wave {len(playlist['hashes']) - 1}")
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
    alice.until(lambda: len(rows(page, "log")) == 2)  # each is noted after it went
    gone = rows(page, "log")
    assert [row["sha256"] for row in gone] == wavs["hashes"][:2]
    assert {row["why"] for row in gone} == {"budget"}
    page.get_by_text("What went, and why").click()
    log = page.get_by_role("list", name="What went")
    expect(log.get_by_role("listitem").first).to_contain_text("Wave 1")
    expect(log.get_by_role("listitem").first).to_contain_text("made smaller")


@pytest.mark.parametrize("evicts", [False, True])
def test_when_it_is_full_nothing_is_kept_where_nothing_may_go_by_itself(
    arrives: Arrives, clients: dict[str, Client], sounds: Sounds, evicts: bool
) -> None:
    playlist = waves(clients["alice"], sounds, 6)
    alice = arrives("alice")
    page = alice.opens_playlist(playlist)
    has_worker(page)
    set_fact(page, "budget", 1_800_000)  # five of them, each just under a fifth of it
    opens_downloads(alice)
    if not evicts:
        page.get_by_label("Make room by itself").uncheck()
        alice.until(lambda: page.evaluate(FACT, "evicts") is False)
    alice.opens_playlist(playlist)

    hears_all_of_it(alice, playlist)

    if evicts:
        alice.until(lambda: whole(page) == set(playlist["hashes"][1:]))
        alice.until(lambda: [row["sha256"] for row in rows(page, "log")] == playlist["hashes"][:1])
        return
    alice.until(lambda: whole(page) == set(playlist["hashes"][:5]))
    assert len(rows(page, "audio")) == 5
    assert rows(page, "log") == []
    play(alice, "Wave 0")
    alice.hears()
    assert whole(page) == set(playlist["hashes"][:5])


def test_what_was_played_and_then_taken_along_is_no_longer_cleared(
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


def test_each_kind_is_cleared_by_its_button_and_what_was_taken_along_stays(
    arrives: Arrives, clients: dict[str, Client], sounds: Sounds, wavs: dict[str, Any]
) -> None:
    person = clients["alice"]
    pinned = person.ok("POST", "/playlists", {"title": "Pinned"})
    track = upload(person, sounds("mp3", seconds=2.0, title="With a cover", cover=picture()))
    person.ok("POST", f"/playlists/{pinned['id']}/items", {"track_id": track["id"]})
    alice = arrives("alice")
    page = take_along(alice, pinned)
    has_worker(page)
    alice.opens_playlist(wavs)
    hears_all_of_it(alice, wavs)
    alice.until(lambda: len(whole(page)) == 5)
    opens_downloads(alice)
    kept = sum(row["size"] for row in rows(page, "audio") if row["sha256"] in wavs["hashes"])
    expect(size_of(page, "kept")).to_have_text(f"{kept / MB:.1f} MB")

    button = page.get_by_role("button", name="Clear what was kept")
    button.click()
    question = page.get_by_role("alertdialog")
    expect(question).to_contain_text(f"Clear {kept / MB:.1f} MB of music that was kept")
    question.get_by_role("button", name="Leave it").click()
    expect(question).to_be_hidden()
    expect(button).to_be_focused()
    assert len(whole(page)) == 5
    button.click()
    question.get_by_role("button", name="Clear it").click()
    expect(button).to_be_disabled()
    assert whole(page) == {track["audio"]["sha256"]}
    assert bytes_in_cache(page) == track["audio"]["size_bytes"]
    assert {row["sha256"] for row in rows(page, "log")} == set(wavs["hashes"])

    assert len(covers(page)) == 2
    for name, says in (("covers", "of covers"), ("pages and threads", "of pages and threads")):
        button = page.get_by_role("button", name=f"Clear {name}")
        expect(button).to_be_enabled()
        button.click()
        expect(question).to_contain_text(says)
        question.get_by_role("button", name="Clear it").click()
        expect(button).to_be_disabled()
        expect(page.locator("device-room [data-field=says]")).to_be_focused()
    assert covers(page) == []
    assert [row["what"] for row in rows(page, "log")][-2:] == ["covers", "pages"]
    assert whole(page) == {track["audio"]["sha256"]}

    page.evaluate("(url) => fetch(url).then((r) => r.blob())", track["cover_url"])  # it is shown
    alice.until(
        lambda: [url[-len(track["cover_url"]) :] for url in covers(page)] == [track["cover_url"]]
    )


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (600, 600), (200, 120, 60)).save(file, "JPEG")
    return file.getvalue()


def covers(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        """caches.open("jamboree-covers-1").then((cache) => cache.keys())
          .then((all) => all.map(({ url }) => url))"""
    )
    return found


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
    alice.until(lambda: bool(rows(page, "log")))  # something had to go, and that is noted


def test_the_budget_is_chosen_and_never_more_than_the_quota_allows(
    arrives: Arrives,
) -> None:
    alice = arrives("alice")
    page = alice.opens("/")
    browser = alice.context.new_cdp_session(page)
    quota = {"origin": alice.server.url, "quotaSize": 400 * MB}
    browser.send("Storage.overrideQuotaForOrigin", quota)
    opens_downloads(alice)
    shown = page.locator("[data-field=budget-says]")
    expect(shown).to_have_text("240 MB")
    slider = page.get_by_label("At most for music")
    slider.focus()
    slider.press("End")
    expect(slider).to_have_attribute("aria-valuetext", "240 MB")
    expect(page.locator("[data-field=quota]")).to_contain_text("400 MB")

    choose(page, "100 MB")
    alice.until(lambda: page.evaluate(FACT, "budget") == 100 * MB)
    page.reload()
    expect(shown).to_have_text("100 MB")


def test_what_the_browser_says_to_being_asked_to_keep_it_is_shown(
    arrives: Arrives, chromium: Browser
) -> None:
    alice = arrives("alice")
    page = alice.opens("/downloads")
    says = page.locator("[data-field=persistence]")
    expect(says).to_contain_text("may remove it")
    page.get_by_role("button", name="Ask the browser to keep it").click()
    expect(says).to_contain_text("The browser said no")

    target = alice.context.new_cdp_session(page).send("Target.getTargetInfo")["targetInfo"]
    may = {"permissions": ["durableStorage"], "browserContextId": target["browserContextId"]}
    chromium.new_browser_cdp_session().send("Browser.grantPermissions", may)
    # By now it may say so by itself, and have nothing to ask.
    page.locator("[data-field=persist]").evaluate("(button) => button.click()")
    expect(says).to_have_text("This browser promised to keep it, also when the device gets full.")
    expect(page.get_by_role("button", name="Ask the browser to keep it")).to_be_hidden()


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
    playlist = shared_list(clients["alice"], sounds, "Two of them", titles, seconds=30.0)
    page = alice.opens_playlist(playlist)
    has_worker(page)
    play(alice, "One")
    alice.until(lambda: float(alice.audio("currentTime")) > 7)
    alice.audio("pause()")
    assert len(rows(page, "audio")) == 1
