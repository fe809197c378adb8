"""Going from page to page: back, on a phone, with a script that comes late."""

from playwright.sync_api import Route, expect

from .world import World


def test_back_shows_the_conversation_before(world: World) -> None:
    first, second = world.direct("alice", "bob"), world.direct("alice", "carol")
    world.say("bob", first, "this is Bob")
    world.say("carol", second, "this is Carol")
    alice = world.seat("alice").open(first)
    alice.row(second).click()
    alice.sees("this is Carol").type("typed for Carol")
    alice.page.go_back()
    alice.live().sees("this is Bob")
    expect(alice.field).to_have_value("")
    alice.page.go_forward()
    alice.live().sees("this is Carol")
    expect(alice.field).to_have_value("typed for Carol")
    world.say("carol", second, "still live")
    alice.sees("still live")


def test_on_a_phone_list_and_conversation_take_turns(world: World) -> None:
    chat = world.direct("alice", "bob")
    world.say("bob", chat, "for the phone")
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    alice = world.seat("alice", **phone).go("/inbox/").live()
    alice.page.evaluate("window.__same = true")
    alice.row(chat).tap()
    alice.sees("for the phone")
    expect(alice.row(chat)).to_be_hidden()
    alice.page.locator("a[data-back]").tap()
    expect(alice.row(chat)).to_be_visible()
    expect(alice.row(chat).locator(".count")).to_be_hidden()
    world.say("bob", chat, "again")
    expect(alice.row(chat)).to_contain_text("again")
    assert alice.page.evaluate("window.__same")


def test_on_a_phone_enter_makes_a_line_and_the_button_sends(world: World) -> None:
    chat = world.direct("alice", "dave")
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    alice = world.seat("alice", **phone).open(chat)
    alice.type("one")
    alice.field.press("Enter")
    alice.type("two")
    alice.page.get_by_role("button", name="Send", exact=True).tap()
    expect(alice.page.locator("#timeline li.said[data-number]")).to_have_count(1)
    assert world.stored("dave", chat) == ["one\ntwo"]


def test_what_is_typed_before_the_script_comes_stays(world: World) -> None:
    chat = world.direct("bob", "carol")
    bob = world.seat("bob")
    waiting: list[Route] = []
    bob.page.route("**/js/app.*", lambda route: waiting.append(route))
    bob.page.goto(f"{world.server.url}/c/{chat}/", wait_until="commit")
    bob.type("early words")
    assert waiting
    waiting[0].continue_()
    bob.live()
    expect(bob.field).to_have_value("early words")
    bob.field.press("Enter")
    bob.sees_sent("early words")


def test_a_new_group_is_live_at_once(world: World) -> None:
    alice = world.seat("alice").go("/inbox/").live()
    alice.page.evaluate("window.__same = true")
    alice.page.keyboard.press("c")
    alice.page.get_by_role("link", name="Group").click()
    alice.page.get_by_role("searchbox", name="Search for people").fill("bob")
    alice.page.get_by_role("checkbox", name="Bob").check()
    alice.page.get_by_label("Name of the group").fill("Fresh group")
    alice.page.get_by_role("button", name="Start group").click()
    expect(alice.page.get_by_role("heading", level=1, name="Fresh group")).to_be_visible()
    conversation = alice.page.locator("#conversation").get_attribute("data-conversation")
    assert conversation
    alice.live().write("hello all").sees_sent("hello all")
    world.say("bob", conversation, "hello Alice")
    alice.sees("hello Alice")
    expect(alice.row(conversation)).to_contain_text("hello Alice", timeout=12_000)


def test_who_is_removed_sees_nothing_more(world: World) -> None:
    group = world.group("alice", "Leaving", "bob")
    bob = world.seat("bob").open(group)
    world.say("alice", group, "you can see this")
    bob.sees("you can see this")
    world.call("alice", "DELETE", f"/conversations/{group}/members/{world.people['bob'].id}")
    expect(bob.page.locator("#timeline")).to_contain_text("Alice removed Bob")
    expect(bob.row(group)).to_have_count(0)
    world.say("alice", group, "but not this")
    bob.page.wait_for_timeout(1_500)
    expect(bob.message("but not this")).to_have_count(0)
    expect(bob.page.locator("#listening")).to_have_text("You are no longer in this conversation.")
    expect(bob.field).to_be_hidden()
    world.call("alice", "POST", f"/conversations/{group}/members", {"members": [world.people["bob"].id]})
    bob.row(group).click()
    bob.live().write("in again").sees_sent("in again")
