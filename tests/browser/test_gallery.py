"""Pictures of a conversation, large and one after the other."""

from pathlib import Path

from playwright.sync_api import expect

from media.tests import samples

from .filing import sees, send, shoot
from .world import World

SWIPE = """([from, to]) => {
  const stage = document.querySelector("#gallery .stage");
  const at = (type, clientX) => stage.dispatchEvent(
    new PointerEvent(type, { pointerType: "touch", clientX, clientY: 300, bubbles: true }));
  at("pointerdown", from);
  at("pointerup", to);
}"""


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
