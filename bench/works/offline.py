"""A playlist of 1,000 songs on a device: the start without network, and with a server that is
silent; from a tap to sound, a seek, the next song; and what opening it costs with a network.

In headless Chromium, which is left out with a word where there is none.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bench.options import Options
from bench.report.figures import Figure, Row, median_of
from bench.stage import traveller
from bench.stage.house import furnished
from bench.stage.server import Server, serving

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Request

SONGS = 1000
TAPPED = 5  # songs of each round
PATIENCE = 600_000  # milliseconds

# Runs in each page before anything else: notes when the list can be used (its rows stand, and
# answer), when something sounds, and how long a seek took.
WATCH = """
window.times = {};
const note = (name) => { window.times[name] = performance.now(); };
const look = () => {
  const list = document.querySelector("offline-page jam-playlist");
  if (list?.room && list.querySelector(".row")) requestAnimationFrame(() => note("usable"));
  else requestAnimationFrame(look);
};
look();
addEventListener("click", () => note("tap"), true);
for (const type of ["playing", "seeking", "seeked", "ended"]) {
  addEventListener(type, () => note(type), true);
}
addEventListener("playing", () => "ended" in window.times && note("after"), true);
"""


def measure(options: Options) -> list[Row]:
    why = traveller.missing()
    if why:
        print(f"  offline is left out. {why}", file=sys.stderr, flush=True)
        return []
    with furnished(1) as house:
        songs = traveller.songs(house, SONGS)
        # Songs that were just made would be analysed meanwhile, and each of them change the list.
        with serving(house.folder, options.workers, works=False) as server:
            url = f"http://{server.url}"
            path = f"{url}/playlists/{songs.id}"
            with traveller.browser(url, house.people[0]) as context:
                _take_along(context, path)
                opened = [_opened(context, path, songs.id) for _ in range(options.rounds)]
                context.add_init_script(WATCH)
                silent = [_silent(context, server, path) for _ in range(options.rounds)]
                context.set_offline(True)
                cold = [_cold(context, path) for _ in range(options.rounds)]
                played = [_played(context, path) for _ in range(options.rounds)]
    work = f"{SONGS:,} songs on a device, without network"
    return [
        Row(f"{work}: until the list can be used", median_of(cold)),
        Row("… with a server that is silent", median_of(silent)),
        Row("… playing from the device", median_of(played)),
        Row(
            "… opened unchanged, with a network",
            median_of([rows for rows, _ in opened]),
            sum((wrong for _, wrong in opened), Counter()),
        ),
    ]


def _take_along(context: BrowserContext, path: str) -> None:
    page = context.new_page()
    page.goto(path)
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    page.get_by_role("button", name="Take along").click()
    page.get_by_role("button", name="On this device", exact=True).wait_for(timeout=PATIENCE)
    page.close()


def _opened(context: BrowserContext, path: str, playlist: str) -> tuple[list[Figure], Counter[str]]:
    """What opening the list costs while there is a network and nothing changed."""
    asked: list[Request] = []

    def note(request: Request) -> None:
        # Of the worker's requests only those that go to the network.
        if "/audio/" in request.url or request.url.partition("?")[0].endswith("/offline"):
            asked.append(request)

    context.on("request", note)
    page = context.new_page()
    page.goto(path)
    page.get_by_role("status").get_by_text("Live").wait_for()
    page.wait_for_timeout(1500)  # for what might be asked for behind the page
    context.remove_listener("request", note)
    manifests = [one for one in asked if one.url.partition("?")[0].endswith("/offline")]
    statuses = [one.response() for one in manifests]
    page.close()
    wrong = Counter({"not 304": sum(1 for one in statuses if not one or one.status != 304)})
    audio = len(asked) - len(manifests)
    return [
        Figure(len(manifests), "conditional requests", at_most=1),
        Figure(audio, "requests for audio", at_most=0),
    ], +wrong


def _cold(context: BrowserContext, path: str) -> list[Figure]:
    page = context.new_page()
    tools = context.new_cdp_session(page)
    tools.send("ServiceWorker.enable")
    page.wait_for_timeout(2000)  # Chromium itself loads what a new tab of its own has
    tools.send("ServiceWorker.stopAllWorkers")  # as it is when the app was not used for a while
    page.wait_for_timeout(500)
    usable = _usable(page, path)
    page.close()
    return [Figure(usable, "ms", at_most=500)]


def _silent(context: BrowserContext, server: Server, path: str) -> list[Figure]:
    """Packets vanish: its processes are stopped, and the kernel takes connections for them."""
    page = context.new_page()
    with _stopped(server):
        usable = _usable(page, path)
    page.close()
    return [Figure(usable, "ms", at_most=1000)]


@contextlib.contextmanager
def _stopped(server: Server) -> Iterator[None]:
    processes = [worker.pid for worker in server.workers]
    for pid in processes:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in processes:
            os.kill(pid, signal.SIGCONT)


def _usable(page: Page, path: str) -> float:
    """Milliseconds from the navigation."""
    page.goto(path, wait_until="commit")
    return _time(page, "usable")


def _played(context: BrowserContext, path: str) -> list[Figure]:
    page = context.new_page()
    _usable(page, path)
    taps, seeks, nexts = [], [], []
    for at in range(0, TAPPED * 2, 2):
        _forget(page)
        page.locator(".row .art").nth(at).click()
        taps.append(_time(page, "playing") - _time(page, "tap"))
        _forget(page)
        page.evaluate("document.querySelector('audio').currentTime = 12")
        seeks.append(_time(page, "seeked") - _time(page, "seeking"))
        _forget(page)
        page.evaluate("(a => a.currentTime = a.duration - 0.4)(document.querySelector('audio'))")
        ended = _time(page, "ended")
        nexts.append(_time(page, "after") - ended)
    page.close()
    return [
        Figure(_middle(taps), "ms", "tap to sound", at_most=150),
        Figure(_middle(seeks), "ms", "seek", at_most=150),
        Figure(_middle(nexts), "ms", "next song", at_most=150),
    ]


def _forget(page: Page) -> None:
    page.evaluate("window.times = {}")


def _time(page: Page, name: str) -> float:
    """When it happened, in milliseconds of the page; waited for."""
    for _ in range(PATIENCE // 10):
        time: Any = page.evaluate(f"window.times.{name} ?? null")
        if time is not None:
            return float(time)
        page.wait_for_timeout(10)
    raise AssertionError(f"there was no “{name}”")


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
