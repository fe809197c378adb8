"""One thing after the other, as people do them, with a second person or a second device watching."""

import re

import pytest
from playwright.sync_api import expect

from accounts.tests.pictures import picture

from .world import Seat, World

PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}


@pytest.fixture
def undone(world: World) -> None:
    world.call("alice", "PATCH", "/me", {"settings": {"sending": {"undo": 0}}})


def menu(seat: Seat, text: str, deed: str) -> None:
    """By the pointer: the menu at the message."""
    seat.message(text).hover()
    seat.page.locator("#tools [data-deed=menu]").click()
    seat.page.locator(f"#message-menu [data-deed={deed}]").click()


def test_several_are_labelled_and_put_away_and_come_back_on_both_devices(world: World) -> None:
    chats = [world.group("alice", name, "bob") for name in ("Roses", "Beans")]
    world.call("alice", "POST", "/labels", {"name": "Allotment", "colour": "green"})
    here, there = world.seat("alice").go("/inbox/").live(), world.seat("alice", **PHONE).go("/inbox/").live()
    page = here.page

    def choose() -> None:
        page.locator("body").press("x")
        for chat in chats:
            page.locator(f"form.choosing input[value='{chat}']").check()

    choose()
    page.locator("form.choosing").get_by_role("button", name="More", exact=True).click()
    page.locator("#deeds").get_by_role("button", name="Allotment", exact=True).click()
    expect(page.locator("#toast")).to_contain_text("2 conversations labelled")
    for seat in (here, there):
        for chat in chats:
            expect(seat.row(chat).get_by_title("Allotment")).to_be_visible(timeout=12_000)
    choose()
    page.locator("form.choosing").get_by_role("button", name="Done", exact=True).click()
    expect(page.locator("#toast")).to_contain_text("2 conversations")
    for seat in (here, there):
        for chat in chats:
            expect(seat.row(chat)).to_have_count(0, timeout=12_000)
    page.locator("#toast").get_by_role("button", name="Undo").click()
    for seat in (here, there):
        for chat in chats:
            expect(seat.row(chat)).to_be_visible(timeout=12_000)


def test_a_message_is_starred_pinned_forwarded_and_made_unread_and_the_others_see_what_is_theirs(
    world: World,
) -> None:
    garden, chat = world.group("alice", "Garden", "bob"), world.direct("alice", "carol")
    for words in ("the pump is here", "it leaks", "call the plumber"):
        world.say("bob", garden, words)
    alice, bob = world.seat("alice").open(garden), world.seat("bob").open(garden)
    carol = world.seat("carol", **PHONE).open(chat)
    menu(alice, "it leaks", "star")
    expect(alice.message("it leaks")).to_have_class(re.compile("starred"))
    menu(alice, "it leaks", "pin")
    expect(bob.message("it leaks").get_by_role("img", name="Pinned")).to_be_visible()
    expect(bob.message("it leaks")).not_to_have_class(re.compile("starred"))
    menu(alice, "it leaks", "forward")
    alice.page.get_by_role("button", name="Carol").click()
    carol.sees("it leaks")
    expect(carol.message("it leaks")).to_contain_text("Forwarded from Bob")

    alice.open(garden)
    alice.message("the pump is here").focus()
    alice.page.keyboard.press("x")
    expect(alice.page.locator("#timeline .pick input").first).to_be_checked()
    alice.page.locator("#timeline .pick").nth(1).click()
    alice.page.get_by_role("button", name="Delete for me").click()
    expect(alice.message("the pump is here")).to_have_count(0)
    alice.page.get_by_role("button", name="Undo").click()
    alice.sees("the pump is here")
    bob.sees("the pump is here")

    alice.live()
    menu(alice, "it leaks", "unread")
    expect(alice.row(garden).locator(".count")).to_have_text("2")
    alice.go("/starred/")
    expect(alice.page.locator("main")).to_contain_text("it leaks")


def test_what_was_said_is_found_by_who_and_where_and_opens_in_its_place(world: World) -> None:
    cellar = world.group("alice", "Cellar", "bob", "carol")
    world.say("bob", cellar, "the café has the spare key")
    world.say("carol", cellar, "no key with me")
    for number in range(40):
        world.say("carol", cellar, f"shelf {number}")
    alice = world.seat("alice").go("/inbox/").live()
    alice.page.keyboard.press("/")
    alice.page.keyboard.type("from:bob in:cellar cafe -shelf")
    alice.page.keyboard.press("Enter")
    hits = alice.page.locator(".hit")
    expect(hits).to_have_count(1)
    expect(hits.locator("mark")).to_have_text("café")
    hits.click()
    expect(alice.message("spare key")).to_be_in_viewport()
    expect(alice.message("no key with me")).to_be_visible()
    alice.go("/search/?q=in:cellar+from:carol+spare")
    expect(alice.page.locator(".hit")).to_have_count(0)


def test_a_group_shows_its_picture_and_counts_who_asks_to_be_let_in(world: World) -> None:
    orchard = world.group("alice", "Orchard", "bob")
    bob = world.seat("bob", **PHONE).open(orchard)
    alice = world.seat("alice").go(f"/c/{orchard}/details/").live()
    page, file = alice.page, picture().getvalue()
    page.get_by_label("Picture", exact=True).set_input_files(
        {"name": "g.png", "mimeType": "image/png", "buffer": file}
    )
    page.get_by_role("button", name="Use this picture").click()
    expect(page.locator(".profile img")).to_be_visible()
    expect(bob.page.locator(".bar .face img")).to_be_visible()
    expect(bob.page.get_by_text("changed the picture")).to_be_visible()
    expect(alice.row(orchard).locator("img")).to_be_visible()

    made = world.call("alice", "POST", f"/conversations/{orchard}/invitations", {"approval": True})
    world.call("dave", "POST", f"/invitations/{made['token']}/accept")
    expect(page.get_by_label("1 ask to be let in")).to_be_visible()
    expect(page.locator(".bell .count")).to_have_text("1")
    page.get_by_role("link", name="Invite people").click()
    expect(page.get_by_role("button", name="Let in Dave")).to_be_visible()
    world.call("carol", "POST", f"/invitations/{made['token']}/accept")
    expect(page.get_by_role("button", name="Let in Carol")).to_be_visible(timeout=12_000)
    page.get_by_role("button", name="Let in Dave").click()
    expect(bob.page.get_by_text("let Dave in")).to_be_visible()
    expect(page.get_by_role("button", name="Let in Dave")).to_have_count(0)


def test_a_first_letter_is_taken_back_written_anew_and_goes(world: World, undone: None) -> None:
    bob = world.seat("bob", **PHONE).go("/inbox/").live()
    alice = world.seat("alice").go("/c/new/?kind=mail&to=bob").live()
    page = alice.page
    page.get_by_label("Subject").fill("Plums")
    page.locator("#id_body").fill("Come and pick them.\n\n> are they ripe")
    page.get_by_role("button", name="Send later").click()
    page.get_by_role("button", name="Monday morning").click()
    expect(page.locator("#waiting")).to_contain_text("Come and pick them")
    expect(alice.field).to_be_hidden()
    page.locator("#waiting").get_by_role("button", name="Take back").click()
    expect(page.get_by_label("Subject")).to_have_value("Plums")
    expect(page.locator("#id_body")).to_have_value(re.compile("Come and pick them"))
    world.call("alice", "PATCH", "/me", {"settings": {"sending": {"undo": 2}}})
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#waiting")).to_contain_text("Being sent")
    expect(bob.page.locator("#rows")).not_to_contain_text("Plums")
    alice.sees("Come and pick them.", within=10_000)
    expect(alice.field).to_be_visible()
    bob.page.locator("#rows a.row", has_text="Plums").click(timeout=12_000)
    bob.sees("Come and pick them.")
    expect(bob.message("Come and pick them.").locator("blockquote")).to_be_hidden()
    bob.page.get_by_text("Quoted text").click()
    expect(bob.message("Come and pick them.").locator("blockquote")).to_be_visible()
