"""Undo and later: until it goes, nobody sees anything of it."""

from playwright.sync_api import expect

from .world import World


def test_a_send_can_be_undone_and_its_text_is_back(world: World) -> None:
    chat = world.direct("alice", "bob")
    world.call("alice", "PATCH", "/me", {"settings": {"sending": {"undo": 30}}})
    alice, bob = world.seat("alice").open(chat), world.seat("bob").open(chat)
    alice.write("not like this")
    toast = alice.page.locator("#toast")
    expect(toast).to_contain_text("Being sent.")
    expect(alice.page.locator("#waiting")).to_contain_text("not like this")
    toast.get_by_role("button", name="Undo").click()
    expect(alice.field).to_have_value("not like this")
    expect(alice.page.locator("#waiting .wait")).to_have_count(0)
    world.call("alice", "PATCH", "/me", {"settings": {"sending": {"undo": 0}}})
    world.say("bob", chat, "still here")
    bob.sees("still here")
    assert world.stored("bob", chat) == ["still here"]


def test_some_seconds_later_it_goes_by_itself(world: World) -> None:
    chat = world.direct("carol", "bob")
    world.call("carol", "PATCH", "/me", {"settings": {"sending": {"undo": 2}}})
    carol, bob = world.seat("carol").open(chat), world.seat("bob").open(chat)
    carol.write("in a moment")
    expect(carol.page.locator("#waiting")).to_contain_text("in a moment")
    bob.sees("in a moment", within=10_000)
    carol.sees("in a moment")
    expect(carol.page.locator("#waiting .wait")).to_have_count(0)


def test_a_time_of_ones_own_is_kept_until_it_is_taken_back(world: World) -> None:
    chat = world.direct("dave", "bob")
    dave = world.seat("dave").open(chat)
    dave.field.fill("happy new year")
    dave.page.get_by_role("button", name="Send later").click()
    dave.page.get_by_label("Send at").fill("2098-01-01T00:00")
    dave.page.get_by_role("button", name="Send then").click()
    expect(dave.field).to_have_value("")
    expect(dave.page.locator("#waiting")).to_contain_text("happy new year")
    dave.go("/scheduled/").live()
    expect(dave.page.locator("main")).to_contain_text("1 Jan 2098 0:00")
    dave.page.get_by_role("button", name="Take back").click()
    expect(dave.field).to_have_value("happy new year")
    assert world.stored("bob", chat) == []
