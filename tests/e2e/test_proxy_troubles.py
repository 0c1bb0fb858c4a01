"""What docs/operations.md says of proxies that are set up wrong: each mistake made on purpose, in
the real nginx."""

from __future__ import annotations

import http.cookiejar
import re
import shutil
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from playlist_app.config import ROOT
from playlist_app.live import hub
from tests.cast import PASSWORD
from tests.e2e.conftest import upload
from tests.operations.proxies import NGINX, Behind, running
from tests.serving import Client, Listener
from tests.sounds import Sounds
from tests.trusting import an_authority, trusted

pytestmark = pytest.mark.skipif(not NGINX, reason="needs nginx")

Wrong = Callable[..., Client]


@pytest.fixture(scope="module")
def wrong(
    furnished: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Wrong]:
    """`wrong("line of nginx.conf", "what stands there instead")`: Alice, through such a proxy."""
    folder = tmp_path_factory.mktemp("wrong")
    tls = an_authority(folder / "authority", "localhost")
    shutil.copytree(furnished[0], folder / "instance")
    server = Behind(folder / "instance", kind="nginx", prefix="", accel="/_jamboree")
    with trusted(tls.authority), ExitStack() as proxies:
        proxies.enter_context(running(server, tls, folder / "good"))
        server.start()
        proxies.callback(server.stop)

        def through(line: str, instead: str) -> Client:
            number = len(list(folder.iterdir()))
            other = Behind(server.data, kind="nginx", prefix="", accel="/_jamboree")
            other.port = server.port
            proxies.enter_context(
                running(other, tls, folder / f"proxy-{number}", instead={line: instead})
            )
            return Client(other, furnished[1]["alice"])

        yield through


def test_without_upgrade_there_is_no_socket(wrong: Wrong) -> None:
    """The page says “Reconnecting” for ever."""
    alice = wrong("proxy_set_header Upgrade $http_upgrade;", "")
    assert alice.ok("GET", "/tracks") is not None
    with pytest.raises(InvalidStatus) as refused:
        Listener(alice, "/ws/me")
    assert refused.value.response.status_code == 400


def test_a_host_without_its_port_makes_pages_foreign(wrong: Wrong) -> None:
    alice = wrong("$http_host", "$host")
    with pytest.raises(InvalidStatus) as refused:
        Listener(alice, "/ws/me", headers={"Origin": alice.server.url})
    assert refused.value.response.status_code == 403


def test_a_proxy_that_closes_what_is_quiet_closes_sockets(wrong: Wrong) -> None:
    """They are live for a while, and then not. What the guide says to write leaves them open."""
    alice = wrong("proxy_read_timeout 75s;", "proxy_read_timeout 1s;")
    listener = Listener(alice, "/ws/me")
    listener.until("connection.established")
    assert listener.until_closed() == 1006  # without a word: it was not Jamboree
    assert hub.PING_EVERY * 2 < 75


def test_nginx_takes_a_megabyte_unless_it_is_told_otherwise(wrong: Wrong, sounds: Sounds) -> None:
    alice = wrong("client_max_body_size 0;", "")
    with pytest.raises(urllib.error.HTTPError) as refused:
        upload(alice, sounds("wav", seconds=14.0, title="Long Wave"))
    assert refused.value.code == 413
    assert b"nginx" in refused.value.read()  # it is not Jamboree that says so


def test_audio_that_nginx_may_not_read_or_find_is_silent(wrong: Wrong, sounds: Sounds) -> None:
    alice = wrong("/instance/media/;", "/elsewhere/media/;")
    track = upload(alice, sounds("mp3", title="Silent"))
    asked = urllib.request.Request(alice.server.url + track["audio"]["url"], headers=alice.headers)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(asked)
    assert refused.value.code == 404
    assert b"nginx" in refused.value.read()


def test_by_http_where_the_public_address_is_https_nobody_logs_in(wrong: Wrong) -> None:
    """The browser keeps the cookie for HTTPS."""
    alice = wrong("gzip on;", "gzip on;")
    here = f"http://127.0.0.1:{alice.server.port}/login"
    browser = urllib.request.build_opener(
        urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    )
    with browser.open(here) as page:
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.read().decode())
    assert token
    form = {"csrf_token": token[1], "username": "alice", "password": PASSWORD}
    sent = urllib.request.Request(here, data=urllib.parse.urlencode(form).encode())
    with pytest.raises(urllib.error.HTTPError) as refused:
        browser.open(sent)
    assert "open for too long" in refused.value.read().decode()


def test_the_guide_names_ten_troubles_and_what_is_said() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    assert len([line for line in text.splitlines() if line.startswith("## ")]) == 10
    for said in ("Reconnecting", "413", "X-Forwarded-Prefix", "JAMBOREE_TLS_NAMES", "chown"):
        assert said in text
