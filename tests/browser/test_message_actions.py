"""What is done to messages, by pointer, keys and finger, with a second person watching."""

import re

import pytest
from playwright.sync_api import expect

from .world import Seat, World

AT_ONCE_MS = 1_500
PINNED = re.compile("pinned")


@pytest.fixture
def both(world: World) -> tuple[Seat, Seat]:
    """Alice and Bob, who look at the same group."""
    group = world.group("alice", "Garden", "bob", "carol")
    return world.seat("alice").open(group), world.seat("bob").open(group)


def do(seat: Seat, text: str, deed: str) -> None:
    """By the pointer: the bar at the message, else its menu."""
    seat.message(text).hover()
    direct = seat.page.locator(f"#tools [data-deed={deed}]")
    if direct.count():
        return direct.click()
    seat.page.locator("#tools [data-deed=menu]").click()
    return seat.page.locator(f"#message-menu [data-deed={deed}]").click()


def test_an_edit_is_seen_by_the_other_also_in_quotes_and_in_the_list(both: tuple[Seat, Seat]) -> None:
    alice, bob = both
    alice.write("the tap drips")
    bob.sees("the tap drips")
    do(bob, "the tap drips", "reply")
    expect(bob.page.locator("#about")).to_contain_text("Answer to Alice")
    bob.write("which one")
    alice.sees("which one")
    alice.field.press("ArrowUp")
    expect(alice.field).to_have_value("the tap drips")
    alice.write("the pump drips")
    expect(bob.message("which one").locator(".quote")).to_contain_text("the pump drips", timeout=AT_ONCE_MS)
    first = bob.page.locator("#timeline li.said").first
    expect(first.locator(".text")).to_have_text("the pump drips")
    expect(first.locator(".edit")).to_have_text("edited after you read it")
    expect(alice.field).to_have_value("")
    first.locator(".edit").click()
    expect(bob.page.locator(".versions del")).to_have_text("tap")


def test_what_is_deleted_for_everyone_leaves_an_empty_place(both: tuple[Seat, Seat]) -> None:
    alice, bob = both
    alice.write("a secret", "and more")
    bob.sees("a secret")
    do(bob, "a secret", "reply")
    expect(bob.page.locator("#about-text")).to_have_text("a secret")
    do(alice, "a secret", "delete")
    alice.page.get_by_role("button", name="Delete for everyone").last.click()
    expect(bob.page.locator("#timeline li.gone")).to_have_count(1, timeout=AT_ONCE_MS)
    expect(bob.page.locator("body")).not_to_contain_text("a secret")
    expect(alice.page.locator("body")).not_to_contain_text("a secret")


def test_what_i_delete_for_me_stays_for_the_other_and_comes_back(both: tuple[Seat, Seat]) -> None:
    alice, bob = both
    alice.write("one", "two").sees_sent("one", "two")
    bob.sees("two")
    do(bob, "one", "hide")
    expect(bob.message("one")).to_have_count(0)
    expect(alice.message("one")).to_have_count(1)
    bob.page.locator("#toast").get_by_role("button", name="Undo").click()
    bob.sees_sent("one", "two")


def test_an_emoji_is_given_and_taken_back(both: tuple[Seat, Seat]) -> None:
    alice, bob = both
    alice.write("good news")
    bob.sees("good news")
    do(bob, "good news", "react")
    bob.page.locator("#message-menu [data-emoji='🎉']").click()
    theirs = alice.message("good news").locator(".reaction")
    expect(theirs).to_have_attribute("aria-pressed", "false", timeout=AT_ONCE_MS)
    expect(bob.message("good news").locator(".reaction")).to_have_attribute("aria-pressed", "true")
    theirs.click()
    expect(theirs).to_have_attribute("aria-label", "🎉, 2")
    bob.message("good news").locator(".reaction").click()
    expect(theirs).to_have_attribute("aria-label", "🎉, 1", timeout=AT_ONCE_MS)


def test_everything_goes_by_keys_at_the_focused_message(both: tuple[Seat, Seat]) -> None:
    alice, bob = both
    alice.write("first", "second").sees_sent("first", "second")
    bob.sees("second")
    keys = bob.page.keyboard
    bob.message("first").focus()
    keys.press("j")
    expect(bob.message("second")).to_be_focused()
    keys.press("k")
    keys.press("s")
    expect(bob.page.locator("#timeline li.starred")).to_have_count(1)
    keys.press("Enter")
    expect(bob.page.locator("#message-menu [data-deed=reply]")).to_be_focused()
    keys.press("Escape")
    expect(bob.message("first")).to_be_focused()
    keys.press("+")
    keys.press("ArrowRight")
    keys.press("Enter")
    expect(alice.message("first").locator(".reaction")).to_have_attribute(
        "aria-label", "❤️, 1", timeout=AT_ONCE_MS
    )
    bob.message("first").focus()
    keys.press("r")
    expect(bob.field).to_be_focused()
    keys.press("Escape")
    expect(bob.page.locator("#about")).to_be_hidden()
    alice.message("first").focus()
    alice.page.keyboard.press("p")
    expect(bob.message("first")).to_have_class(PINNED, timeout=AT_ONCE_MS)


def test_a_member_is_called_from_the_menu(both: tuple[Seat, Seat]) -> None:
    alice, bob = both
    alice.type("ask @bo")
    expect(alice.page.locator("#callable [role=option]")).to_have_count(1)
    alice.field.press("Enter")
    expect(alice.field).to_have_value("ask @bob ")
    alice.field.press("Enter")
    mark = bob.message("ask @bob").locator(".mention")
    expect(mark).to_have_attribute("data-mention", bob.person.id, timeout=AT_ONCE_MS)


def test_a_finger_that_rests_opens_the_sheet(world: World) -> None:
    group = world.group("alice", "Garden", "bob", "carol")
    world.say("alice", group, "good news")
    phone = world.seat("bob", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True).open(
        group
    )
    box = phone.message("good news").locator(".text").bounding_box()
    assert box
    touch = phone.context.new_cdp_session(phone.page)
    at = [{"x": box["x"] + 5, "y": box["y"] + 5}]
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": at})
    sheet = phone.page.locator("#message-menu")
    expect(phone.message("good news")).to_have_class(re.compile("held"))
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(sheet).to_be_visible()
    bottom = sheet.bounding_box()
    assert bottom
    assert (round(bottom["x"]), round(bottom["width"]), round(bottom["y"] + bottom["height"])) == (
        0,
        390,
        844,
    )
    phone.page.locator("#message-menu [data-emoji='👍']").tap()
    expect(phone.message("good news").locator(".reaction")).to_have_attribute("aria-pressed", "true")


def test_who_was_away_sees_every_change(world: World) -> None:
    group = world.group("alice", "Garden", "bob", "carol")
    alice, bob = world.seat("alice").open(group), world.seat("bob").open(group)
    alice.write("one", "two", "three").sees_sent("one", "two", "three")
    bob.sees("three")
    bob.context.set_offline(True)
    ids = [m["id"] for m in world.call("alice", "GET", f"/conversations/{group}/messages")["items"]]
    world.call("alice", "PATCH", f"/messages/{ids[0]}", {"body": "one, better"})
    world.call("alice", "DELETE", f"/messages/{ids[1]}")
    world.call("carol", "PUT", f"/messages/{ids[2]}/reactions/👍")
    world.call("alice", "PUT", f"/messages/{ids[2]}/pin")
    bob.context.set_offline(False)
    bob.sees("one, better", within=20_000)
    expect(bob.page.locator("#timeline li.gone")).to_have_count(1)
    expect(bob.message("three").locator(".reaction")).to_have_attribute("aria-label", "👍, 1")
    expect(bob.page.locator("#timeline li.pinned")).to_have_count(1)
