"""Tabs, browsers and sessions end, and people change: what was typed stays, and stays its writer's."""

import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from tests.services.fixtures import CHROMIUM_FLAGS

from .level import heals, mark
from .link import Frame, Link, without
from .world import HEALED_MS, Seat, World, wait_for

NO_DATABASE = "Object.defineProperty(window, 'indexedDB', {get() { throw new Error('forbidden'); }})"
NO_STORAGE = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }"


def pending(page: Page, count: int) -> None:
    expect(page.locator("#timeline li[data-pending]")).to_have_count(count)


def end_session(world: World, seat: Seat) -> None:
    """The row goes, as by a cleaner or an operator: nobody is told."""
    cookies = {cookie.get("name"): cookie.get("value") for cookie in seat.context.cookies()}
    with closing(sqlite3.connect(next(Path(world.server.data_dir).glob("*.sqlite3")), timeout=20)) as db, db:
        done = db.execute("DELETE FROM django_session WHERE session_key = ?", [cookies["chatify_sid"]])
        assert done.rowcount == 1


def test_a_tab_closed_and_opened_again_while_offline(world: World) -> None:
    chat = world.group("alice", "Closed offline", "bob")
    alice = world.seat("alice").open(chat)
    alice.context.set_offline(True)
    alice.write("one", "two")
    pending(alice.page, 2)
    alice.page.close()
    alice.page = alice.context.new_page()
    with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
        alice.go(f"/c/{chat}/")
    alice.context.set_offline(False)
    alice.open(chat).sees_sent("one", "two", within=HEALED_MS)
    assert world.stored("bob", chat) == ["one", "two"]


@pytest.fixture
def profile(chromium: Browser, tmp_path: Path) -> Iterator[tuple[Browser, Path]]:
    yield chromium, tmp_path / "profile"


def launch(profile: tuple[Browser, Path]) -> BrowserContext:
    browser, folder = profile
    kind = browser.browser_type
    return kind.launch_persistent_context(folder, executable_path="/usr/bin/chromium", args=CHROMIUM_FLAGS)


def kill_browser(folder: Path) -> None:
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # its parent was killed before it
            if any(str(folder) in part for part in process.cmdline()):
                process.send_signal(signal.SIGKILL)


def test_a_browser_that_is_killed_keeps_what_it_had_not_sent(
    world: World, profile: tuple[Browser, Path]
) -> None:
    chat = world.group("alice", "Killed browser", "bob")
    context = launch(profile)
    world.sign_in(context, "alice")
    alice = Seat(world, context, "alice")
    alice.page.route_web_socket("**/ws/", lambda socket: None)
    alice.page.route("**/messages/", lambda route: None)  # the form, which takes over from a silent socket
    alice.go(f"/c/{chat}/")
    alice.write("before the crash", "and this")
    pending(alice.page, 2)
    kill_browser(profile[1])
    context = launch(profile)
    world.sign_in(context, "alice")
    again = Seat(world, context, "alice")
    again.open(chat).sees_sent("before the crash", "and this", within=HEALED_MS)
    context.close()
    assert world.stored("bob", chat) == ["before the crash", "and this"]


@pytest.mark.parametrize("cleared", [False, True], ids=["storage", "no storage"])
def test_a_session_that_ends_while_typing(world: World, cleared: bool) -> None:
    """Where the browser keeps nothing, the page stays and says so: leaving it would lose what was typed."""
    chat = world.group("alice", f"Ends while typing {cleared}", "bob")
    alice = world.seat("alice")
    if cleared:
        alice.page.add_init_script(NO_DATABASE + ";" + NO_STORAGE)
    deaf = Link(alice, outward=without("send"))
    alice.open(chat).write("not acknowledged").type("half a sen")
    pending(alice.page, 1)
    end_session(world, alice)
    deaf.outward = lambda frame: [frame]
    deaf.end(1006)
    if cleared:
        expect(alice.page.locator("#connection")).to_contain_text("You are signed out.", timeout=HEALED_MS)
        expect(alice.page.locator("#connection").get_by_role("link", name="Sign in")).to_be_visible()
        world.sign_in(alice.context, "alice")
        alice.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    else:
        alice.page.wait_for_url("**/accounts/login/**", timeout=HEALED_MS)
        world.sign_in(alice.context, "bob")
        alice.open(chat)
        pending(alice.page, 0)
        expect(alice.field).to_have_value("")
        assert world.stored("bob", chat) == []
        world.sign_in(alice.context, "alice")
        alice.open(chat)
    alice.sees_sent("not acknowledged", within=HEALED_MS)
    expect(alice.field).to_have_value("half a sen")
    assert writers(world, chat) == [("alice", "not acknowledged")]


def writers(world: World, chat: str) -> list[tuple[str, str]]:
    items = world.call("bob", "GET", f"/conversations/{chat}/messages?limit=100")["items"]
    return [
        (item["sender"]["username"], item["body"]) for item in sorted(items, key=lambda item: item["number"])
    ]


def two_tabs(world: World, name: str, patch: object = None) -> tuple[str, Seat, Seat, list[Frame]]:
    """Two tabs of Alice write; the first, which sends for both, is closed while its message is unacknowledged."""
    chat = world.group("alice", name, "bob")
    first = world.seat("alice")
    second = first.tab()
    if callable(patch):
        patch(first, second)
    links = [Link(first, outward=without("send")), Link(second)]
    first.page.clock.install()
    first.open(chat).write("from the first tab").until(lambda: len(links[0].sends) == 1)
    # It waits for its ack as long as we like.
    first.page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=1))
    second.open(chat)
    mark(second)
    second.write("from the second tab")
    second.page.wait_for_timeout(1_000)
    return chat, first, second, links[1].sends


def test_the_other_tab_takes_over_what_a_closed_tab_was_sending(world: World) -> None:
    chat, first, second, sends = two_tabs(world, "Two tabs")
    assert sends == [], "one tab at a time sends"
    first.page.close()
    heals(second)
    assert writers(world, chat) == [("alice", "from the first tab"), ("alice", "from the second tab")]
    assert len(sends) == 2


def test_somebody_else_signs_in_under_an_open_page(world: World) -> None:
    chat = world.group("alice", "Shared desk", "bob")
    alice = world.seat("alice")
    link = Link(alice, outward=without("send"))
    alice.open(chat).write("Alice's own").type("half of Alice's")
    pending(alice.page, 1)
    world.sign_in(alice.context, "bob")
    link.outward = lambda frame: [frame]
    link.end(1006)
    expect(alice.page.locator("#connection")).to_contain_text("out of step", timeout=HEALED_MS)
    bob = alice.tab().open(chat)
    bob.write("this is Bob").sees_sent("this is Bob")
    expect(bob.field).to_have_value("")
    assert writers(world, chat) == [("bob", "this is Bob")]
    world.sign_in(alice.context, "alice")
    alice.open(chat).sees_sent("Alice's own", within=HEALED_MS)
    expect(alice.field).to_have_value("half of Alice's")
    assert writers(world, chat) == [("bob", "this is Bob"), ("alice", "Alice's own")]


def test_a_form_never_carries_a_message_as_somebody_else(world: World) -> None:
    chat = world.group("alice", "Only by form", "bob")
    alice = world.seat("alice")
    alice.page.route_web_socket("**/ws/", lambda socket: socket.close(code=4009))
    alice.go(f"/c/{chat}/")
    expect(alice.page.locator("#connection")).to_contain_text("many tabs")
    world.sign_in(alice.context, "bob")
    with alice.page.expect_response("**/messages/"):
        alice.write("Alice's by form")
    pending(alice.page, 1)
    assert world.stored("bob", chat) == []


def without_a_database(seat: Seat) -> None:
    seat.page.add_init_script(NO_DATABASE)


def with_a_full_disk(seat: Seat) -> None:
    seat.page.add_init_script(
        "IDBObjectStore.prototype.add = () => { throw new DOMException('full', 'QuotaExceededError'); }"
    )


@pytest.mark.parametrize("trouble", [without_a_database, with_a_full_disk])
def test_a_browser_that_keeps_nothing_says_so_and_sends(world: World, trouble: object) -> None:
    assert callable(trouble)
    chat = world.group("alice", trouble.__name__, "bob")
    alice = world.seat("alice")
    trouble(alice)
    alice.open(chat)
    mark(alice)
    alice.write("kept somehow").sees_sent("kept somehow")
    world.server.kill()
    alice.write("one", "two")
    expect(alice.page.locator("#connection")).to_contain_text(
        "cannot keep unsent messages", timeout=HEALED_MS
    )
    world.server.start()
    heals(alice)
    assert world.stored("bob", chat) == ["kept somehow", "one", "two"]
    expect(alice.page.locator("#connection")).to_have_text("")


def test_storage_that_is_cleared_under_an_open_page(world: World) -> None:
    chat = world.group("alice", "Cleared", "bob")
    alice = world.seat("alice").open(chat)
    mark(alice)
    world.server.kill()
    alice.write("one", "two").type("half")
    pending(alice.page, 2)
    session = alice.context.new_cdp_session(alice.page)
    session.send(
        "Storage.clearDataForOrigin", {"origin": world.server.url, "storageTypes": "indexeddb,local_storage"}
    )
    alice.write("half and three")
    world.server.start()
    heals(alice)
    wait_for(lambda: world.stored("bob", chat) == ["one", "two", "half and three"])
