"""The bell on two devices: the same number within two seconds, whatever is done on either."""

from playwright.sync_api import Locator, expect

from .world import Seat, World

AGREED_MS = 2_000


def bell(seat: Seat) -> Locator:
    return seat.page.locator(".bell .count")


def test_two_devices_agree_within_two_seconds(world: World) -> None:
    group = world.group("alice", "Garden", "bob", "carol")
    here, there = (world.seat("bob").go("/inbox/").live() for _ in range(2))
    before = world.call("bob", "GET", "/me")["notices"]
    here.page.evaluate("navigator.setAppBadge = async (count) => { window.badge = count; }")
    world.say("alice", group, "@bob who waters the beans?")
    world.say("alice", group, "and a word for all")
    for seat in (here, there):
        expect(bell(seat)).to_have_text(str(before + 1), timeout=AGREED_MS)
        expect(seat.page.locator("#toast")).to_contain_text("Alice mentioned you in Garden")
    unread = world.call("bob", "GET", "/me")["unread"]
    expect(here.page).to_have_title(f"({unread}) Inbox · Chatify")
    expect(there.page).to_have_title(f"({unread}) Inbox · Chatify")
    here.until(lambda: here.page.evaluate("window.badge") == unread)
    there.page.get_by_role("link", name="Notifications").click()
    notice = there.page.locator(".notice.fresh").first
    expect(notice).to_contain_text("who waters the beans?")
    notice.get_by_text("Why did I get this?").click()
    expect(notice).to_contain_text("You were mentioned.")
    here.open(group).sees("and a word for all")
    for seat in (here, there):
        expect(bell(seat)).to_be_hidden(timeout=AGREED_MS)
    expect(there.page.locator(".notice.fresh")).to_have_count(0, timeout=AGREED_MS)


def test_marking_read_here_shows_there_and_a_muted_group_says_nothing(world: World) -> None:
    group = world.group("alice", "Choir", "bob", "dave")
    here, there = (world.seat("dave").go("/notifications/").live() for _ in range(2))
    world.say("alice", group, "@dave do you sing?")
    for seat in (here, there):
        expect(bell(seat)).to_be_visible(timeout=AGREED_MS)
        expect(seat.page.locator(".notice.fresh").first).to_contain_text("do you sing?", timeout=AGREED_MS)
    here.page.get_by_role("button", name="Mark all as read").click()
    for seat in (here, there):
        expect(bell(seat)).to_be_hidden(timeout=AGREED_MS)
        expect(seat.page.locator(".notice.fresh")).to_have_count(0, timeout=AGREED_MS)
    world.call("dave", "PUT", f"/conversations/{group}/mute", {"until": None})
    world.say("alice", group, "@dave please")
    world.say("bob", world.direct("bob", "dave"), "hello @dave")
    expect(bell(here)).to_have_text("1", timeout=AGREED_MS)
    expect(here.page.locator(".notice").first).to_contain_text("Bob mentioned you")
