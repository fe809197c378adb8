"""Devices in real browsers: the list lives, and what is signed out elsewhere closes at once."""

import re
import time

from playwright.sync_api import expect

from tests.services.people import PASSWORD

from .world import World, wait_for


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


def test_a_forgotten_password_is_made_anew_with_a_code_from_the_mailbox(world: World) -> None:
    """Its pages tell nobody where one came from, and browsers must still say to us whose form it is."""
    for script in (True, False):
        page = world.seat(java_script_enabled=script).go("/accounts/password/reset/").page
        folder = world.server.data_dir / "outbox"
        before = len(list(folder.glob("*bob*"))) if folder.exists() else 0
        page.fill("[name=email]", "bob@example.test")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
        wait_for(lambda folder=folder, before=before: len(list(folder.glob("*bob*"))) > before, 10_000)
        letter = max(folder.glob("*bob*")).read_text()
        page.fill("[name=code]", re.findall(r"^\s*(\d{6})\s*$", letter, re.M)[0])
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Choose a new password")).to_be_visible()
        for field in page.locator("[type=password]").all():
            field.fill(f"a new heron flies {script}")
        page.keyboard.press("Enter")
        expect(page.locator(".flashes, h1").first).to_contain_text("password")
        expect(page.get_by_role("heading", name="Choose a new password")).to_have_count(0)
