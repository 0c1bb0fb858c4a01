"""Under a path prefix, and behind proxies: what is believed, and of whom."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from playlist_app.operations import knock
from tests.conftest import close, make_app
from tests.serving import Server

ADDRESS = "https://home.example/jamboree"


@pytest.fixture
def behind(data_folder: Path) -> Iterator[Flask]:
    app = make_app(data_folder, public_url=ADDRESS, trusted_proxies=1)
    yield app
    close(app)


@pytest.fixture
def alone(data_folder: Path) -> Iterator[Flask]:
    """Under the prefix, and nobody is believed."""
    app = make_app(data_folder, public_url=ADDRESS)
    yield app
    close(app)


def ask(app: Flask, path: str, **headers: str) -> Any:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return app.test_client().get(path, headers=given)


def test_the_prefix_is_passed_on_in_the_path(behind: Flask) -> None:
    page = ask(behind, "/jamboree/login")
    assert page.status_code == 200
    assert b'href="/jamboree/manifest.webmanifest"' in page.data


@pytest.mark.parametrize("said", ["/jamboree", "/jamboree/", "/outer, /jamboree"])
def test_or_a_proxy_takes_it_off_and_says_so(behind: Flask, said: str) -> None:
    page = ask(behind, "/login", X_Forwarded_Prefix=said)
    assert page.status_code == 200
    assert b'href="/jamboree/manifest.webmanifest"' in page.data


def test_a_prefix_of_others_is_refused_with_what_to_do(behind: Flask) -> None:
    page = ask(behind, "/login", X_Forwarded_Prefix="/music")
    assert page.status_code == 404
    assert "took /music off the path; make both the same" in page.text
    page = ask(behind, "/login")
    assert "served under /jamboree/" in page.text
    assert "X-Forwarded-Prefix" in page.text


def test_who_is_not_believed_says_nothing(alone: Flask) -> None:
    assert ask(alone, "/login", X_Forwarded_Prefix="/jamboree").status_code == 404
    sent = ask(alone, "/jamboree/library", X_Forwarded_Host="evil.example")
    assert "evil" not in sent.headers["Location"]


def test_without_its_slash_the_prefix_leads_to_the_app(behind: Flask) -> None:
    sent = ask(behind, "/jamboree?x=1")
    assert (sent.status_code, sent.headers["Location"]) == (302, "/jamboree/?x=1")


def test_a_neighbour_with_a_longer_name_is_not_ours(behind: Flask) -> None:
    assert ask(behind, "/jamboree2/login").status_code == 404


def test_the_health_check_knocks_where_the_server_is(server: Server) -> None:
    here = {"PORT": str(server.port)}
    assert knock.knock(here) is None
    elsewhere = knock.knock(here | {"JAMBOREE_PUBLIC_URL": "https://home.example/elsewhere"})
    assert elsewhere
    assert elsewhere.startswith("/healthz answered 404")
