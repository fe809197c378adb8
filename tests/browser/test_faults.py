"""Faults of the line and of the server: nothing is lost, doubled or turned, and the page is level by itself."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from .level import heals, mark
from .link import Frame, Link, Noise
from .world import HEALED_MS, World


@pytest.mark.parametrize("seed", [1, 2])
def test_a_third_of_all_frames_is_lost_both_ways(world: World, seed: int) -> None:
    chat, other = world.group("alice", f"Noise {seed}", "bob", "carol"), world.direct("alice", "carol")
    noises = [Noise(seed * 10 + number) for number in range(4)]
    alice, bob = world.seat("alice"), world.seat("bob")
    links = [Link(alice), Link(bob)]
    for seat in (alice, bob):
        seat.open(chat)
    mark(alice, bob)
    for number, link in enumerate(links):
        link.edit, link.outward = noises[2 * number], noises[2 * number + 1]
    said = [f"{name} {number}" for name in ("alice", "bob") for number in range(4)]
    for number in range(4):
        alice.write(f"alice {number}")
        bob.write(f"bob {number}")
        world.say("carol", chat, f"carol {number}")
        world.say("carol", other, f"aside {number}")
        alice.page.wait_for_timeout(300)
    for noise in noises:
        noise.end()
    seconds = heals(alice, bob)
    stored = world.stored("carol", chat)
    assert sorted(stored) == sorted(said + [f"carol {number}" for number in range(4)])
    assert [text for text in stored if text.startswith("alice")] == said[:4]
    assert sum(noise.lost for noise in noises) > 5
    print(f"noise {seed}: level after {seconds:.1f} s")


@pytest.mark.parametrize("end", ["kill", "stop"])
def test_a_server_that_ends_under_typing_and_sending(world: World, end: str) -> None:
    chat = world.group("alice", f"Ends by {end}", "bob")
    alice, bob = world.seat("alice").open(chat), world.seat("bob").open(chat)
    mark(alice, bob)
    alice.write("one", "two")
    getattr(world.server, end)()
    alice.write("three", "four").type("half a sen")
    bob.write("five")
    world.server.start()
    seconds = heals(alice, bob)
    expect(alice.field).to_have_value("half a sen")
    stored = world.stored("bob", chat)
    assert sorted(stored) == ["five", "four", "one", "three", "two"]
    assert [text for text in stored if text != "five"] == ["one", "two", "three", "four"]
    print(f"server {end}: level after {seconds:.1f} s")


def test_a_line_that_goes_silent_is_left_after_twenty_seconds(world: World) -> None:
    chat = world.group("alice", "Half open", "bob")
    alice = world.seat("alice")
    alice.page.clock.install()
    link = Link(alice)
    alice.open(chat)
    mark(alice)
    link.go_silent()
    alice.write("into the void")
    world.say("bob", chat, "not heard")
    alice.page.clock.fast_forward(20_500)
    alice.until(lambda: len(link.routes) == 2, 3_000)
    heals(alice)
    assert sorted(world.stored("bob", chat)) == ["into the void", "not heard"]


def test_the_network_that_comes_back_is_used_at_once(world: World) -> None:
    """Another address, the same browser: the old connection looks open and leads nowhere."""
    chat = world.group("alice", "Other network", "bob")
    alice = world.seat("alice")
    link = Link(alice)
    alice.open(chat)
    mark(alice)
    link.go_silent()
    alice.context.set_offline(True)
    world.say("bob", chat, "meanwhile")
    alice.write("typed in the tunnel")
    alice.context.set_offline(False)
    assert heals(alice, within=8) < 8
    assert sorted(world.stored("bob", chat)) == ["meanwhile", "typed in the tunnel"]


def test_what_was_read_is_told_again_until_the_server_knows(world: World) -> None:
    chat = world.group("alice", "Unheard read", "bob")
    alice = world.seat("alice")
    reads: list[Frame] = []

    def deaf_once(frame: Frame) -> list[Frame]:
        if frame["type"] != "read":
            return [frame]
        reads.append(frame)
        return [frame] if len(reads) > 1 else []

    Link(alice, outward=deaf_once)
    alice.open(chat)
    world.say("bob", chat, "read me")
    alice.sees("read me")
    alice.until(lambda: world.call("alice", "GET", f"/conversations/{chat}")["unread"] == 0, HEALED_MS)
    assert len(reads) == 2


def test_what_was_read_elsewhere_while_away_is_not_unread(world: World) -> None:
    chat, other = world.group("alice", "Two desks", "bob"), world.group("alice", "Read elsewhere", "bob")
    alice = world.seat("alice")
    link = Link(alice)
    alice.open(chat)
    mark(alice)
    world.say("bob", other, "unread for now")
    expect(alice.row(other).locator(".count")).to_have_text("1")
    link.go_silent()
    world.call("alice", "PUT", f"/conversations/{other}/read", {"number": 1})
    link.end(1006)
    heals(alice)
    expect(alice.row(other).locator(".count")).to_be_hidden()


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_an_hour_off_orders_and_dates_nothing(world: World, hours: int) -> None:
    chat = world.group("alice", f"Clock {hours}", "bob")
    alice = world.seat("alice", timezone_id="UTC")
    alice.page.clock.install(time=datetime.now(UTC) + timedelta(hours=hours))
    alice.open(chat)
    mark(alice)
    world.say("bob", chat, "first")
    alice.sees("first").write("second").sees_sent("first", "second")
    world.say("bob", chat, "third")
    alice.sees_sent("first", "second", "third")
    heals(alice)
    times = alice.page.locator("#timeline li.said time")
    off = [(moment, at) for moment, at in times.evaluate_all(MOMENTS) if abs(age(moment)) > 120]
    assert off == []


MOMENTS = "times => times.map((time) => [time.getAttribute('datetime'), time.textContent])"


def age(moment: str) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()


def test_a_clock_set_back_holds_nothing_up(world: World) -> None:
    chat = world.group("alice", "Set back", "bob")
    alice = world.seat("alice")
    alice.page.clock.install()
    link = Link(alice, outward=lambda frame: [] if frame["type"] == "send" else [frame])
    alice.open(chat)
    mark(alice)
    alice.write("waits for its ack")
    alice.until(lambda: len(link.sends) == 1)
    alice.page.clock.set_system_time(datetime.now(UTC) - timedelta(hours=1))
    link.outward = lambda frame: [frame]
    link.end(1006)
    heals(alice)
    assert world.stored("bob", chat) == ["waits for its ack"]


def test_a_frozen_tab_wakes_up_level(world: World) -> None:
    chat = world.group("alice", "Asleep", "bob")
    alice = world.seat("alice").open(chat)
    mark(alice)
    session = alice.context.new_cdp_session(alice.page)
    session.send("Page.setWebLifecycleState", {"state": "frozen"})
    world.say("bob", chat, "in your sleep")
    session.send("Page.setWebLifecycleState", {"state": "active"})
    heals(alice)
    alice.sees("in your sleep").write("awake").sees_sent("in your sleep", "awake")


def test_a_page_kept_for_the_back_button_resumes(world: World) -> None:
    chat = world.group("alice", "Kept page", "bob")
    alice = world.seat("alice").open(chat)
    mark(alice)
    alice.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    expect(alice.page.locator("body")).to_have_attribute("data-live", "idle")
    world.say("bob", chat, "while away")
    alice.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    heals(alice)


def test_a_double_click_and_a_repeated_form_send_once(world: World) -> None:
    chat = world.group("alice", "Twice", "bob")
    alice = world.seat("alice").open(chat)
    alice.field.fill("clicked twice")
    alice.page.get_by_role("button", name="Send", exact=True).dblclick()
    alice.sees_sent("clicked twice")
    plain = world.seat("alice", java_script_enabled=False).go(f"/c/{chat}/")
    plain.field.fill("by form")
    with plain.page.expect_navigation():
        plain.page.get_by_role("button", name="Send", exact=True).click()
    plain.page.reload()
    assert world.stored("bob", chat) == ["clicked twice", "by form"]
    assert json.dumps(plain.texts()).count("by form") == 1
