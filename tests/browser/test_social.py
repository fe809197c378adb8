"""An account elsewhere in a real browser: the page's policy lets it go there, and it comes back signed in."""

from playwright.sync_api import Browser, expect

from accounts.tests.provider import running

from .test_data import sound
from .world import World


def test_somebody_signs_up_by_an_account_elsewhere(chromium: Browser) -> None:
    with running() as provider:
        provider.here = {"sub": "1", "email": "erin@example.test", "email_verified": True, "name": "Erin Q"}
        keys = {"CHATIFY_OIDC_ID": "chatify", "CHATIFY_OIDC_SECRET": "s3cret", "CHATIFY_OIDC_NAME": "Acme"}
        world = World(chromium, [], env={**keys, "CHATIFY_OIDC_URL": provider.url})
        try:
            seat = world.seat().go("/accounts/login/")
            problems = sound(seat, "sign-in-elsewhere")
            seat.page.get_by_role("button", name="Continue with Acme").click()
            expect(seat.page.get_by_role("heading", name="One step to go")).to_be_visible()
            expect(seat.page.locator("[name=email]")).to_have_value("erin@example.test")
            problems += sound(seat, "sign-up-elsewhere")
            seat.page.fill("[name=username]", "erin")
            seat.page.keyboard.press("Enter")
            seat.page.wait_for_url("**/inbox/")
            problems += sound(seat.go("/accounts/3rdparty/"), "elsewhere")
            assert world.leave() + problems == []
        finally:
            world.close()
