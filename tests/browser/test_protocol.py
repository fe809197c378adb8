"""The page against a link that loses, repeats and ends: its own checks make it whole again."""

from playwright.sync_api import expect

from .link import Frame, Link
from .world import HEALED_MS, World, wait_for


def is_event(frame: Frame, body: str) -> bool:
    return frame["type"] == "event" and frame["data"].get("body") == body


def test_a_lost_event_is_asked_for_when_the_next_one_comes(world: World) -> None:
    chat = world.direct("alice", "bob")
    alice = world.seat("alice")
    Link(alice, lambda frame: [] if is_event(frame, "lost") else [frame])
    alice.open(chat)
    for body in ("heard", "lost", "after it"):
        world.say("bob", chat, body)
    alice.sees("after it").sees("lost")
    assert [text.strip() for text in alice.texts()] == world.stored("bob", chat)


def test_the_last_event_lost_is_found_by_the_heartbeat(world: World) -> None:
    chat = world.direct("alice", "carol")
    alice = world.seat("alice")
    Link(alice, lambda frame: [] if is_event(frame, "the last one") else [frame])
    alice.open(chat)
    world.say("carol", chat, "the last one")
    alice.sees("the last one", HEALED_MS)


def test_doubled_and_reversed_events_are_shown_once_in_order(world: World) -> None:
    chat = world.direct("alice", "dave")
    alice = world.seat("alice")
    held: list[Frame] = []

    def reverse(frame: Frame) -> list[Frame]:
        if is_event(frame, "first"):
            held.append(frame)
            return []
        return [frame, *held, frame] if frame["type"] == "event" else [frame]

    Link(alice, reverse)
    alice.open(chat)
    for body in ("first", "second"):
        world.say("dave", chat, body)
    alice.sees("second").sees("first")
    assert [text.strip() for text in alice.texts()] == ["first", "second"]


def test_a_reset_fetches_the_pane_anew_and_keeps_what_is_typed(world: World) -> None:
    chat = world.group("alice", "Reset", "bob")
    alice = world.seat("alice")
    link = Link(alice, lambda frame: [] if frame.get("event") == "message.sent" else [frame])
    alice.open(chat).type("half a sent")
    alice.page.evaluate("window.__same = true")
    world.say("bob", chat, "not replayed")
    head = world.call("bob", "GET", f"/conversations/{chat}")["head"]
    link.say(type="reset", conversation=chat, head=head)
    alice.sees("not replayed")
    expect(alice.field).to_have_value("half a sent")
    expect(alice.field).to_be_focused()
    assert alice.page.evaluate("window.__same")


def test_a_page_of_another_epoch_is_made_new(world: World) -> None:
    chat = world.group("alice", "Epoch", "bob")
    alice = world.seat("alice")
    resets: list[Frame] = []
    link = Link(alice, lambda frame: (frame["type"] == "reset" and resets.append(frame), [frame])[1])
    link.greet = lambda hello: {**hello, "epoch": "of a lost database"}
    alice.open(chat)
    wait_for(lambda: chat in [frame["conversation"] for frame in resets])
    world.say("bob", chat, "after the restore")
    alice.sees_sent("after the restore")


def test_a_refused_position_starts_without_any_and_fetches_everything(world: World) -> None:
    chat = world.group("alice", "Cursor", "bob")
    alice = world.seat("alice")
    link = Link(alice, lambda frame: [] if frame.get("event") == "message.sent" else [frame])
    alice.open(chat)
    world.say("bob", chat, "missed")
    link.end(4007)
    alice.sees("missed", HEALED_MS)
    assert [bool(hello["conversations"]) for hello in link.hellos] == [True, False]


def test_a_reset_keeps_the_place_of_somebody_reading_far_up(world: World) -> None:
    chat = world.group("bob", "Long reset", "carol")
    for number in range(60):
        world.say("bob", chat, f"line {number}")
    carol = world.seat("carol")
    link = Link(carol)
    carol.open(chat)
    carol.page.locator("#scroll").hover()
    carol.page.mouse.wheel(0, -600)
    carol.page.wait_for_timeout(300)
    seen = carol.message("line 45")
    before = seen.bounding_box()
    with carol.page.expect_response(f"**/c/{chat}/"):
        link.say(
            type="reset", conversation=chat, head=world.call("bob", "GET", f"/conversations/{chat}")["head"]
        )
    carol.page.wait_for_timeout(300)
    after = seen.bounding_box()
    assert before and after and abs(before["y"] - after["y"]) <= 1


def test_many_resets_fetch_the_list_once(world: World) -> None:
    chats = [world.group("dave", f"Group {number}", "bob") for number in range(6)]
    bob = world.seat("bob")
    asked: list[str] = []
    bob.page.on("request", lambda request: asked.append(request.url) if "/row/" in request.url else None)
    link = Link(bob, lambda frame: [] if frame.get("event") == "message.sent" else [frame])
    bob.go("/inbox/").live()
    for chat in chats:
        world.say("dave", chat, "behind your back")
    for chat in chats:
        link.say(type="reset", conversation=chat, head=9)
    for chat in chats:
        expect(bob.row(chat)).to_contain_text("behind your back", timeout=10_000)
    assert asked == []


def test_too_many_tabs_wait_to_be_asked(world: World) -> None:
    chat = world.direct("alice", "bob")
    alice = world.seat("alice")
    link = Link(alice)
    alice.open(chat)
    link.end(4009)
    line = alice.page.locator("#connection")
    expect(line).to_contain_text("open in many tabs")
    alice.page.wait_for_timeout(1_500)
    assert len(link.routes) == 1
    line.get_by_role("button").click()
    alice.live()
    assert len(link.routes) == 2


def test_a_restart_is_waited_for_as_long_as_asked(world: World) -> None:
    alice = world.seat("alice")
    link = Link(alice)
    alice.open(world.direct("alice", "bob"))
    link.say(type="bye", after_ms=2_500)
    link.end(4012)
    alice.page.wait_for_timeout(1_800)
    assert len(link.routes) == 1
    alice.live()


def test_a_message_acked_but_never_echoed_stays_once(world: World) -> None:
    chat = world.direct("alice", "carol")
    alice = world.seat("alice")
    Link(alice, lambda frame: [] if is_event(frame, "echo me") else [frame])
    alice.open(chat).write("echo me")
    expect(alice.message("echo me")).to_have_count(1)
    alice.write("and me")
    alice.sees("and me")
    wait_for(lambda: alice.page.locator("#timeline li[data-pending]").count() == 0)
    assert alice.texts()[-2:] == ["echo me", "and me"]


def test_a_lost_ack_sends_once(world: World) -> None:
    chat = world.direct("bob", "carol")
    bob = world.seat("bob")
    bob.page.clock.install()
    lost: list[str] = []

    def lose(frame: Frame) -> list[Frame]:
        if frame["type"] not in ("ack", "event"):
            return [frame]
        lost.append(frame["type"])
        return []

    link = Link(bob, lose)
    bob.open(chat).write("only once")
    bob.until(lambda: "ack" in lost)
    bob.page.clock.fast_forward(13_000)
    bob.until(lambda: lost.count("ack") > 1)
    assert len(link.sends) > 1
    assert world.stored("carol", chat).count("only once") == 1
    bob.open(chat)
    expect(bob.message("only once")).to_have_count(1)


def test_somebody_else_on_the_socket_asks_for_a_reload(world: World) -> None:
    alice = world.seat("alice")
    other = world.people["bob"].id
    Link(alice, lambda frame: [{**frame, "user": other}] if frame["type"] == "ready" else [frame])
    alice.go("/inbox/")
    expect(alice.page.locator("#connection")).to_contain_text("out of step")
