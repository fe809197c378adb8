"""Each rule of the browser broken on purpose, one line at a time: the checks of the fault tests see it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from .level import heals, mark
from .link import Frame, Link
from .test_lives import pending, two_tabs
from .world import Seat, World


def broken(seat: Seat, module: str, line: str, instead: str) -> Callable[[], None]:
    """Serve the scripts with `line` of `module` replaced; what it returns asserts that the page has loaded them so."""
    served: list[str] = []

    def serve(route: Route) -> None:
        answer = route.fetch()
        text = answer.text()
        start = text.index(f"const $js_{module.replace('/', '_')} = ")
        end = text.index("\n})();", start)
        found = text.count(line, start, end)
        assert found == 1, f"{module} has {line!r} {found} times"
        served.append(module)
        route.fulfill(
            response=answer, body=text[:start] + text[start:end].replace(line, instead) + text[end:]
        )

    seat.page.route(re.compile(r"/js/app(\.\w+)?\.js"), serve)

    def check() -> None:
        assert served == [module]

    return check


def test_r4_an_outbox_that_forgets_is_seen(world: World) -> None:
    chat = world.group("alice", "R4 forgets", "bob")
    alice = world.seat("alice")
    check = broken(alice, "realtime/store", "database.transaction(TABLE, mode)", "null")
    alice.page.route_web_socket("**/ws/", lambda socket: None)
    alice.go(f"/c/{chat}/")
    alice.write("forgotten")
    pending(alice.page, 1)
    alice.page.close()
    alice.page = alice.context.new_page()
    alice.open(chat)
    check()
    with pytest.raises(AssertionError):
        alice.sees_sent("forgotten", within=2_000)


def test_r4_an_outbox_of_everybody_is_seen(world: World) -> None:
    chat = world.group("alice", "R4 everybody", "bob")
    alice = world.seat("alice").go(f"/c/{chat}/")
    alice.page.route_web_socket("**/ws/", lambda socket: None)
    alice.page.reload()
    alice.write("Alice's")
    pending(alice.page, 1)
    alice.page.close()
    world.sign_in(alice.context, "bob")
    alice.page = alice.context.new_page()
    check = broken(alice, "realtime/store", "entry.user === user", "true")
    alice.open(chat).sees("Alice's")
    check()
    assert (
        world.call("bob", "GET", f"/conversations/{chat}/messages")["items"][0]["sender"]["username"] == "bob"
    )


def test_r4_two_tabs_that_both_send_are_seen(world: World) -> None:
    checks: list[Callable[[], None]] = []

    def patch(*tabs: Seat) -> None:
        checks.extend(broken(tab, "lib/lock", "navigator.locks ?", "false ?") for tab in tabs)

    *_, sends = two_tabs(world, "R4 two drainers", patch)
    for check in checks:
        check()
    assert len(sends) >= 1


def test_r5_a_form_with_an_id_of_its_own_is_seen(world: World) -> None:
    """The ack of the socket is lost, no socket can be had again, and the form says it once more."""
    assert sent_by_both(world, "R5 one path", sabotage=False) == ["said once"]
    assert sent_by_both(world, "R5 two paths", sabotage=True) == ["said once", "said once"]


def sent_by_both(world: World, title: str, *, sabotage: bool) -> list[str]:
    chat = world.group("alice", title, "bob")
    alice = world.seat("alice")
    if sabotage:
        broken(
            alice, "realtime/carriers", "client_id: entry.client_id });", "client_id: crypto.randomUUID() });"
        )
    link = Link(alice, lambda frame: [] if frame["type"] in ("ack", "event") else [frame])
    alice.open(chat).write("said once")
    alice.until(lambda: world.stored("bob", chat) == ["said once"])
    with alice.page.expect_response(re.compile("/messages/$"), timeout=20_000):
        link.end(4009)
    return world.stored("bob", chat)


def lost_in_the_middle(world: World, title: str, patch: Callable[[Seat], object]) -> Seat:
    chat = world.group("alice", title, "bob")
    alice = world.seat("alice")
    patch(alice)

    def lose(frame: Frame) -> list[Frame]:
        return [] if frame["type"] == "event" and frame["data"].get("body") == "lost" else [frame]

    Link(alice, lose)
    alice.open(chat)
    mark(alice)
    for body in ("heard", "lost", "after it"):
        world.say("bob", chat, body)
    return alice.sees("after it")


def test_r6_a_client_that_does_not_count_is_seen(world: World) -> None:
    line = 'if (last !== undefined && seq > last + 1) return "gap";'
    alice = lost_in_the_middle(world, "R6 no count", lambda seat: broken(seat, "realtime/cursors", line, ""))
    with pytest.raises(AssertionError, match="is not"):
        heals(alice, within=11)


def test_r6_rows_read_before_their_position_are_seen(world: World) -> None:
    """As a server would that reads the head after the rows: the page claims one event more than it shows."""
    chat = world.group("alice", "R6 rows first", "bob")
    world.say("bob", chat, "on the page")
    alice = world.seat("alice")
    line = "return number(this.list.dataset.seq);"
    check = broken(alice, "conversation/timeline", line, "return number(this.list.dataset.seq) + 1;")
    alice.page.route(
        re.compile(r"/js/app(\.\w+)?\.js"),
        lambda route: (world.say("bob", chat, "in between"), route.fallback()),
    )
    alice.open(chat)
    check()
    mark(alice)
    with pytest.raises(AssertionError, match="is not"):
        heals(alice, within=4)


def test_r11_a_page_that_does_not_watch_its_pulse_is_seen(world: World) -> None:
    chat = world.group("alice", "R11 no pulse", "bob")
    alice = world.seat("alice")
    alice.page.clock.install()
    check = broken(alice, "realtime/socket", "this.time.now() - this.#lastBeat >= this.#quietMs", "false")
    link = Link(alice)
    alice.open(chat)
    check()
    link.go_silent()
    world.say("bob", chat, "not heard")
    alice.page.clock.fast_forward(40_000)
    expect(alice.message("not heard")).to_have_count(0)
    with pytest.raises(AssertionError):
        alice.until(lambda: len(link.routes) == 2, 3_000)
