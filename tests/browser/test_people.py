"""Strangers, blocks and suspensions in real browsers, with and without a script."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.services import people
from tests.services.people import PASSWORD, Person
from tests.services.server import run_python

from .world import SOON_MS, Seat, World

PHONE = {"viewport": {"width": 390, "height": 844}}


@pytest.fixture(scope="module")
def strangers(shared_world: World) -> Iterator[None]:
    """People whom the cast does not know."""
    for name in ("erin", "mallory"):
        (shared_world.people[name],) = people.create(shared_world.server, [name])
    yield


def asking(seat: Seat) -> Locator:
    return seat.page.locator(".asking")


def answer(seat: Seat, word: str) -> None:
    asking(seat).get_by_role("button", name=word, exact=True).click()


def test_who_a_stranger_writes_to_is_asked_and_seen_only_after_the_answer(
    world: World, strangers: None
) -> None:
    alice = world.seat("alice", **PHONE).go("/inbox/").live()
    chat = world.direct("mallory", "alice")
    world.say("mallory", chat, "Do you still sell the blue boat?")
    waiting = alice.page.locator('[data-waiting="requests"]')
    expect(waiting).to_have_text("1", timeout=SOON_MS)
    expect(alice.row(chat)).to_have_count(0)
    mallory = world.seat("mallory").open(chat)
    here = mallory.page.get_by_text("here now")
    waiting.click()
    alice.row(chat).click()
    expect(asking(alice)).to_contain_text("You do not know each other here")
    alice.sees("Do you still sell the blue boat?").live()
    expect(here).to_be_hidden()
    answer(alice, "Accept")
    expect(asking(alice)).to_have_count(0)
    expect(here).to_be_visible(timeout=SOON_MS)
    alice.write("I do").sees_sent("I do")
    mallory.sees("I do")


def test_requests_are_answered_without_a_script(world: World, strangers: None) -> None:
    met = world.group("erin", "Boat club", "bob")
    world.call("bob", "PATCH", "/me", {"settings": {"privacy": {"groups": "contacts"}}})
    group = world.group("erin", "Free money", "bob")
    bob = world.seat("bob", java_script_enabled=False, **PHONE).go("/inbox/?filter=all")
    expect(bob.row(met)).to_have_count(1)
    expect(bob.row(group)).to_have_count(0)
    bob.page.locator('[data-waiting="requests"]').click()
    bob.row(group).click()
    expect(asking(bob)).to_contain_text("added you to this group")
    answer(bob, "Decline")
    expect(bob.page.get_by_text("No requests")).to_be_visible()
    bob.go(f"/c/{group}/")
    expect(asking(bob)).to_contain_text("You declined Erin")
    asking(bob).get_by_role("link", name="Report").click()
    bob.page.select_option("[name=reason]", "spam")
    bob.page.check("[name=block]")
    bob.page.get_by_role("button", name="Report").click()
    bob.go("/settings/reports/")
    expect(bob.page.locator("body")).to_contain_text("Erin")
    bob.go(f"/c/{group}/")
    expect(asking(bob)).to_contain_text("You blocked Erin")
    expect(asking(bob).get_by_role("button", name="Unblock")).to_be_visible()
    bob.go("/inbox/?filter=requests")
    expect(bob.row(group)).to_have_count(0)


def test_somebody_suspended_is_out_within_a_second(world: World) -> None:
    env, rights = world.server.env, ("--all-rights", "--password")
    run_python(
        "manage.py", "create_staff", "sam@example.test", "sam", *rights, env=env, stdin=f"{PASSWORD}\n"
    )
    world.people["sam"] = Person("", "sam", "sam@example.test")
    dave = world.seat("dave").go("/inbox/").live()
    staff = world.seat("sam").go("/admin/accounts/user/")
    staff.page.check(f'[name=_selected_action][value="{world.people["dave"].id}"]')
    staff.page.select_option("[name=action]", "suspend")
    staff.page.fill("[name=reason]", "Spam in the garden group")
    staff.page.click("button[name=index]")
    expect(staff.page.locator(".messagelist")).to_be_visible()
    begun = time.monotonic()
    dave.page.wait_for_url("**/accounts/login/**", timeout=SOON_MS)
    assert time.monotonic() - begun < 1.5
