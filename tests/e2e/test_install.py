"""The app can be installed: nothing is missing that browsers ask for."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.cast import PASSWORD
from tests.e2e.conftest import ARGUMENTS, CHROMIUM
from tests.serving import Server


def test_nothing_stands_in_the_way_of_installing_it(
    chromium: Browser, server: Server, tmp_path: Path
) -> None:
    # A profile of its own: a context of Playwright's is a private window, where nothing installs.
    kind = chromium.browser_type
    with kind.launch_persistent_context(
        str(tmp_path), executable_path=CHROMIUM, args=ARGUMENTS
    ) as context:
        page = context.pages[0]
        body = {"username": "alice", "password": PASSWORD}
        assert context.request.post(f"{server.url}/api/v1/users/login", data=body).ok
        page.goto(f"{server.url}/install")
        expect(page.get_by_text("Everything that is needed is here.")).to_be_visible()
        session = context.new_cdp_session(page)
        assert session.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
        manifest = page.evaluate("fetch('/manifest.webmanifest').then((r) => r.json())")
        assert {(i["sizes"], i.get("purpose", "any")) for i in manifest["icons"]} >= {
            ("192x192", "any"),
            ("512x512", "any"),
            ("512x512", "maskable"),
        }
        addresses = [icon["src"] for icon in manifest["icons"]]
        addresses += [shortcut["url"] for shortcut in manifest["shortcuts"]]
        addresses.append(manifest["share_target"]["action"])
        for address in addresses:
            assert page.request.get(f"{server.url}/{address}").ok, address
