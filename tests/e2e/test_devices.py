"""A person's devices: what a phone holds is seen on the laptop, and nobody else's is."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.e2e.away import cut_off, take_along
from tests.e2e.conftest import Arrives, Visitor
from tests.serving import Client

LATER = 31_000  # milliseconds: a device tells of itself twice a minute at most


def others(visitor: Visitor) -> Any:
    return visitor.page.locator("other-devices [data-device]:visible")


def test_what_the_phone_holds_is_seen_on_the_laptop(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    agent = "Mozilla/5.0 (Android 15; Mobile; rv:153.0) Gecko/153.0 Firefox/153.0"
    laptop, phone, bob = (
        arrives("alice"),
        arrives("alice", width=360, user_agent=agent),
        arrives("bob"),
    )
    laptop.opens("/downloads")
    phone.page.clock.install()
    take_along(phone, friday)
    phone.page.clock.fast_forward(LATER)

    expect(others(laptop)).to_contain_text("Firefox on Android")
    row = others(laptop)
    expect(row).to_contain_text("All 4 safe")
    expect(row.get_by_role("link", name="Friday kitchen")).to_be_visible()
    # Its own list is not among the others, nor is anything of it Bob's.
    phone.opens("/downloads")
    expect(others(phone).filter(has_text="Firefox on Android")).to_have_count(0)
    expect(phone.page.locator("downloads-list")).to_contain_text("Friday kitchen")
    bob.opens("/downloads")
    expect(bob.page.locator("other-devices")).to_be_hidden()

    # What was left without network is taken off when the phone is back.
    cut_off(phone)
    phone.page.get_by_role("button", name="Remove from this device").click()
    expect(phone.page.locator("downloads-list [data-field=empty]")).to_be_visible()
    phone.context.set_offline(False)
    phone.page.clock.fast_forward(LATER)
    expect(row).to_contain_text("Nothing taken along")

    row.get_by_role("button", name="Forget Firefox on Android").click()
    expect(laptop.page.locator(".toast")).to_contain_text("is forgotten")
    expect(laptop.page.locator("other-devices")).not_to_contain_text("Firefox on Android")
