"""The list keeps itself right: unread, order, title, other tabs."""

from playwright.sync_api import expect

from .link import Link, without
from .world import World

AT_ONCE = "Math.random = () => 0"  # of the spread between a thousand pages nothing is left


def test_a_message_elsewhere_counts_on_its_row_and_in_the_title(world: World) -> None:
    here, there = world.direct("alice", "bob"), world.direct("alice", "carol")
    world.say("alice", there, "earlier")
    world.say("alice", here, "later")
    alice = world.seat("alice").open(here)
    rows = alice.page.locator("#rows a.row")
    expect(rows.first).to_have_id(f"row-{here}")
    world.say("carol", there, "look at this")
    world.say("carol", there, "and **this**")
    row = alice.row(there)
    expect(row.locator(".count")).to_have_text("2")
    expect(row).to_contain_text("and")
    expect(row).to_have_class("row unread")
    expect(rows.first).to_have_id(f"row-{there}")
    expect(alice.page).to_have_title("(2) Bob · Chatify")
    row.click()
    expect(row.locator(".count")).to_be_hidden()
    expect(alice.page).to_have_title("Carol · Chatify")


def test_reading_in_one_tab_clears_the_other(world: World) -> None:
    chat = world.direct("bob", "carol")
    unread = world.call("bob", "GET", "/me")["unread"]
    world.say("carol", chat, "one for each tab")
    first = world.seat("bob").go("/inbox/").live()
    expect(first.row(chat).locator(".count")).to_have_text("1")
    expect(first.page).to_have_title(f"({unread + 1}) Inbox · Chatify")
    second = first.tab().open(chat)
    second.page.bring_to_front()
    expect(first.row(chat).locator(".count")).to_be_hidden()
    expect(first.page).to_have_title(f"({unread}) Inbox · Chatify" if unread else "Inbox · Chatify")


def test_an_answer_that_did_not_know_of_a_reading_is_put_right(world: World) -> None:
    """The server counts what it was not told of yet: its number stands only until it is told."""
    here, there = world.group("alice", "Read here", "bob"), world.group("alice", "Asked for", "bob")
    world.call("alice", "PUT", f"/conversations/{here}/read", {"number": 0})
    before = world.call("alice", "GET", "/me")["unread"]
    alice = world.seat("alice")
    alice.context.add_init_script(AT_ONCE)
    Link(alice, outward=without("read"))
    alice.open(here)
    quiet = alice.page.title()
    world.say("bob", here, "seen before the server knows")
    alice.sees("seen before the server knows")
    expect(alice.row(here).locator(".count")).to_be_hidden()
    world.call("alice", "PUT", f"/conversations/{there}/pin")
    expect(alice.page).to_have_title(f"({before + 1}) Read here · Chatify")
    world.call("alice", "PUT", f"/conversations/{here}/read", {"number": 1})
    expect(alice.page).to_have_title(quiet)
    expect(alice.row(here).locator(".count")).to_be_hidden()


def test_two_tabs_show_one_message_once(world: World) -> None:
    chat = world.direct("bob", "dave")
    first = world.seat("bob").open(chat)
    second = first.tab().open(chat)
    first.write("from the first")
    second.sees_sent("from the first")
    second.write("from the second")
    for tab in (first, second):
        tab.sees_sent("from the first", "from the second")
    assert world.stored("dave", chat) == ["from the first", "from the second"]


def test_a_new_conversation_comes_into_the_list_by_itself(world: World) -> None:
    dave = world.seat("dave")
    dave.context.add_init_script(AT_ONCE)
    dave.go("/inbox/").live()
    chat = world.group("carol", "Out of the blue", "dave")
    world.say("carol", chat, "surprise")
    expect(dave.row(chat)).to_contain_text("surprise")
    expect(dave.row(chat).locator(".count")).to_have_text("1")


def test_a_filter_does_not_let_others_in(world: World) -> None:
    letter = world.mail("carol", "Only mail here", "dave", "Dear Dave")
    chat = world.direct("carol", "dave")
    dave = world.seat("dave")
    dave.context.add_init_script(AT_ONCE)
    dave.go("/inbox/?filter=mail").live()
    expect(dave.row(letter)).to_be_visible()
    with dave.page.expect_response(f"**/c/{chat}/row/**") as asked:
        world.say("carol", chat, "a chat")
    assert "data-elsewhere" in asked.value.text()
    world.say("carol", letter, "a letter")
    expect(dave.row(letter)).to_contain_text("a letter")
    expect(dave.row(chat)).to_have_count(0)


def test_the_keyboard_walks_the_list(world: World) -> None:
    chat = world.direct("alice", "dave")
    alice = world.seat("alice").go("/inbox/").live()
    alice.page.keyboard.press("j")
    expect(alice.page.locator("#rows a.row").first).to_be_focused()
    alice.page.keyboard.press("j")
    expect(alice.page.locator("#rows a.row").nth(1)).to_be_focused()
    alice.page.keyboard.press("k")
    expect(alice.page.locator("#rows a.row").first).to_be_focused()
    alice.row(chat).focus()
    world.call("alice", "PUT", f"/conversations/{chat}/pin")
    expect(alice.row(chat)).to_have_attribute("data-pinned", "")
    expect(alice.row(chat)).to_be_focused()  # though it is another element now, at another place
    alice.page.keyboard.press("?")
    dialog = alice.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Go to the inbox")
    alice.page.keyboard.press("Escape")
    alice.row(chat).click()
    expect(alice.field).to_be_visible()
    alice.page.locator("#scroll").click()
    alice.page.keyboard.press("r")
    expect(alice.field).to_be_focused()
    alice.page.keyboard.type("j?")
    expect(alice.field).to_have_value("j?")


def test_a_message_can_be_marked_unread(world: World) -> None:
    chat = world.direct("carol", "alice")
    world.say("carol", chat, "read me twice")
    alice = world.seat("alice")
    alice.context.add_init_script(AT_ONCE)
    alice.open(chat)
    expect(alice.row(chat).locator(".count")).to_be_hidden()
    alice.page.locator("#scroll").click()
    alice.page.keyboard.press("u")
    expect(alice.row(chat).locator(".count")).to_have_text("1")
