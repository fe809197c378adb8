"""Pictures of a conversation, large and one after the other."""

from pathlib import Path

from playwright.sync_api import expect

from media.tests import samples

from .filing import sees, send, shoot
from .test_pages import SHOTS
from .world import Seat, World

SWIPE = """([from, to]) => {
  const stage = document.querySelector("#gallery .stage");
  const at = (type, clientX) => stage.dispatchEvent(
    new PointerEvent(type, { pointerType: "touch", clientX, clientY: 300, bubbles: true }));
  at("pointerdown", from);
  at("pointerup", to);
}"""


PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def swipe(seat: Seat, start: int, end: int) -> None:
    """A finger across the screen, as the browser itself takes it."""
    screen = seat.context.new_cdp_session(seat.page)
    for type, x in (
        ("Start", start),
        ("Move", (start + end) // 2),
        ("Move", end),
        ("Move", end),
        ("End", None),
    ):
        points = [] if x is None else [{"x": x, "y": 400}]
        screen.send("Input.dispatchTouchEvent", {"type": f"touch{type}", "touchPoints": points})
        seat.page.wait_for_timeout(60)  # a finger that is torn away would still push what it pushed


def test_a_phone_takes_photos_and_leafs_through_them_by_finger(world: World, tmp_path: Path) -> None:
    chat = world.direct("alice", "carol")
    for name, size in (("image.jpg", (900, 1200)), ("later.jpg", (1600, 900))):
        (tmp_path / name).write_bytes(samples.photo(*size))
    phone, desk = world.seat("alice", **PHONE).open(chat), world.seat("carol").open(chat)
    page = phone.page
    camera = page.get_by_title("Take a photo")
    expect(page.locator("#camera")).to_have_attribute("capture", "environment")
    expect(desk.page.locator(".composer .camera")).to_be_hidden()
    for name in ("image.jpg", "later.jpg"):
        with page.expect_file_chooser() as choosing:
            camera.tap()
        choosing.value.set_files(tmp_path / name)
    expect(page.locator('#uploads [data-state="done"]')).to_have_count(2)
    page.screenshot(path=SHOTS / "phone-tray.png")
    expect(page.get_by_title("Send later")).to_be_visible()
    phone.field.fill("from here")
    expect(camera).to_be_hidden()
    page.get_by_role("button", name="Send", exact=True).tap()
    for seat in (phone, desk):
        sees(seat, "image.jpg")
        sees(seat, "later.jpg")
    expect(camera).to_be_visible()
    expect(page.get_by_title("Send later")).to_be_hidden()
    page.screenshot(path=SHOTS / "phone-field.png")
    page.locator("#timeline a.picture").first.tap()
    caption = page.locator("#gallery-name")
    expect(caption).to_have_text("image.jpg")
    swipe(phone, 320, 60)
    expect(caption).to_have_text("later.jpg")
    swipe(phone, 320, 60)
    expect(caption).to_have_text("later.jpg")
    page.screenshot(path=SHOTS / "phone-gallery.png")
    swipe(phone, 60, 320)
    expect(caption).to_have_text("image.jpg")
    page.get_by_role("button", name="Close").tap()
    expect(page.locator("#gallery")).to_be_hidden()


def test_pictures_open_large_and_follow_each_other(world: World, tmp_path: Path) -> None:
    chat = world.direct("alice", "bob")
    for name, size in (("wide.jpg", (1600, 900)), ("tall.jpg", (500, 900))):
        (tmp_path / name).write_bytes(samples.photo(*size))
    alice, bob = world.seat("alice").open(chat), world.seat("bob").open(chat)
    send(alice, tmp_path / "wide.jpg", tmp_path / "tall.jpg", text="both")
    for name in ("wide.jpg", "tall.jpg"):
        sees(bob, name)
    page = bob.page
    dialog, caption = page.locator("#gallery"), page.locator("#gallery-name")
    link = page.locator("#timeline a.picture").first
    link.focus()
    page.keyboard.press("Enter")
    expect(caption).to_have_text("wide.jpg")
    expect(dialog).to_contain_text("Alice")
    expect(dialog).to_contain_text("1 of 2")
    page.wait_for_function("() => document.querySelector('#gallery-picture').naturalWidth === 1600")
    shoot(bob, "gallery")
    page.keyboard.press("ArrowRight")
    expect(caption).to_have_text("tall.jpg")
    expect(dialog.locator(".later")).to_be_disabled()
    page.evaluate(SWIPE, [100, 300])
    expect(caption).to_have_text("wide.jpg")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(link).to_be_focused()
    bob.go(f"/c/{chat}/files/")
    shoot(bob, "gathered")
    bob.open(chat)
    link.click()
    expect(dialog).to_be_visible()
    message = world.call("alice", "GET", f"/conversations/{chat}/messages")["items"][-1]["id"]
    world.call("alice", "DELETE", f"/messages/{message}")
    expect(dialog).to_be_hidden()
