"""Keeping the inbox small: done, snooze, pin, with a way back, on every device at once."""

from playwright.sync_api import expect

from .link import Link, as_it_is, without
from .world import World


def test_done_here_shows_there_and_can_be_undone(world: World) -> None:
    chat = world.direct("alice", "bob")
    world.say("bob", chat, "please have a look")
    here = world.seat("alice").open(chat)
    there = world.seat("alice").go("/inbox/").live()
    expect(there.row(chat)).to_be_visible()
    here.page.locator("#scroll").click()
    here.page.keyboard.press("e")
    toast = here.page.locator("#toast")
    expect(toast).to_contain_text("Done.")
    expect(here.row(chat)).to_have_count(0)
    expect(here.page).to_have_url(f"{world.server.url}/inbox/")
    expect(there.row(chat)).to_have_count(0)
    expect(there.page.locator("#rows")).to_contain_text("Your desk is clear")
    toast.get_by_role("button", name="Undo").click()
    for seat in (here, there):
        expect(seat.row(chat)).to_be_visible()
    expect(toast).to_contain_text("Undone.")


def test_a_message_brings_back_what_was_done_and_the_title_counts_it(world: World) -> None:
    chat = world.direct("alice", "carol")
    world.say("carol", chat, "first")
    alice = world.seat("alice").go("/inbox/?filter=all").live()
    alice.row(chat).focus()
    alice.page.keyboard.press("e")
    expect(alice.row(chat)).to_have_count(0)
    unread = world.call("alice", "GET", "/me")["unread"]
    expect(alice.page).to_have_title(f"({unread}) Inbox · Chatify" if unread else "Inbox · Chatify")
    world.say("carol", chat, "and second")
    expect(alice.row(chat)).to_contain_text("and second", timeout=12_000)
    expect(alice.page).to_have_title(f"({unread + 2}) Inbox · Chatify")


def test_pinned_stays_on_top_and_snoozed_waits_with_its_time(world: World) -> None:
    older, newer = world.direct("bob", "dave"), world.direct("bob", "carol")
    for name, chat in (("dave", older), ("carol", newer)):
        world.say(name, chat, "hello")
    bob = world.seat("bob").open(older)
    rows = bob.page.locator("#rows a.row")
    expect(rows.first).to_have_id(f"row-{newer}")
    bob.page.locator("#scroll").click()
    bob.page.keyboard.press("p")
    expect(rows.first).to_have_id(f"row-{older}")
    bob.page.keyboard.press("h")
    bob.page.get_by_role("button", name="Tomorrow morning").click()
    expect(bob.row(older)).to_have_count(0)
    bob.page.get_by_role("button", name="More", exact=True).click()
    bob.page.get_by_role("link", name="Snoozed").click()
    expect(bob.row(older).locator(".until time")).to_contain_text("8:00")
    world.say("dave", older, "no, now")
    expect(bob.row(older)).to_have_count(0)


def test_what_is_begun_stays_on_its_row_and_what_was_done_while_away_shows(world: World) -> None:
    chat, aside = world.direct("dave", "alice"), world.direct("dave", "carol")
    world.say("alice", chat, "what do you think?")
    world.say("carol", aside, "hello")
    dave = world.seat("dave")
    link = Link(dave)
    dave.open(chat).type("I beg")
    expect(dave.row(chat).locator(".what")).to_have_text("Draft: I beg", timeout=8_000)
    world.say("alice", chat, "anyone?")
    dave.sees("anyone?")
    expect(dave.row(chat).locator(".what")).to_have_text("Draft: I beg")
    link.edit = without("inbox")
    world.call("dave", "PUT", f"/conversations/{aside}/pin")
    world.call("dave", "PUT", f"/conversations/{chat}/draft", {"body": ""})
    link.edit = as_it_is
    link.end(4000)
    expect(dave.row(aside)).to_have_attribute("data-pinned", "", timeout=15_000)
    expect(dave.row(chat).locator(".what")).to_have_text("anyone?", timeout=15_000)
