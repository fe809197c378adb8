"""States that last a moment, each made on purpose, drawn and looked at by axe."""

from pathlib import Path

from playwright.sync_api import expect

from .link import Link
from .test_lives import NO_DATABASE, end_session
from .test_pages import violations
from .world import Seat, World

SHOTS = Path(__file__).resolve().parents[2] / "var" / "screenshots"
SIZES = {"390": {"width": 390, "height": 844}, "1280": {"width": 1280, "height": 800}}


def drawn(seat: Seat, name: str) -> list[str]:
    """Screenshots in both schemes and sizes, and axe's findings."""
    problems = []
    SHOTS.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        seat.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for size, viewport in SIZES.items():
            seat.page.set_viewport_size(viewport)
            seat.page.screenshot(path=SHOTS / f"state-{name}-{size}-{scheme}.png")
            problems += violations(seat)
    return problems


def test_waiting_and_refused_messages(world: World) -> None:
    chat = world.direct("alice", "bob")
    world.say("bob", chat, "Are you there?")
    alice = world.seat("alice").open(chat)
    alice.write("x" * 9_000)
    expect(alice.page.locator("#timeline li.failed")).to_have_count(1)
    world.server.kill()
    alice.write("two lines\nof waiting", "and one more")
    expect(alice.page.locator("#connection")).to_contain_text("2 messages are waiting")
    problems = drawn(alice, "waiting")
    world.server.start()
    expect(alice.page.locator("#timeline li[data-pending]:not(.failed)")).to_have_count(0, timeout=20_000)
    assert problems == []


def test_the_keyboard_help(world: World) -> None:
    alice = world.seat("alice").open(world.direct("alice", "bob"))
    alice.page.locator("#scroll").click()
    alice.page.keyboard.press("?")
    expect(alice.page.get_by_role("dialog")).to_be_visible()
    assert drawn(alice, "keys") == []


def test_the_menu(world: World) -> None:
    alice = world.seat("alice").go("/inbox/").live()
    alice.page.get_by_role("button", name="Menu").click()
    assert drawn(alice, "menu") == []


def test_new_messages_while_reading_far_up(world: World) -> None:
    chat = world.group("bob", "Far up", "carol")
    for number in range(60):
        world.say("bob", chat, f"line {number}")
    carol = world.seat("carol").open(chat)
    carol.page.locator("#scroll").hover()
    carol.page.mouse.wheel(0, -1_200)
    carol.page.wait_for_timeout(300)
    world.say("bob", chat, "down here")
    expect(carol.page.locator("#latest .count")).to_have_text("1")
    assert drawn(carol, "far-up") == []


def test_too_many_tabs(world: World) -> None:
    alice = world.seat("alice")
    alice.page.route_web_socket("**/ws/", lambda socket: socket.close(code=4009))
    alice.go("/inbox/")
    expect(alice.page.locator("#connection")).to_contain_text("many tabs")
    assert drawn(alice, "many-tabs") == []


def test_offline_and_signed_out(world: World) -> None:
    """Where the browser keeps nothing, both lines are at their longest."""
    chat = world.group("alice", "Offline", "bob")
    world.say("bob", chat, "See you at the station?")
    alice = world.seat("alice")
    alice.page.add_init_script(NO_DATABASE)
    link = Link(alice)
    alice.open(chat)
    alice.context.set_offline(True)
    link.end(1006)
    alice.write("On my way")
    expect(alice.page.locator("#connection")).to_contain_text("You are offline.", timeout=30_000)
    problems = drawn(alice, "offline")
    end_session(world, alice)
    alice.context.set_offline(False)
    expect(alice.page.locator("#connection")).to_contain_text("You are signed out.", timeout=20_000)
    problems += drawn(alice, "signed-out")
    alice.page.set_viewport_size(SIZES["390"])
    expect(alice.page.locator("#connection")).to_be_visible()
    expect(alice.page.locator(".tabs")).to_be_hidden()
    assert problems == []
