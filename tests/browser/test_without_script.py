"""Everything that matters works without JavaScript."""

from playwright.sync_api import expect

from tests.services.people import PASSWORD

from .world import Seat, World


def plain(world: World, username: str | None = None) -> Seat:
    return world.seat(username, java_script_enabled=False)


def test_somebody_signs_in_reads_and_answers(world: World) -> None:
    chat = world.direct("bob", "alice")
    world.say("bob", chat, "can you read **this**?")
    alice = plain(world)
    alice.go("/inbox/")
    alice.page.fill("[name=login]", world.people["alice"].email)
    alice.page.fill("[name=password]", PASSWORD)
    alice.page.keyboard.press("Enter")
    expect(alice.row(chat)).to_contain_text("can you read")
    expect(alice.row(chat).locator(".count")).to_have_text("1")
    alice.row(chat).click()
    expect(alice.message("can you read this?")).to_be_visible()
    alice.page.get_by_role("button", name="Mark as read").click()
    alice.field.fill("Yes, without a script.")
    alice.page.get_by_role("button", name="Send", exact=True).click()
    expect(alice.message("Yes, without a script.")).to_be_visible()
    alice.go("/inbox/")
    expect(alice.row(chat).locator(".count")).to_be_hidden()
    assert world.stored("bob", chat)[-1] == "Yes, without a script."


def test_sending_twice_by_the_same_form_keeps_one(world: World) -> None:
    chat = world.direct("carol", "alice")
    alice = plain(world, "alice")
    alice.go(f"/c/{chat}/")
    fields = {
        name: alice.page.locator(f"#composer [name={name}]").get_attribute("value")
        for name in ("csrfmiddlewaretoken", "client_id")
    }
    url = f"{world.server.url}/c/{chat}/messages/"
    for _ in range(2):
        headers = {"Referer": alice.page.url}
        assert alice.context.request.post(url, form={**fields, "body": "once"}, headers=headers).ok
    assert world.stored("carol", chat) == ["once"]


def test_somebody_starts_a_group(world: World) -> None:
    dave = plain(world, "dave")
    dave.go("/inbox/")
    dave.page.get_by_role("link", name="New conversation").first.click()
    dave.page.get_by_role("link", name="Group").click()
    dave.page.get_by_role("searchbox").last.fill("carol")
    dave.page.get_by_role("button", name="Find").click()
    dave.page.get_by_role("checkbox", name="Carol").check()
    dave.page.get_by_label("Name of the group").fill("No script club")
    dave.page.get_by_role("button", name="Start group").click()
    expect(dave.page.get_by_role("heading", level=1)).to_have_text("No script club")
    dave.field.fill("hello")
    dave.page.get_by_role("button", name="Send", exact=True).click()
    expect(dave.message("hello")).to_be_visible()


def test_earlier_messages_have_a_link(world: World) -> None:
    chat = world.group("bob", "Many", "dave")
    for number in range(60):
        world.say("bob", chat, f"entry {number:02}")
    dave = plain(world, "dave")
    dave.go(f"/c/{chat}/")
    expect(dave.message("entry 59")).to_be_visible()
    dave.page.get_by_role("link", name="Earlier messages").click()
    expect(dave.message("entry 00")).to_have_count(1)
