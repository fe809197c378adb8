"""Whatever breaks, every message arrives once and in order, and the page heals by itself."""

from playwright.sync_api import expect

from .world import HEALED_MS, World, wait_for


def test_three_messages_typed_offline_arrive_once_and_in_order(world: World) -> None:
    chat = world.direct("alice", "bob")
    alice, bob = world.seat("alice").open(chat), world.seat("bob").open(chat)
    alice.context.set_offline(True)
    alice.page.evaluate("window.dispatchEvent(new Event('offline'))")
    alice.write("one", "two", "three")
    expect(alice.page.locator("#timeline li[data-pending]")).to_have_count(3)
    expect(alice.page.locator("#connection")).to_contain_text("waiting to be sent", timeout=40_000)
    alice.context.set_offline(False)
    alice.sees_sent("one", "two", "three", within=HEALED_MS)
    bob.sees_sent("one", "two", "three", within=HEALED_MS)
    assert world.stored("bob", chat) == ["one", "two", "three"]
    expect(alice.page.locator("#connection")).to_have_text("")


def test_what_a_closed_tab_had_not_sent_goes_when_it_opens_again(world: World) -> None:
    chat = world.direct("alice", "carol")
    alice = world.seat("alice").open(chat)
    world.server.kill()
    alice.write("before I go")
    expect(alice.page.locator("#timeline li[data-pending]")).to_have_count(1)
    alice.page.close()
    world.server.start()
    alice.page = alice.context.new_page()
    alice.open(chat).sees_sent("before I go", within=HEALED_MS)
    assert world.stored("carol", chat) == ["before I go"]


def test_a_killed_server_heals_without_a_reload(world: World) -> None:
    chat = world.group("alice", "Ladder", "bob")
    alice, bob = world.seat("alice").open(chat), world.seat("bob").open(chat)
    for seat in (alice, bob):
        seat.page.evaluate("window.__same = true")
    alice.write("before").sees_sent("before")
    world.server.kill()
    alice.write("while it is down")
    bob.write("me too")
    expect(alice.page.locator("#connection")).to_contain_text("Reconnecting…")
    world.server.start()
    for seat in (alice, bob):
        seat.live(HEALED_MS)
        expect(seat.page.locator("#timeline li[data-pending]")).to_have_count(0, timeout=HEALED_MS)
        seat.sees("while it is down", HEALED_MS).sees("me too", HEALED_MS)
        assert seat.page.evaluate("window.__same")
    stored = world.stored("alice", chat)
    assert sorted(stored) == ["before", "me too", "while it is down"]
    assert [text.strip() for text in alice.texts()] == [text.strip() for text in bob.texts()] == stored


def test_a_graceful_restart_heals_too(world: World) -> None:
    chat = world.direct("alice", "dave")
    alice = world.seat("alice").open(chat)
    assert world.server.stop() == 0
    world.server.start()
    alice.live(HEALED_MS)
    world.say("dave", chat, "still here?")
    alice.sees("still here?")


def test_a_reload_keeps_what_was_typed(world: World) -> None:
    chat = world.direct("bob", "dave")
    bob = world.seat("bob").open(chat)
    bob.type("not finished")
    bob.page.reload()
    bob.live()
    expect(bob.field).to_have_value("not finished")
    bob.field.press("Enter")
    bob.sees_sent("not finished")
    bob.page.reload()
    expect(bob.live().field).to_have_value("")


def test_messages_missed_while_the_page_loads_are_there(world: World) -> None:
    """Position first: between the page's rows and its socket nothing falls through."""
    chat = world.direct("carol", "dave")
    carol = world.seat("carol")
    carol.page.route("**/js/app.js", lambda route: (world.say("dave", chat, "in between"), route.continue_()))
    carol.page.route(
        "**/js/app.*.js", lambda route: (world.say("dave", chat, "in between"), route.continue_())
    )
    carol.open(chat).sees("in between")
    assert [text.strip() for text in carol.texts()] == world.stored("carol", chat)


def test_an_ended_session_goes_to_the_sign_in_page_and_keeps_the_outbox(world: World) -> None:
    chat = world.direct("bob", "carol")
    bob = world.seat("bob").open(chat)
    world.server.kill()
    bob.write("kept for later")
    expect(bob.page.locator("#timeline li[data-pending]")).to_have_count(1)
    bob.context.clear_cookies()
    world.server.start()
    bob.page.wait_for_url("**/accounts/login/**", timeout=HEALED_MS)
    world.sign_in(bob.context, "bob")
    bob.open(chat).sees_sent("kept for later")
    assert world.stored("carol", chat) == ["kept for later"]


def test_another_person_at_the_same_browser_sends_nothing_of_mine(world: World) -> None:
    chat = world.group("alice", "Shared laptop", "bob")
    alice = world.seat("alice").open(chat)
    world.server.kill()
    alice.write("this is Alice's")
    expect(alice.page.locator("#timeline li[data-pending]")).to_have_count(1)
    alice.page.close()
    world.server.start()
    alice.context.clear_cookies()
    world.sign_in(alice.context, "bob")
    alice.page = alice.context.new_page()
    alice.open(chat)
    expect(alice.page.locator("#timeline li[data-pending]")).to_have_count(0)
    assert world.stored("bob", chat) == []
    alice.context.clear_cookies()
    world.sign_in(alice.context, "alice")
    alice.open(chat).sees_sent("this is Alice's")


def test_signing_out_asks_before_unsent_messages_are_lost(world: World) -> None:
    chat = world.direct("alice", "bob")
    alice = world.seat("alice").open(chat)
    before = world.stored("bob", chat)
    alice.page.route_web_socket("**/ws/", lambda socket: socket.close())
    alice.page.route("**/messages/", lambda route: route.abort())
    alice.page.reload()
    alice.write("never leaves").type("nor does this")
    expect(alice.page.locator("#timeline li[data-pending]")).to_have_count(1)
    alice.page.evaluate("document.querySelector('form[action*=logout]').requestSubmit()")
    dialog = alice.page.locator("dialog[open]")
    expect(dialog).to_contain_text("1 message is waiting to be sent")
    dialog.get_by_role("button", name="Sign out").click()
    alice.page.wait_for_url(lambda url: "/c/" not in url)
    assert alice.page.evaluate("Object.keys(localStorage).filter((key) => key.includes('draft'))") == []
    world.sign_in(alice.context, "alice")
    alice.page.unroute("**/messages/")
    alice.go(f"/c/{chat}/")
    expect(alice.page.locator("#timeline li[data-pending]")).to_have_count(0)
    assert world.stored("bob", chat) == before


def test_without_a_socket_messages_go_by_the_form(world: World) -> None:
    chat = world.direct("alice", "dave")
    alice = world.seat("alice")
    alice.page.route_web_socket("**/ws/", lambda socket: socket.close())
    alice.go(f"/c/{chat}/")
    alice.write("no socket here")
    wait_for(lambda: world.stored("dave", chat)[-1:] == ["no socket here"], 20_000)
