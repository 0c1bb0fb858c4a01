"""TLS=1 as a phone meets it: it is told how to trust the authority, and then it is an app like any
other: by a certificate that the browser believes, with no warning clicked away."""

from __future__ import annotations

import contextlib
import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from playwright.sync_api import Browser, Error, expect

from playlist_app.operations.https import authority
from tests.cast import PASSWORD
from tests.operations.https.test_front import NAME, Home
from tests.serving import Client
from tests.trusting import chromium_of, needs_certutil, trust_in_chromium, trusted

pytestmark = needs_certutil

# As the router at home would: the name leads here.
AT_HOME = f"--host-resolver-rules=MAP {NAME} 127.0.0.1,MAP bank.example 127.0.0.1"


@contextlib.contextmanager
def serving(files: authority.Files) -> Iterator[int]:
    """A site with a certificate; answers its port."""
    site = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    site.socket = authority.context(files).wrap_socket(
        site.socket, server_side=True, do_handshake_on_connect=False
    )
    thread = threading.Thread(target=site.serve_forever, daemon=True)
    thread.start()
    yield site.server_port
    site.shutdown()
    thread.join()
    site.server_close()


@pytest.fixture(scope="module")
def home(
    furnished: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Home]:
    folder = tmp_path_factory.mktemp("home") / "instance"
    shutil.copytree(furnished[0], folder)
    server = Home(folder)
    with trusted(server.authority):
        server.start()
        yield server
        server.stop()


def test_a_device_that_trusts_it_installs_it_and_is_live(
    chromium: Browser, home: Home, furnished: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    alice = Client(home, furnished[1]["alice"])
    playlist = alice.ok("POST", "/playlists", {"title": "Friday"})
    address = f"https://{NAME}:{home.port}"
    trust_in_chromium(tmp_path / "home", home.authority)
    with chromium_of(tmp_path / "home", chromium.browser_type, AT_HOME) as context:
        page = context.pages[0]
        # It typed the name, without https: the page sees that it is trusted, and goes on.
        page.goto(f"http://{NAME}:{home.port}/playlists/{playlist['id']}")
        page.wait_for_url(f"{address}/login?next=**")
        page.get_by_label("Name").fill("alice")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        expect(page).to_have_url(f"{address}/playlists/{playlist['id']}")
        expect(page.get_by_role("status")).to_have_text("Live")
        scope = page.evaluate("navigator.serviceWorker.ready.then((r) => r.scope)")
        assert scope == f"{address}/"
        assert page.evaluate("isSecureContext")
        alice.ok("PATCH", f"/playlists/{playlist['id']}", {"title": "Saturday"})
        expect(page.get_by_role("heading", name="Saturday")).to_be_visible()
        page.goto(f"{address}/install")
        expect(page.get_by_text("Everything that is needed is here.")).to_be_visible()
        session = context.new_cdp_session(page)
        assert session.send("Page.getInstallabilityErrors")["installabilityErrors"] == []


def test_a_device_that_does_not_trust_it_is_told_how(
    chromium: Browser, home: Home, tmp_path: Path
) -> None:
    with chromium_of(tmp_path / "home", chromium.browser_type, AT_HOME, width=360) as context:
        page = context.pages[0]
        with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
            page.goto(f"https://{NAME}:{home.port}/")
        page = context.new_page()
        page.goto(f"http://{NAME}:{home.port}/library")
        assert page.url.startswith(f"http://{NAME}:{home.port}/install")
        expect(page.get_by_role("heading", name="iPhone and iPad").first).to_be_visible()
        assert page.locator("svg.trust-screen").count() >= 10
        with page.expect_download() as download:
            page.get_by_role("link", name="Fetch the certificate").click()
        assert download.value.path().read_bytes() == home.authority.read_bytes()
        onward = page.get_by_role("link", name="Go on to Jamboree")
        assert onward.get_attribute("href") == f"https://{NAME}:{home.port}/library"
        # No page is wider than the phone.
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_authority_is_not_believed_for_any_other_site(
    chromium: Browser, home: Home, tmp_path: Path
) -> None:
    """Even by who has its key: name constraints, which the browser holds it to."""
    files = authority.Files(home.data / "https")
    other = authority.Files(tmp_path / "stolen")
    shutil.copytree(files.folder, other.folder)
    issuer = x509.load_pem_x509_certificate(files.authority.read_bytes())
    authority._make_certificate(other, issuer, ["bank.example"], [])
    trust_in_chromium(tmp_path / "home", home.authority)
    with (
        serving(other) as port,
        chromium_of(tmp_path / "home", chromium.browser_type, AT_HOME) as context,
        pytest.raises(Error, match="ERR_CERT"),
    ):
        context.pages[0].goto(f"https://bank.example:{port}/")
