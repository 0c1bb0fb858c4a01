"""Uploads in a real browser: many files, folders, what is here already, and broken connections."""

from __future__ import annotations

import itertools
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.e2e.conftest import Arrives, Visitor, upload
from tests.e2e.test_look import looks_right
from tests.serving import Client, Server
from tests.sounds import Sounds

fresh = itertools.count()


def opens_the_box(visitor: Visitor) -> Page:
    page = visitor.opens("/library")
    page.locator("summary", has_text="Upload").click()
    return page


def row(page: Page, name: str) -> Any:
    return page.get_by_role("list", name="Uploads").get_by_role("listitem").filter(has_text=name)


def states(page: Page) -> list[str]:
    found: list[str] = page.locator(".uploads li").evaluate_all(
        "rows => rows.map((row) => row.dataset.state)"
    )
    return found


def takes_refusals(visitor: Visitor) -> None:
    """The browser itself notes in its console that a call was refused."""
    visitor.faults[:] = [fault for fault in visitor.faults if "status of 422" not in fault]


@pytest.fixture
def songs(sounds: Sounds, tmp_path: Path) -> list[Path]:
    """Twelve songs, in files of their own."""
    folder = tmp_path / "songs"
    folder.mkdir()
    paths = []
    seconds = 2.0 + next(fresh) / 10  # the tests share a server, and each brings songs of its own
    for number in range(12):
        path = folder / f"{number:02} song.mp3"
        made = sounds("mp3", seconds=seconds, pitch=200.0 + 20 * number, title=f"Song {number}")
        shutil.copyfile(made, path)
        paths.append(path)
    return paths


def test_many_files_at_once_with_one_that_is_refused_and_one_that_is_here(
    arrives: Arrives, clients: dict[str, Client], songs: list[Path], tmp_path: Path
) -> None:
    upload(clients["bob"], songs[3])
    diary = tmp_path / "diary.mp3"
    diary.write_text("Dear diary, today I learned what an mp3 is not.\n" * 100)
    twin = tmp_path / "twin.mp3"
    shutil.copyfile(songs[5], twin)
    alice = arrives("alice")
    page = opens_the_box(alice)
    sent: list[str] = []
    page.on("request", lambda r: sent.append(r.url) if r.method == "PATCH" else None)

    page.get_by_label("Choose files").set_input_files([*songs, diary, twin])

    expect(page.locator(".upload-total")).to_contain_text("11 tracks added")
    assert sorted(states(page)) == ["added"] * 11 + ["here", "refused", "same"]
    expect(row(page, "diary.mp3")).to_contain_text("not one of the formats")
    expect(row(page, "twin.mp3")).to_contain_text("The same as “05 song.mp3”")
    here = row(page, "already in the library")
    expect(here.get_by_role("link", name="Song 3")).to_be_visible()
    assert len(sent) == 12, "the bytes that are here were not sent"
    # The list below shows them, without a reload.
    expect(page.locator("#tracks").get_by_text("Song 11")).to_be_visible()
    takes_refusals(alice)

    here.get_by_role("button", name="Add “03 song.mp3” anyway").click()
    expect(page.locator(".upload-total")).to_contain_text("12 tracks added")
    assert len(sent) == 12
    tracks = clients["alice"].ok("GET", "/tracks?search=Song%203")["items"]
    assert sorted(t["owner"]["name"] for t in tracks if t["title"] == "Song 3") == ["Alice", "Bob"]
    page.get_by_role("button", name="Clear the list").click()
    expect(page.locator(".upload-total")).to_be_hidden()


def test_a_folder_with_folders_in_it(arrives: Arrives, songs: list[Path], tmp_path: Path) -> None:
    folder = tmp_path / "Night Market"
    (folder / "disc 2").mkdir(parents=True)
    shutil.copyfile(songs[0], folder / "one.mp3")
    shutil.copyfile(songs[1], folder / "disc 2" / "two.MP3")
    for name in ("cover.jpg", "one.lrc", "disc 2/notes.txt", ".DS_Store", "._one.mp3"):
        (folder / name).write_bytes(b"not audio")
    alice = arrives("alice", width=360)
    page = opens_the_box(alice)
    page.get_by_label("Choose a folder").set_input_files(folder)
    expect(page.locator(".upload-total")).to_contain_text("2 tracks added")
    expect(page.locator("upload-box")).to_contain_text("3 files are no audio and were left out.")
    expect(row(page, "Song 0")).to_be_visible()


def test_files_that_are_dropped_anywhere(arrives: Arrives, songs: list[Path]) -> None:
    alice = arrives("alice")
    page = alice.opens("/library")
    data = page.evaluate_handle(
        """(bytes) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], "dropped.mp3", {type: "audio/mpeg"}));
          data.items.add(new File(["notes"], "notes.txt"));
          return data;
        }""",
        list(songs[0].read_bytes()),
    )
    page.dispatch_event("h1", "dragover", {"dataTransfer": data})
    expect(page.get_by_text("Drop to add to the library")).to_be_visible()
    page.dispatch_event("h1", "drop", {"dataTransfer": data})
    expect(page.get_by_text("Drop to add to the library")).to_be_hidden()
    expect(row(page, "Song 0")).to_contain_text("added")
    expect(page.locator("upload-box")).to_contain_text("1 file is no audio and was left out.")


@pytest.fixture
def long_song(sounds: Sounds) -> Path:
    """A WAV of 10 MB: several pieces."""
    return sounds("wav", seconds=60.0 + next(fresh), title="Long one")


def pieces(page: Page) -> list[int]:
    """The offsets of the pieces that are sent from now on."""
    sent: list[int] = []

    def note(request: Request) -> None:
        if request.method == "PATCH":
            sent.append(int(request.headers["upload-offset"]))

    page.on("request", note)
    return sent


def stalls_after(page: Page, count: int) -> list[Route]:
    """Let so many pieces through, and keep the next one waiting."""
    waiting: list[Route] = []
    passed = iter(range(1000))

    def hold(route: Route) -> None:
        if route.request.method == "PATCH" and next(passed) >= count:
            waiting.append(route)
        else:
            route.continue_()

    page.route("**/api/v1/uploads/*", hold)
    return waiting


def test_a_server_that_dies_in_the_middle_costs_no_byte_that_was_there(
    arrives: Arrives, own_server: Server, clients: dict[str, Client], long_song: Path
) -> None:
    alice = arrives("alice")
    alice.expects_no_network = True
    page = opens_the_box(alice)
    waiting = stalls_after(page, 2)
    page.get_by_label("Choose files").set_input_files(long_song)
    alice.until(lambda: bool(waiting))
    [left] = clients["alice"].ok("GET", "/uploads")["items"]
    assert 0 < left["offset"] < long_song.stat().st_size

    own_server.kill()
    waiting[0].abort()
    page.unroute("**/api/v1/uploads/*")
    expect(row(page, long_song.name)).to_contain_text("goes on by itself")
    sent = pieces(page)
    own_server.start()

    expect(row(page, "Long one")).to_contain_text("added")
    assert sent[0] == left["offset"], "it went on where the server was"
    assert sent == sorted(set(sent)), "no piece was sent twice"
    [track] = clients["alice"].ok("GET", "/tracks")["items"]
    assert track["audio"]["size_bytes"] == long_song.stat().st_size


def test_without_network_it_waits_and_goes_on_by_itself(
    arrives: Arrives, clients: dict[str, Client], long_song: Path
) -> None:
    alice = arrives("alice", width=390)
    alice.expects_no_network = True
    page = opens_the_box(alice)
    waiting = stalls_after(page, 1)
    page.get_by_label("Choose files").set_input_files(long_song)
    alice.until(lambda: bool(waiting))
    alice.context.set_offline(True)
    waiting[0].abort()
    page.unroute("**/api/v1/uploads/*")
    expect(row(page, long_song.name)).to_contain_text("goes on by itself")
    alice.context.set_offline(False)
    expect(row(page, "Long one")).to_contain_text("added")


def test_it_goes_on_while_one_is_on_another_page(
    arrives: Arrives, clients: dict[str, Client], long_song: Path
) -> None:
    alice = arrives("alice")
    page = opens_the_box(alice)
    waiting = stalls_after(page, 1)
    page.get_by_label("Choose files").set_input_files(long_song)
    alice.until(lambda: bool(waiting))
    page.get_by_role("link", name="Home").first.click()
    expect(page.locator("upload-line")).to_have_text("Uploading 0 of 1")
    looks_right(alice)
    waiting[0].continue_()
    page.unroute("**/api/v1/uploads/*")
    expect(page.locator(".toast")).to_contain_text("1 track added")
    expect(page.locator("upload-line")).to_be_hidden()


def test_after_a_reload_the_same_file_goes_on_where_it_was(
    arrives: Arrives, clients: dict[str, Client], long_song: Path
) -> None:
    alice = arrives("alice")
    alice.expects_no_network = True
    page = opens_the_box(alice)
    warned: list[str] = []

    def leave(dialog: Any) -> None:
        warned.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    waiting = stalls_after(page, 2)
    page.get_by_label("Choose files").set_input_files(long_song)
    alice.until(lambda: bool(waiting))
    page.reload()
    page.unroute("**/api/v1/uploads/*")
    assert warned == ["beforeunload"]
    expect(row(page, long_song.name)).to_contain_text("choose the file again")
    [left] = clients["alice"].ok("GET", "/uploads")["items"]
    sent = pieces(page)
    page.get_by_label("Choose files").set_input_files(long_song)
    expect(row(page, "Long one")).to_contain_text("added")
    assert sent[0] == left["offset"] > 0
    expect(page.locator(".uploads li")).to_have_count(1)


def test_pause_go_on_and_cancel(
    arrives: Arrives, clients: dict[str, Client], long_song: Path, songs: list[Path]
) -> None:
    alice = arrives("alice")
    alice.expects_no_network = True
    page = opens_the_box(alice)
    waiting = stalls_after(page, 1)
    page.get_by_label("Choose files").set_input_files([long_song, *songs[:2]])
    alice.until(lambda: bool(waiting))
    page.get_by_role("button", name="Pause", exact=True).last.click()
    expect(row(page, long_song.name)).to_contain_text("paused")
    page.unroute("**/api/v1/uploads/*")
    page.get_by_role("button", name=f"Cancel “{long_song.name}”").click()
    alice.until(
        lambda: (
            long_song.name
            not in [one["name"] for one in clients["alice"].ok("GET", "/uploads")["items"]]
        )
    )
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".upload-total")).to_contain_text("2 tracks added")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_box_fits_and_can_be_read(
    arrives: Arrives, songs: list[Path], tmp_path: Path, long_song: Path, width: int, scheme: Any
) -> None:
    alice = arrives("alice", width=width, color_scheme=scheme, reduced_motion="reduce")
    page = opens_the_box(alice)
    looks_right(alice)
    waiting = stalls_after(page, 4)
    diary = tmp_path / "diary.mp3"
    diary.write_text("Dear diary, today I learned what an mp3 is not.\n" * 100)
    page.get_by_label("Choose files").set_input_files([*songs[:3], diary, long_song, *songs[3:]])
    alice.until(lambda: len(waiting) == 3)
    if shots := os.environ.get("SHOTS"):
        page.screenshot(path=f"{shots}/sending-{width}-{scheme}.png", full_page=True)
    looks_right(alice)
    page.get_by_role("button", name="Pause", exact=True).last.click()
    takes_refusals(alice)
    looks_right(alice)
