"""Devices in real browsers: the list lives, and what is signed out elsewhere closes at once."""

import time

from playwright.sync_api import expect

from tests.services.people import PASSWORD

from .world import World


def test_signing_out_elsewhere_closes_there_within_a_second(world: World) -> None:
    laptop, phone = world.seat("dave").go("/settings/sessions/"), world.seat("dave")
    expect(laptop.page.locator("#sessions li")).to_have_count(1)
    phone.go("/inbox/").live()
    # The list learns of the new one by itself.
    others = laptop.page.get_by_role("button", name="Sign out a program")
    expect(laptop.page.locator("#sessions li")).to_have_count(2, timeout=10_000)
    expect(laptop.page.locator("#sessions")).to_contain_text("This one")
    others.first.click()
    laptop.page.fill("[name=password]", PASSWORD)
    laptop.page.keyboard.press("Enter")
    expect(laptop.page.locator(".flashes")).to_contain_text("Signed out there.")
    begun = time.monotonic()
    phone.page.wait_for_url("**/accounts/login/**", timeout=5_000)
    assert time.monotonic() - begun < 1.5
    expect(laptop.page.locator("#sessions li")).to_have_count(1)


def test_somebody_signs_out_everywhere_without_a_script(world: World) -> None:
    plain = world.seat("carol", java_script_enabled=False).go("/settings/sessions/")
    plain.page.get_by_role("button", name="Sign out everywhere").last.click()
    plain.page.fill("[name=password]", PASSWORD)
    plain.page.keyboard.press("Enter")
    expect(plain.page.locator(".flashes")).to_contain_text("signed out everywhere")
    plain.go("/inbox/")
    assert "/accounts/login/" in plain.page.url
