"""The installed app: installable, readable without a line, and nobody else's."""

import json
import re
import time

from playwright.sync_api import Page, expect

from .link import Link
from .world import HEALED_MS, Seat, World

CONTROLLED = "() => navigator.serviceWorker.ready.then(() => Boolean(navigator.serviceWorker.controller))"
KEPT = """async (path) => {
  for (const name of await caches.keys()) {
    if (name.startsWith("chatify-pages-") && (await (await caches.open(name)).match(path))) return true;
  }
  return false;
}"""
SHARE = """() => {
  const make = (name, properties) => Object.assign(document.createElement(name), properties);
  const form = make("form", { method: "POST", action: "/share/", enctype: "multipart/form-data" });
  const given = new DataTransfer();
  given.items.add(new File(["tide table"], "tides.txt", { type: "text/plain" }));
  form.append(make("input", { type: "file", name: "files", files: given.files }));
  form.append(make("input", { name: "text", value: "Look at this" }));
  document.body.append(form);
  HTMLFormElement.prototype.submit.call(form);
}"""
FORM = """<form method="post" enctype="multipart/form-data"><input name="text" value="buy this"></form>"""
NOTE_TAGS = "SyncManager.prototype.register = async (tag) => { (globalThis.tags ??= []).push(tag); }"
WAKE = "() => self.dispatchEvent(Object.assign(new ExtendableEvent('sync'), { tag: 'outbox' }))"
WATCH = """() => {
  self.shown = [];
  self.registration.showNotification = async (title, { body, tag, data }) => {
    self.shown.push([title, body, tag, data.url]);
    self.open.add(tag);
  };
  self.open = new Set();
  const line = (tag) => ({ tag, close: () => self.open.delete(tag) });
  self.registration.getNotifications = async () => [...self.open].map(line);
  self.navigator.setAppBadge = async (count) => { self.badge = count; };
}"""
PRESS = """(url) => {
  const notification = { close() {}, data: { url } };
  self.dispatchEvent(Object.assign(new ExtendableEvent("notificationclick"), { notification }));
}"""
OWNED = "() => caches.keys().then((names) => names.filter((name) => !name.startsWith('chatify-shell-')))"


def installed(world: World, username: str) -> Seat:
    seat = world.seat(username, service_workers="allow")
    seat.go("/inbox/").live()
    seat.page.wait_for_function(CONTROLLED, timeout=HEALED_MS)
    return seat


def without_a_line(page: Page) -> None:
    """For the page and for its worker."""
    page.context.set_offline(True)


def test_the_last_inbox_and_what_was_read_are_there_without_a_line(world: World) -> None:
    group = world.group("alice", "Harbour walk", "bob")
    world.say("alice", group, "Meet at the crane")
    seat = installed(world, "bob")
    seat.open(group).sees("Meet at the crane")
    seat.page.wait_for_function(KEPT, arg=f"/c/{group}/", timeout=HEALED_MS)
    seat.page.wait_for_function(KEPT, arg="/inbox/", timeout=HEALED_MS)

    seat.stop_listening()  # htmx says in the console what it cannot fetch
    without_a_line(seat.page)
    later = seat.context.new_page()  # the app is started anew
    later.goto(f"{world.server.url}/inbox/")
    expect(later.locator(f"#row-{group}")).to_contain_text("Harbour walk")
    expect(later.locator("#connection")).to_contain_text("This is how it was", timeout=HEALED_MS)
    later.locator(f"#row-{group}").click()
    expect(later.locator("#timeline")).to_contain_text("Meet at the crane")
    later.goto(f"{world.server.url}/people/")
    expect(later.locator("h1")).to_have_text("You are offline")


def test_what_is_written_without_a_line_is_sent_once_it_is_back(world: World) -> None:
    group = world.group("alice", "Tides", "bob")
    seat = installed(world, "bob")
    seat.open(group)
    seat.page.wait_for_function(KEPT, arg=f"/c/{group}/", timeout=HEALED_MS)
    without_a_line(seat.page)
    seat.page.reload()
    seat.write("Low water at six")
    expect(seat.page.locator("#timeline li[data-pending]")).to_have_count(1)
    seat.context.set_offline(False)
    seat.sees_sent("Low water at six", within=HEALED_MS)
    assert world.stored("alice", group).count("Low water at six") == 1


def test_nothing_stays_for_who_comes_next(world: World) -> None:
    group = world.group("alice", "Only for Bob", "bob")
    seat = installed(world, "bob")
    seat.open(group)
    seat.page.wait_for_function(KEPT, arg=f"/c/{group}/", timeout=HEALED_MS)
    assert seat.page.evaluate(OWNED) != []  # there was something to forget

    world.sign_in(seat.context, "carol")  # another person at the same browser, without a sign-out
    seat.go("/inbox/").live()
    seat.page.wait_for_function(KEPT, arg="/inbox/", timeout=HEALED_MS)
    without_a_line(seat.page)
    seat.go(f"/c/{group}/")
    expect(seat.page.locator("h1")).to_have_text("You are offline")
    seat.go("/inbox/")
    expect(seat.page.locator("body")).to_have_attribute("data-user", world.people["carol"].id)
    expect(seat.page.get_by_text("Only for Bob")).to_have_count(0)

    seat.context.set_offline(False)
    seat.go("/inbox/").live()
    seat.page.get_by_role("button", name="Menu").first.click()
    seat.page.get_by_role("button", name="Sign out").first.click()
    expect(seat.page.get_by_role("link", name="Sign up")).to_be_visible(timeout=HEALED_MS)
    assert seat.page.evaluate(OWNED) == []


def test_another_app_shares_text_and_a_file(world: World) -> None:
    group = world.group("alice", "Photos", "bob")
    seat = installed(world, "bob")
    seat.page.evaluate(SHARE)
    expect(seat.page.locator("#share-files")).to_contain_text("tides.txt")
    expect(seat.page.locator("#share textarea")).to_have_value("Look at this")
    seat.page.get_by_role("button", name="Photos").click()
    seat.page.wait_for_url(f"**/c/{group}/")
    seat.live()
    expect(seat.field).to_have_value("Look at this")
    expect(seat.page.locator("#composer")).to_contain_text("tides.txt")


def test_another_site_puts_nothing_among_what_is_shared(world: World) -> None:
    seat = installed(world, "bob")
    seat.page.evaluate(SHARE)
    expect(seat.page.locator("#share-files")).to_contain_text("tides.txt")
    seat.stop_listening()  # the console tells of the refusal
    seat.page.route(
        "http://elsewhere.example/", lambda route: route.fulfill(content_type="text/html", body=FORM)
    )
    seat.page.goto("http://elsewhere.example/")
    seat.page.evaluate(
        "(url) => { document.forms[0].action = url; document.forms[0].submit(); }",
        f"{world.server.url}/share/",
    )
    expect(seat.page.locator("body")).to_contain_text("Nothing was taken", timeout=HEALED_MS)
    seat.go("/share/")
    expect(seat.page.locator("#share-files")).to_contain_text("tides.txt")
    expect(seat.page.locator("#share textarea")).to_have_value("Look at this")


def test_what_waits_is_sent_when_the_browser_wakes_its_worker_and_no_page_is_open(world: World) -> None:
    """The browser wakes it when there is a line again (Background Sync). One without a screen does not, so what it asks
    for is noted here, and the wake-up comes from the test."""
    group = world.group("alice", "Ferries", "bob")
    seat = world.seat("bob", service_workers="allow")
    seat.context.add_init_script(NOTE_TAGS)
    link = Link(seat)
    seat.open(group)
    seat.page.wait_for_function(CONTROLLED, timeout=HEALED_MS)
    without_a_line(seat.page)
    link.end(1006)  # what an open socket holds back would leave when its page is closed
    expect(seat.page.locator("body")).not_to_have_attribute("data-live", "ready")
    seat.write("The last one leaves at ten")
    expect(seat.page.locator("#timeline li[data-pending]")).to_have_count(1)
    seat.page.wait_for_function("() => globalThis.tags?.includes('outbox')")
    blank, worker = seat.context.new_page(), seat.context.service_workers[0]
    seat.page.close()
    assert world.stored("alice", group) == []
    seat.context.set_offline(False)  # a browser that wakes its worker itself may do so from here on
    worker.evaluate(WAKE)
    deadline = time.monotonic() + HEALED_MS / 1000
    while not (stored := world.stored("alice", group)):
        assert time.monotonic() < deadline
        blank.wait_for_timeout(50)
    assert stored == ["The last one leaves at ten"]


def test_a_call_shows_one_line_for_each_conversation_and_leads_there(world: World) -> None:
    """A push service brings it and the system shows it; what is between them is ours."""
    group = world.group("alice", "Lamps", "bob")
    seat = installed(world, "bob")
    worker = seat.context.service_workers[0]
    worker.evaluate(WATCH)
    told = {
        "title": "Alice in Lamps",
        "body": "<b>First</b>",
        "url": f"/c/{group}/",
        "tag": group,
        "unread": 1,
    }
    for data in (json.dumps(told), "?"):
        worker.evaluate("(data) => self.dispatchEvent(new PushEvent('push', { data }))", data)
    seat.until(lambda: len(worker.evaluate("() => self.shown")) == 2)
    assert worker.evaluate("() => self.shown") == [
        ["Alice in Lamps", "<b>First</b>", group, f"/c/{group}/"],
        ["Chatify", "There is something new for you.", "", "/inbox/"],
    ]
    others = {"title": "Carol", "tag": "another", "left": ["another", group]}
    for data in (others, {"over": True, "left": ["another"], "unread": 0}):
        worker.evaluate("(data) => self.dispatchEvent(new PushEvent('push', { data }))", json.dumps(data))
    seat.until(lambda: sorted(worker.evaluate("() => [...self.open]")) == ["", "another"])
    assert len(worker.evaluate("() => self.shown")) == 3 and worker.evaluate("() => self.badge") == 0
    for url in (f"/c/{group}/", "https://elsewhere.example/"):
        worker.evaluate(PRESS, url)
        seat.page.wait_for_url("**/inbox/" if "elsewhere" in url else f"**{url}")


def test_the_settings_of_a_device_say_how_it_stands(world: World) -> None:
    seat = installed(world, "carol")
    seat.go("/settings/device/")
    expect(seat.page.locator("#push [role=status]")).to_contain_text(re.compile("Off|forbid"))
    seat.page.get_by_role("button", name="Delete what is kept").click()
    expect(seat.page.locator("#kept [role=status]")).to_contain_text("Nothing is kept")


def test_the_doctor_names_what_does_not_come_through(world: World) -> None:
    seat = world.seat("carol")
    seat.go("/settings/doctor/")
    for name in ("socket", "clock", "upload"):
        expect(seat.page.locator(f"#check-{name}")).to_have_attribute("data-state", "good", timeout=HEALED_MS)
    expect(seat.page.locator("#finding-database")).to_have_attribute("data-state", "good")

    seat.page.route_web_socket("**/ws/", lambda socket: socket.close())
    seat.page.route(
        re.compile(r"/uploads/[^?]+\?"), lambda route: route.fulfill(status=413, body="<h1>Too large</h1>")
    )
    seat.page.reload()
    expect(seat.page.locator("#check-upload")).to_contain_text("takes no file of 8 MB", timeout=HEALED_MS)
    expect(seat.page.locator("#check-socket")).to_contain_text("It does not open", timeout=HEALED_MS)


def test_who_has_said_something_is_invited_once_and_asked_nothing(world: World) -> None:
    group = world.group("alice", "Gulls", "bob")
    seat = world.seat("bob", service_workers="allow")
    seat.context.add_init_script(
        "Object.defineProperty(Notification, 'permission', { get: () => 'default' })"
    )
    seat.context.add_init_script("Notification.requestPermission = () => { throw new Error('asked') }")
    seat.open(group)
    seat.page.wait_for_function(CONTROLLED, timeout=HEALED_MS)
    expect(seat.page.locator("#invite")).to_have_count(0)
    seat.write("Seen one").sees_sent("Seen one")
    expect(seat.page.locator("#invite a")).to_have_attribute("href", "/settings/device/")
    seat.page.locator("#invite").get_by_role("button", name="Not now").click()
    seat.write("Seen two").sees_sent("Seen two")
    expect(seat.page.locator("#invite")).to_have_count(0)
