"""Passkeys in a real browser, with an authenticator of Chromium's own making."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pyotp
import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.cast import PASSWORD
from tests.serving import Client, Server

DEVICE = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Phone:
    """A browser with a device that makes passkeys, at a name: a number has none."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page = page
        self.url = server.url.replace("127.0.0.1", "localhost")
        self.cdp: CDPSession = page.context.new_cdp_session(page)
        self.cdp.send("WebAuthn.enable", {"enableUI": False})
        made = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        self.device = made["authenticatorId"]
        self.sent: list[dict[str, list[str]]] = []
        page.on("request", self._note)

    def _note(self, request: Any) -> None:
        if request.method == "POST" and request.url.endswith("/login/passkey"):
            self.sent.append(parse_qs(request.post_data or ""))

    def opens(self, path: str) -> Page:
        self.page.goto(self.url + path)
        return self.page

    def logs_in(self) -> None:
        page = self.opens("/login")
        page.get_by_label("Name").fill("alice")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()

    def is_out(self) -> None:
        self.page.context.clear_cookies()

    def is_in(self) -> None:
        self.page.wait_for_url(f"{self.url}/")
        me = self.page.context.request.get(f"{self.url}/api/v1/users/me")
        assert me.json()["username"] == "alice"


@pytest.fixture
def phone(chromium: Browser, server: Server) -> Iterator[Phone]:
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    faults: list[str] = []
    context.on("weberror", lambda error: faults.append(str(error.error)))
    yield Phone(context.new_page(), server)
    context.close()
    assert faults == []


def test_a_passkey_logs_in_alone_and_stands_in_for_the_code(
    phone: Phone, clients: dict[str, Client]
) -> None:
    phone.logs_in()
    phone.is_in()
    page = phone.opens("/you/security")
    page.get_by_text("Add a passkey").click()
    page.get_by_label("What to call it").fill("Kitchen phone")
    password = page.locator("#passkey-password")
    password.fill("not this one")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_text("That is not your password.")).to_be_visible()
    password.fill(PASSWORD)
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("list", name="Passkeys")).to_contain_text("Kitchen phone")
    [kept] = phone.cdp.send("WebAuthn.getCredentials", {"authenticatorId": phone.device})[
        "credentials"
    ]
    assert kept["rpId"] == "localhost"

    # Alone, and back to where one wanted to go.
    phone.is_out()
    page = phone.opens("/login?next=/library")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{phone.url}/library")
    [sent] = [form for form in phone.sent if "credential" in form]

    # What was signed once opens nothing a second time.
    phone.is_out()
    door = f"{phone.url}/api/v1/users/login/passkey"
    ask = page.context.request.post
    for ticket in (sent["ticket"][0], ask(f"{door}/options", data={}).json()["ticket"]):
        body = {"ticket": ticket, "credential": json.loads(sent["credential"][0])}
        assert ask(door, data=body).status == 401

    # A device that does not see who holds it does not do, alone.
    seen = {"authenticatorId": phone.device, "isUserVerified": False}
    phone.cdp.send("WebAuthn.setUserVerified", seen)
    page = phone.opens("/login")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("Nothing was shown to us.")).to_be_visible()
    phone.cdp.send("WebAuthn.setUserVerified", seen | {"isUserVerified": True})

    # In place of the code, after the password.
    alice = clients["alice"]
    begun = alice.ok("POST", "/users/me/factors/totp", {"password": PASSWORD})
    code = pyotp.TOTP(begun["secret"]).now()
    alice.ok("POST", "/users/me/factors/totp/confirm", {"code": code})
    phone.logs_in()
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    phone.is_in()

    # Removed, it opens nothing any more.
    page = phone.opens("/you/security")
    keys = page.get_by_role("list", name="Passkeys")
    keys.get_by_text("Remove", exact=True).click()
    keys.get_by_label("Your password").fill(PASSWORD)
    keys.get_by_role("button", name="Remove this passkey").click()
    expect(page.get_by_role("list", name="Passkeys")).to_have_count(0)
    phone.is_out()
    page = phone.opens("/login")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("not known here")
