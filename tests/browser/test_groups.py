"""A group from its link to its loudspeaker: invited, reading only, promoted, writing."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from .world import World


@pytest.fixture(scope="module")
def world(chromium: Browser) -> Iterator[World]:
    made = World(chromium, ["alice", "bob", "dave"])
    yield made
    made.close()


def test_a_link_leads_into_a_group_where_only_admins_write_until_one_is_promoted(world: World) -> None:
    garden = world.group("alice", "Garden", "bob")
    alice = world.seat("alice").go(f"/c/{garden}/details/")
    page = alice.page
    page.get_by_label("Who writes").select_option("admins")
    with page.expect_response(f"**/c/{garden}/details/"):
        page.locator("#rights").get_by_role("button", name="Save").click()
    expect(page.locator(".htmx-request")).to_have_count(0)
    page.get_by_role("link", name="Invite people").click()
    page.get_by_label("For how many people").select_option("2")
    page.get_by_role("button", name="Make a link").click()
    url = page.get_by_label("Link to join").input_value()
    page.get_by_text("QR code").click()
    expect(page.get_by_alt_text("QR code of this link")).to_be_visible()

    dave = world.seat(viewport={"width": 390, "height": 844})
    dave.page.goto(url)
    dave.page.get_by_role("link", name="Sign in to join").click()
    dave.page.locator("input[name=login]").fill(world.people["dave"].email)
    dave.page.locator("input[name=password]").fill(world.people["dave"].password)
    dave.page.get_by_role("button", name="Sign in", exact=True).click()
    dave.page.get_by_role("button", name="Join the group").click()
    expect(dave.page.get_by_text("Only admins post here.")).to_be_visible()
    expect(dave.field).to_be_hidden()
    dave.live()

    alice.open(garden).write("Welcome")
    dave.sees("Welcome")
    role = {"role": "admin"}
    world.call("alice", "PATCH", f"/conversations/{garden}/members/{world.people['dave'].id}", role)
    expect(dave.field).to_be_visible()
    expect(dave.page.get_by_text("Only admins post here.")).to_be_hidden()
    dave.write("Thank you")
    alice.sees("Thank you")

    bob = world.seat("bob").open(garden)
    expect(bob.field).to_be_hidden()
    world.call("dave", "PATCH", f"/conversations/{garden}", {"settings": {"post": "everyone"}})
    expect(bob.field).to_be_visible()
    bob.write("At last")
    dave.sees("At last")
    assert world.leave() == []
