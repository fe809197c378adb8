"""People talk, live, in every kind of conversation."""

import time

from playwright.sync_api import expect

from .world import World, wait_for

AT_ONCE_MS = 1_000


def test_two_people_talk_both_ways_within_a_second(world: World) -> None:
    chat = world.direct("alice", "bob")
    alice, bob = world.seat("alice").open(chat), world.seat("bob").open(chat)
    alice.write("Are the beans in?")
    bob.sees("Are the beans in?", within=AT_ONCE_MS)
    bob.write("Since Tuesday.")
    alice.sees("Since Tuesday.", within=AT_ONCE_MS)
    alice.sees_sent("Are the beans in?", "Since Tuesday.")
    bob.sees_sent("Are the beans in?", "Since Tuesday.")


def test_a_live_message_looks_like_a_loaded_one(world: World) -> None:
    chat = world.group("alice", "Allotment", "bob", "carol")
    alice, bob = world.seat("alice").open(chat), world.seat("bob").open(chat)
    alice.write("first", "second").sees_sent("first", "second")
    bob.write("third")
    alice.sees_sent("first", "second", "third")
    bob.sees_sent("first", "second", "third")
    live = outline(bob.page)
    bob.open(chat)
    assert outline(bob.page) == live


def outline(page) -> list[str]:
    """Class names and ids of the timeline without what tells of the moment (New line, marks)."""
    return page.locator("#timeline > li:not(.new)").evaluate_all(
        "items => items.map((item) => `${item.id} ${item.className} ${item.textContent.replace(/\\s+/g, ' ').trim()}`)"
    )


def test_a_group_talks(world: World) -> None:
    group = world.group("alice", "River book club", "bob", "carol")
    seats = [world.seat(name).open(group) for name in ("alice", "bob", "carol")]
    for seat in seats:
        seat.write(f"{seat.username} is here")
        for other in seats:
            other.sees(f"{seat.username} is here", within=AT_ONCE_MS)
    wanted = ["alice is here", "bob is here", "carol is here"]
    assert all(seat.sees_sent(*wanted) for seat in seats)


def test_a_letter_is_answered_with_ctrl_enter(world: World) -> None:
    thread = world.mail("carol", "Lease renewal", "alice", "I have signed page 4.")
    carol, alice = world.seat("carol").open(thread), world.seat("alice").open(thread)
    alice.field.fill("Thank you.\n")
    alice.field.press("Enter")
    expect(alice.field).to_have_value("Thank you.\n\n")
    alice.field.press("Control+Enter")
    carol.sees("Thank you.", within=AT_ONCE_MS)
    expect(alice.field).to_have_value("")
    wait_for(lambda: world.stored("alice", thread)[-1].strip() == "Thank you.")


def test_shift_enter_makes_a_line_and_an_input_method_keeps_its_enter(world: World) -> None:
    chat = world.direct("alice", "carol")
    alice = world.seat("alice").open(chat)
    alice.type("one")
    alice.field.press("Shift+Enter")
    alice.type("two")
    composing = (
        "new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true})"
    )
    kept = alice.field.evaluate(f"field => field.dispatchEvent({composing})")
    assert kept, "the input method's Enter was taken"
    expect(alice.field).to_have_value("one\ntwo")
    alice.field.press("Enter")
    wait_for(lambda: world.stored("alice", chat)[-1:] == ["one\ntwo"])


def test_typing_shows_and_dies_by_itself(world: World) -> None:
    chat = world.direct("alice", "bob")
    alice, bob = world.seat("alice").open(chat), world.seat("bob").open(chat)
    alice.type("I am wri")
    line = bob.page.locator("#typing")
    expect(line).to_have_text("Alice is typing…")
    expect(line).to_be_hidden(timeout=8_000)


def test_marks_go_from_sent_to_read(world: World) -> None:
    chat = world.direct("alice", "dave")
    alice = world.seat("alice").open(chat)
    alice.write("Have you seen it?").sees_sent("Have you seen it?")
    mark = alice.message("Have you seen it?").locator(".receipt")
    expect(mark).to_have_attribute("data-state", "sent")
    world.seat("dave").open(chat).page.bring_to_front()
    expect(mark).to_have_attribute("data-state", "read")


def test_times_and_days_are_the_readers_own(world: World) -> None:
    chat = world.group("alice", "Far away", "bob")
    world.say("alice", chat, "loaded")
    bob = world.seat("bob", timezone_id="Pacific/Kiritimati").open(chat)
    world.say("alice", chat, "live")
    bob.sees("live")
    here = bob.page.evaluate("(() => { const d = new Date(); return [d.getHours(), d.getDate()]; })()")
    for text in ("loaded", "live"):
        assert bob.message(text).locator("time").inner_text().split(":")[0] == str(here[0])
    days = bob.page.locator("#timeline li.day")
    expect(days).to_have_count(1)
    expect(days).to_have_text("Today")
    assert int((days.get_attribute("data-day") or "")[-2:]) == here[1]


def test_the_pane_changes_and_the_socket_stays(world: World) -> None:
    first, second = world.direct("alice", "bob"), world.direct("alice", "carol")
    alice, carol = world.seat("alice").open(first), world.seat("carol").open(second)
    alice.page.evaluate("window.__same = true")
    alice.field.fill("half a thought")
    alice.row(second).click()
    expect(alice.page.locator("#timeline")).to_have_attribute("data-conversation", second)
    alice.write("Hello Carol")
    carol.sees("Hello Carol", within=AT_ONCE_MS)
    carol.write("Hello Alice")
    alice.sees("Hello Alice", within=AT_ONCE_MS)
    alice.row(first).click()
    expect(alice.field).to_have_value("half a thought")
    assert alice.page.evaluate("window.__same"), "the page was loaded anew"


def test_reading_far_up_nothing_moves_and_the_button_counts(world: World) -> None:
    chat = world.direct("bob", "carol")
    for number in range(120):
        world.say("bob", chat, f"line {number}")
    carol = world.seat("carol").open(chat)
    carol.sees("line 119")
    box = carol.page.locator("#scroll")
    box.hover()
    carol.page.mouse.wheel(0, -1_500)
    expect(carol.page.locator("#timeline li.said")).not_to_have_count(50)
    time.sleep(0.3)
    anchor = carol.page.locator("#timeline li.said").nth(60)
    before = anchor.bounding_box()
    for number in range(9):
        world.say("bob", chat, f"new {number}")
    latest = carol.page.locator("#latest")
    expect(latest.locator(".count")).to_have_text("9")
    assert abs(anchor.bounding_box()["y"] - before["y"]) <= 1, "the page moved under the reader"
    latest.click()
    carol.sees("new 8")
    expect(latest).to_be_hidden()


def test_older_messages_load_above_without_a_jump(world: World) -> None:
    chat = world.group("bob", "Long one", "carol")
    for number in range(130):
        world.say("bob", chat, f"entry {number:03}")
    carol = world.seat("carol").open(chat)
    for _ in range(12):
        carol.page.locator("#scroll").hover()
        carol.page.mouse.wheel(0, -900)
        time.sleep(0.1)
    expect(carol.message("entry 000")).to_have_count(1)
    texts = [text.strip() for text in carol.texts()]
    assert texts == [f"entry {number:03}" for number in range(130)]
    days = carol.page.locator("#timeline li.day")
    expect(days).to_have_count(1)
