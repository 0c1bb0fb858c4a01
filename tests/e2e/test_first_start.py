"""From nothing: an empty folder, the link that start-up prints, and music that plays.

Where music is made all of it but three songs is there already, as each takes seconds; in the soak
the folder is empty then too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from playlist_app.database import write
from playlist_app.library.demo import DEMO_PLAYLIST, SONGS
from playlist_app.library.models import Track
from playlist_app.operations import startup
from playlist_app.people.models import Role, User
from tests.cast import PASSWORD
from tests.conftest import close, make_app
from tests.e2e.conftest import Visitor
from tests.serving import Server
from tests.soak import IS_SOAK, count


@pytest.fixture
def to_make(tmp_path: Path) -> int:
    """How many songs of the demo playlist are left to make."""
    left = DEMO_PLAYLIST[: count(3, len(DEMO_PLAYLIST))]
    if not IS_SOAK:
        app = make_app(tmp_path / "instance")
        startup.prepare(app)
        with app.app_context(), write():
            mira = User.create("mira", PASSWORD, roles={Role.MEMBER}, by=None)
            for song in SONGS:
                if song.slug not in left:
                    Track.publish(mira, title=song.title, artist=song.artist)
        close(app)
    return len(left)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Server]:
    """A server on a folder that it had to make itself."""
    (tmp_path / "instance").mkdir(exist_ok=True)
    server = Server(tmp_path / "instance", is_cold=True).start()
    yield server
    server.stop()


def printed_link(server: Server) -> str:
    found = re.search(r"http://\S+/first-admin/\S+", server.log.read_text())
    assert found, server.log.read_text()
    return found[0]


def test_the_printed_link_makes_the_admin_and_the_music(
    to_make: int, fresh: Server, chromium: Browser
) -> None:
    link = printed_link(fresh)
    context = chromium.new_context(viewport={"width": 390, "height": 780}, has_touch=True)
    visitor = Visitor(context, fresh, "olga")
    page = visitor.page
    page.goto(link)
    page.get_by_label("Name").fill("olga")
    page.get_by_label("Password").fill("a good long password")
    expect(page.get_by_role("checkbox", name="Put some music in")).to_be_checked()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", name="Good to see you, olga")).to_be_visible()

    # It takes half a minute; the page says so and shows the list as soon as it is there.
    expect(page.get_by_role("main")).to_contain_text("Making music")
    page.get_by_role("main").get_by_role("link", name="Friday kitchen").click()
    rows = page.get_by_role("list", name="Playlist").get_by_role("listitem")
    expect(rows.first).to_be_visible(timeout=90_000)  # songs come as they are made
    rows.first.get_by_role("button", name="Play").click()
    visitor.hears()
    # The next may not be made when this one is over, which would be the end of the music.
    visitor.goes_round()
    page.get_by_role("link", name="Home").first.click()
    expect(page.get_by_role("heading", name="Good to see you, olga")).to_be_visible()
    expect(page.locator("#seeding")).to_have_count(0, timeout=300_000)
    # The list is also named where one goes on listening.
    card = page.locator("main a.card").filter(has_text="Friday kitchen")
    expect(card).to_contain_text(f"{to_make} tracks")
    visitor.hears()

    # The link is spent, and the server knows whom it has.
    visitor.faults.clear()
    answer = context.request.get(link)
    assert answer.status == 404
    users = fresh.flask("users", "list")
    assert re.search(r"olga.*admin", users)
    assert visitor.faults == []
    context.close()


def test_without_the_box_there_is_no_music(fresh: Server, chromium: Browser) -> None:
    context = chromium.new_context()
    visitor = Visitor(context, fresh, "olga")
    page = visitor.page
    page.goto(printed_link(fresh))
    page.get_by_label("Name").fill("olga")
    page.get_by_label("Password").fill("a good long password")
    page.get_by_role("checkbox", name="Put some music in").uncheck()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", name="Good to see you, olga")).to_be_visible()
    expect(page.get_by_role("main")).not_to_contain_text("Making music")
    page.get_by_role("link", name="Library").first.click()
    expect(page.get_by_role("main")).to_contain_text("The library is empty")
    context.close()
