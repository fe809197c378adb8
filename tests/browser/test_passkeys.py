"""Passkeys in a real browser with a virtual authenticator: sign-up, second step, sign-in, step-up."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.services.people import PASSWORD

from .world import Seat, World, wait_for

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Keyed:
    """Somebody at a browser whose device can hold passkeys. A browser wants a name for them, not a number."""

    def __init__(self, world: World) -> None:
        self.seat: Seat = world.seat()
        self.page: Page = self.seat.page
        self.home = f"http://localhost:{world.server.port}"
        cdp = self.seat.context.new_cdp_session(self.page)
        cdp.send("WebAuthn.enable")
        cdp.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})

    def go(self, path: str) -> None:
        self.page.goto(self.home + path)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).click()

    def sign_in(self, email: str) -> None:
        self.go("/accounts/login/")
        self.page.fill("[name=login]", email)
        self.page.fill("[name=password]", PASSWORD)
        self.page.get_by_role("button", name="Sign in", exact=True).click()

    def at(self, path: str) -> None:
        expect(self.page).to_have_url(re.compile(re.escape(self.home + path)))


@pytest.fixture
def keyed(world: World) -> Iterator[Keyed]:
    yield Keyed(world)


def newest_code(world: World, email: str) -> str:
    """The six digits of the newest mail to an address, from the server's outbox."""
    found: list[Path] = []

    def arrived() -> bool:
        found[:] = sorted((world.server.data_dir / "outbox").glob(f"*{email}*"))
        return bool(found)

    wait_for(arrived, 15_000)
    match = re.search(r"^\s+(\d{6})$", found[-1].read_text(), re.MULTILINE)
    assert match
    return match[1]


def add_passkey(keyed: Keyed, *, alone: bool) -> None:
    keyed.go("/accounts/2fa/webauthn/add/")
    keyed.page.fill("[name=password]", PASSWORD)
    keyed.press("Continue")
    keyed.page.get_by_label("Name of the key").fill("My laptop")
    if alone:
        keyed.page.get_by_label("Sign in with this key alone").check()
    keyed.press("Add this key")
    expect(keyed.page.get_by_role("heading", level=1)).to_have_text("Recovery codes")


def test_somebody_signs_up_with_a_passkey_and_signs_in_without_a_name(world: World, keyed: Keyed) -> None:
    page = keyed.page
    keyed.go("/accounts/signup/passkey/")
    page.fill("[name=username]", "peggy")
    page.fill("[name=email]", "peggy@example.test")
    keyed.press("Continue")
    page.fill("[name=code]", newest_code(world, "peggy@example.test"))
    keyed.press("Continue")
    expect(page.get_by_role("heading", level=1)).to_have_text("Make your passkey")
    keyed.press("Make my passkey")
    keyed.at("/inbox/")
    keyed.go("/accounts/logout/")
    page.get_by_role("button", name="Sign out", exact=True).last.click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    keyed.go("/accounts/login/")
    keyed.press("Sign in with a passkey")
    keyed.at("/inbox/")
    expect(page.locator("#menu")).to_contain_text("@peggy")


def test_a_passkey_is_the_second_step_and_the_step_up(world: World, keyed: Keyed) -> None:
    page, bob = keyed.page, world.people["bob"]
    keyed.sign_in(bob.email)
    add_passkey(keyed, alone=True)
    keyed.go("/accounts/2fa/webauthn/")
    expect(page.locator("#pane")).to_contain_text("My laptop")
    expect(page.locator("#pane")).to_contain_text("Passkey, added")
    keyed.seat.context.clear_cookies()
    keyed.sign_in(bob.email)
    expect(page.get_by_role("heading", level=1)).to_have_text("Second step")
    keyed.press("Use a passkey")
    keyed.press("Trust this device")
    keyed.at("/inbox/")
    keyed.go("/accounts/2fa/recovery-codes/generate/")
    page.get_by_role("link", name="Use a passkey").click()
    keyed.press("Use a passkey")
    expect(page.get_by_role("heading", level=1)).to_have_text("New recovery codes")


def test_a_passkey_says_in_words_what_went_wrong(world: World) -> None:
    nobody = world.seat()
    nobody.go("/accounts/login/")
    nobody.page.get_by_role("button", name="Sign in with a passkey").click()
    expect(nobody.page.locator("[data-trouble]")).to_contain_text(re.compile("host name|no passkeys"))
    keyless = Keyed(world)
    keyless.go("/accounts/login/")
    keyless.press("Sign in with a passkey")
    expect(keyless.page.locator("[data-trouble]")).to_be_visible(timeout=15_000)


def test_without_a_script_a_page_says_that_passkeys_need_it(world: World) -> None:
    plain = world.seat(java_script_enabled=False)
    plain.go("/accounts/login/")
    expect(plain.page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    expect(plain.page.get_by_text("Passkeys need JavaScript")).to_be_visible()
