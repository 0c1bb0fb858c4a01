"""The guard and its proxy: nothing private is fetched, however it is written or led to."""

from __future__ import annotations

import base64
import contextlib
import ipaddress
import socket
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from playlist_app.config import BadSetting
from playlist_app.imports import guard as guards
from playlist_app.imports.guard import Guard, Refused
from playlist_app.imports.proxy import REFUSED, Proxy
from tests.cast import Person, ok, problem
from tests.conftest import make_app
from tests.imports import web as ways
from tests.imports.test_files import imports, seen
from tests.imports.web import Web

PUBLIC = ["1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "64:ff9b::101:101"]
PRIVATE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2002:c0a8:101::1",
    "2001::1",
    "2001:db8::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%lo",
    "fec0::1",
    "ff02::1",
]
# What the system takes for an address of this machine, or of the network that clouds have inside.
SPELLINGS = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "0",
    "0.0.0.0",
    "2130706433",
    "017700000001",
    "0x7f000001",
    "0x7f.1",
    "0x7F.0x0.0x0.0x1",
    "0177.0.0.01",
    "localhost",
    "LocalHost",
    "localhost.",
    "music.localhost",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[2002:7f00:1::]",
    "[fe80::1]",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "169.254.169.254",
    "0xa9fea9fe",
    "[fd00:ec2::254]",
]


@pytest.mark.parametrize("number", PUBLIC)
def test_what_is_out_in_the_internet_is_allowed(number: str) -> None:
    assert Guard().allows(number)


@pytest.mark.parametrize("number", PRIVATE)
def test_what_is_private_is_not(number: str) -> None:
    assert not Guard().allows(number)


def test_an_admin_allows_networks() -> None:
    guard = Guard("127.0.0.0/8, 192.168.1.0/24")
    assert guard.allows("127.0.0.1")
    assert guard.allows("::ffff:127.0.0.1")
    assert guard.allows("192.168.1.7")
    assert not guard.allows("192.168.2.7")
    assert not guard.allows("::1")


def test_a_network_that_is_none_is_told_at_the_start(data_folder: Path) -> None:
    with pytest.raises(BadSetting, match=r"JAMBOREE_IMPORT_ALLOW.*home"):
        make_app(data_folder, import_allow="127.0.0.0/8, home")


def test_an_address_that_this_machine_has_is_not_allowed_though_it_be_public() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        # The rule that finds it, on the only address that every machine has.
        assert guards._is_ours(ipaddress.ip_address("127.0.0.1"))
        assert not guards._is_ours(ipaddress.ip_address("1.1.1.1"))


@pytest.mark.parametrize("port", [0, 1, 22, 25, 53, 110, 445, 3306, 5432, 6379, 6667, 11211])
def test_ports_of_other_things_are_refused(port: int) -> None:
    with pytest.raises(Refused, match="Port"):
        Guard("127.0.0.0/8").places("127.0.0.1", port)


# --- through the proxy ----------------------------------------------------------------------------


@contextlib.contextmanager
def proxied(guard: Guard) -> Iterator[Callable[..., bytes]]:
    """Sends bytes to a proxy with this guard, and answers what came back."""
    proxy = Proxy(guard).start()
    parts = urlsplit(proxy.url)
    token = base64.b64encode(f"{parts.username}:{parts.password}".encode()).decode()

    def send(request: str, *, token: str = token) -> bytes:
        head = f"{request}\r\nHost: music.example\r\nProxy-Authorization: Basic {token}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=20) as connection:
            connection.sendall(head.encode())
            answer = b""
            while data := connection.recv(65_536):
                answer += data
        return answer

    try:
        yield send
    finally:
        proxy.stop()


def status(answer: bytes) -> int:
    return int(answer.split()[1])


@pytest.mark.parametrize("host", [s for s in SPELLINGS if s.isascii()])
@pytest.mark.parametrize("method", ["GET", "CONNECT"])
def test_no_spelling_gets_through(web: Web, host: str, method: str) -> None:
    web.put("/secret.mp3", b"secret")
    target = f"{host}:{web.port}" if method == "CONNECT" else f"http://{host}:{web.port}/secret.mp3"
    with proxied(Guard()) as send:
        answer = send(f"{method} {target} HTTP/1.1")
    assert status(answer) in (REFUSED, 471), answer
    assert b"secret" not in answer
    assert web.asked == []


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_is_taken_at_the_door_or_else_fetched(
    alice: Person, host: str, happened: Any, strict: None
) -> None:
    refusal = problem(alice.post("/imports", {"url": f"http://{host}/a.mp3"}), 422)
    assert refusal["errors"]["url"]
    assert happened() == []


@pytest.fixture
def strict(app: Any) -> None:
    """As it is where no admin allowed anything."""
    config = app.config["JAMBOREE"]
    app.config["JAMBOREE"] = type(config)(data=config.data)


def test_who_does_not_know_the_secret_gets_nothing(web: Web) -> None:
    with proxied(Guard("127.0.0.0/8")) as send:
        answer = send(f"GET {web.url('/one.mp3')} HTTP/1.1", token="d3Jvbmc6d3Jvbmc=")
    assert status(answer) == 407
    assert web.asked == []


@pytest.mark.parametrize(
    "request_line",
    [
        "GET file:///etc/passwd HTTP/1.1",
        "GET ftp://music.example/a HTTP/1.1",
        "GET /etc/passwd HTTP/1.1",
        "GET https://music.example/a HTTP/1.1",
        "CONNECT music.example HTTP/1.1",
        "CONNECT http://music.example:80/ HTTP/1.1",
        "nonsense",
    ],
)
def test_the_proxy_takes_no_other_requests(request_line: str) -> None:
    with proxied(Guard("127.0.0.0/8")) as send:
        assert status(send(request_line)) in (400, REFUSED)


class FickleNames:
    """A resolver whose answer changes each time: harmless when it is checked, private after."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked = 0

    def __call__(self, host: str, port: int) -> Sequence[tuple[int, tuple[str, int]]]:
        self.asked += 1
        number = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [(socket.AF_INET, (number, port))]


def test_what_was_checked_is_what_is_connected_to(web: Web) -> None:
    """DNS rebinding: the name is asked for once, and a second answer is never heard."""
    web.put("/one.mp3", b"the right one")
    names = FickleNames("127.0.0.1", "10.0.0.1")
    with proxied(Guard("127.0.0.0/8", resolve=names)) as send:
        answer = send(f"GET http://rebind.example:{web.port}/one.mp3 HTTP/1.1")
        assert answer.endswith(b"the right one")
        assert names.asked == 1
        again = send(f"GET http://rebind.example:{web.port}/one.mp3 HTTP/1.1")
    assert status(again) == REFUSED
    assert len(web.asked) == 1


def test_of_several_answers_only_those_that_are_allowed_count(web: Web) -> None:
    def names(host: str, port: int) -> Sequence[tuple[int, tuple[str, int]]]:
        return [(socket.AF_INET, (number, port)) for number in ("10.0.0.1", "127.0.0.1")]

    guard = Guard("127.0.0.0/8", resolve=names)
    assert guard.places("both.example", 8000) == [(socket.AF_INET, ("127.0.0.1", 8000))]


# --- by the whole engine --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    [
        "http://10.0.0.1/a.mp3",
        "http://[::1]:8000/a.mp3",
        "http://0xa9fea9fe/latest/",
        "https://192.168.1.1/a.mp3",
        "file:///etc/passwd",
        "ftp://music.example/a.mp3",
    ],
)
@pytest.mark.parametrize("path", ["/one.mp3", "/one"])
def test_a_redirect_leads_nowhere_else(
    alice: Person, web: Web, work: Any, left: Any, target: str, path: str
) -> None:
    id_ = imports(alice, web.put(path, b"", way=ways.leads_to(target)))
    work()
    row = seen(alice, id_)
    assert (row["status"], row["error_class"]) == ("failed", "refused"), row
    assert row["error"]
    assert left() == []


def test_a_page_or_a_feed_that_names_private_addresses_gets_none_of_them(
    alice: Person, web: Web, work: Any
) -> None:
    page = b'<html><body><audio src="http://10.0.0.1/a.mp3"></audio></body></html>'
    id_ = imports(alice, web.put("/page", page, "text/html"))
    for _ in range(3):
        work()
    row = seen(alice, id_)
    assert (row["status"], row["error_class"]) == ("failed", "refused"), row


def test_yt_dlp_goes_through_the_proxy(alice: Person, web: Web, work: Any) -> None:
    """Every request of its own arrives as the proxy sends them: one to a connection."""
    id_ = imports(alice, web.put("/page", b"<html><body>nothing</body></html>", "text/html"))
    work()
    assert seen(alice, id_)["status"] == "failed"
    agents = {asked.headers.get("User-Agent", "") for asked in web.asked_for("/page")}
    assert any("Mozilla" in agent for agent in agents), agents
    assert {asked.headers["Connection"] for asked in web.asked} == {"close"}
    assert all("Proxy-Authorization" not in asked.headers for asked in web.asked)


CONFINED = """
import sys, types
package = types.ModuleType("playlist_app"); package.__path__ = [sys.argv[1]]
sys.modules["playlist_app"] = package
from playlist_app.imports.confinement import confine
confine(int(sys.argv[2]), 1000)
import socket, subprocess, os, urllib.request
{action}
"""


@pytest.mark.parametrize(
    "action",
    [
        "socket.create_connection(('127.0.0.1', int(sys.argv[3])))",
        "socket.create_connection(('localhost', int(sys.argv[2])))",
        "socket.getaddrinfo('music.example', 80)",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'', ('127.0.0.1', 53))",
        "socket.socket(socket.AF_UNIX).connect('/run/docker.sock')",
        "urllib.request.urlopen('http://127.0.0.1:' + sys.argv[3])",
        "subprocess.run(['true'])",
        "os.system('true')",
        "os.fork()",
        "with open('/tmp/jamboree-large', 'wb') as file: file.write(bytes(2000))",
    ],
)
def test_the_fetching_process_can_do_nothing_else(web: Web, action: str) -> None:
    import subprocess
    import sys

    from playlist_app.config import ROOT

    code = CONFINED.format(action=action)
    arguments = [str(ROOT / "playlist_app"), "9", str(web.port)]
    command = [sys.executable, "-I", "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    Path("/tmp/jamboree-large").unlink(missing_ok=True)
    assert done.returncode != 0
    assert "PermissionError" in done.stderr or "too large" in done.stderr, done.stderr
    assert web.asked == []


def test_where_it_is_allowed_it_is_fetched(alice: Person, web: Web, work: Any, sounds: Any) -> None:
    """So that the tests above can fail: the same way, with an address that is allowed."""
    there = web.put("/there.mp3", sounds("mp3").read_bytes())
    id_ = imports(alice, web.put("/one", b"", way=ways.leads_to(there)))
    work()
    assert seen(alice, id_)["status"] == "completed"
    assert ok(alice.get("/imports"))["counts"]["completed"] == 1
