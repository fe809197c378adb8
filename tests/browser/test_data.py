"""A copy of one's own data in a real browser: asked for and watched here, then opened from a disk."""

import zipfile
from pathlib import Path

from playwright.sync_api import expect

from tests.services.people import PASSWORD

from .test_pages import SHOTS, SIZES, too_wide, violations
from .world import Seat, World


def test_a_copy_is_made_taken_along_and_searched_without_a_network(world: World, tmp_path: Path) -> None:
    group = world.group("alice", "Boats", "bob")
    for number in range(3):
        world.say("bob", group, f"the green boat number {number}")
    world.say("alice", group, "and a **red** one")
    seat = world.seat("alice").go("/settings/data/")
    seat.page.get_by_role("button", name="Make a copy").click()
    seat.page.fill("[name=password]", PASSWORD)
    seat.page.keyboard.press("Enter")
    # The page learns by itself that it is ready.
    link = seat.page.get_by_role("link", name="Download")
    expect(link).to_be_visible(timeout=15_000)
    with seat.page.expect_download() as download:
        link.click()
    target = tmp_path / "copy"
    zipfile.ZipFile(download.value.path()).extractall(target)
    offline = world.browser.new_context(offline=True)
    asked: list[str] = []
    page = offline.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: seat.complaints.append(message.text))
    page.goto((target / "index.html").as_uri())
    expect(page.locator("#all li")).to_have_count(1)
    page.fill("#find", "BOAT green")
    expect(page.locator("#hits li")).to_have_count(3)
    page.locator("#hits a").first.click()
    expect(page.locator("article:target")).to_contain_text("green boat")
    expect(page.locator("strong")).to_have_text("red")
    assert page.evaluate("getComputedStyle(document.body).maxWidth") != "none"
    assert all(url.startswith("file:") for url in asked)
    offline.close()


def test_somebody_makes_a_copy_without_a_script(world: World) -> None:
    plain = world.seat("bob", java_script_enabled=False).go("/settings/data/")
    plain.page.get_by_role("button", name="Make a copy").click()
    plain.page.fill("[name=password]", PASSWORD)
    plain.page.keyboard.press("Enter")
    expect(
        plain.page.get_by_role("button", name="Cancel").or_(plain.page.get_by_text("Download"))
    ).to_be_visible()
    plain.until(lambda: "Download" in plain.go("/settings/data/").page.content(), within=15_000)


def test_an_account_is_deleted_and_taken_back(world: World) -> None:
    world.group("carol", "Boats", "bob")
    phone, laptop = world.seat("carol").go("/inbox/").live(), world.seat("carol").go("/settings/data/delete/")
    expect(laptop.page.locator("[aria-labelledby=heirs]")).to_contain_text("Boats")
    assert sound(laptop, "delete") == []
    laptop.page.fill("[name=typed]", "carol")
    laptop.page.get_by_role("button", name="Delete my account").click()
    laptop.page.fill("[name=password]", PASSWORD)
    laptop.page.keyboard.press("Enter")
    expect(laptop.page.locator(".flashes")).to_contain_text("Sign in before then to keep it")
    phone.page.wait_for_url("**/accounts/login/**", timeout=5_000)
    laptop.page.fill("[name=login]", "carol@example.test")
    laptop.page.fill("[name=password]", PASSWORD)
    laptop.page.keyboard.press("Enter")
    keep = laptop.page.get_by_role("button", name="Keep my account")
    expect(keep).to_be_visible()
    assert sound(laptop, "leaving") == []
    keep.click()
    expect(laptop.page.locator(".flashes")).to_contain_text("Your account stays")
    laptop.go("/inbox/").live()


def test_the_page_of_a_copy_is_sound_at_every_size(world: World) -> None:
    assert sound(world.seat("alice", reduced_motion="reduce").go("/settings/data/").live(), "data") == []


def sound(seat: Seat, name: str) -> list[str]:
    """What is too wide at any size, in light and dark; a picture of each."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    problems = []
    for scheme in ("dark", "light"):
        seat.page.emulate_media(color_scheme=scheme)
        for size in ("320", "390", "1280"):
            seat.page.set_viewport_size(SIZES[size])
            seat.page.screenshot(path=SHOTS / f"{name}-{size}-{scheme}.png")
            problems += too_wide(seat)
    return problems + violations(seat)
