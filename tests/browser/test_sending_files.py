"""Files beside the field: chosen, dropped and pasted, on their way while one writes, and gone with the message."""

import re
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Route, expect

from media.tests import samples

from .filing import READY_MS, sees
from .world import Seat, World

DROP = """([selector, files]) => {
  const data = new DataTransfer();
  for (const [name, text] of Object.entries(files)) data.items.add(new File([text], name, { type: "text/plain" }));
  const target = document.querySelector(selector);
  for (const type of ["dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
}"""
PASTE = """([selector, names]) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 40, height: 30 });
  canvas.toBlob(blob => {
    const data = new DataTransfer();
    for (const name of names) data.items.add(new File([blob], name, { type: "image/png" }));
    const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
    document.querySelector(selector).dispatchEvent(event);
  });
}"""
STORE = re.compile(r"/uploads/\w+/\?")
OVER = 26 * 2**20


def drop(seat: Seat, **texts: str) -> None:
    """Text files, by name without its ending, dropped on the conversation all at once."""
    seat.page.evaluate(DROP, ["#timeline", {f"{name}.txt": text for name, text in texts.items()}])


def paste(seat: Seat, *names: str) -> None:
    seat.page.evaluate(PASTE, ["#body", list(names)])


def rows(seat: Seat, state: str = "") -> Locator:
    return seat.page.locator("#uploads .upload" + (f'[data-state="{state}"]' if state else ""))


def test_files_go_up_while_one_writes_and_leave_nothing_behind(world: World, tmp_path: Path) -> None:
    chat = world.direct("alice", "bob")
    (tmp_path / "garden.jpg").write_bytes(samples.photo(1200, 900))
    alice, bob = world.seat("alice").open(chat), world.seat("bob").open(chat)
    alice.page.set_input_files("#file", tmp_path / "garden.jpg")
    drop(alice, plan="water\nweed\n")
    expect(rows(alice, "done")).to_have_count(2)
    expect(alice.page.locator("#uploads-said")).to_have_text("All 2 files are ready.")
    expect(alice.field).to_be_focused()
    alice.type("look at the beans")
    alice.field.press("Enter")
    expect(rows(alice)).to_have_count(0)
    for seat in (bob, alice):
        sees(seat, "garden.jpg")
        expect(seat.page.locator("#timeline a.file")).to_contain_text("plan.txt")
        expect(seat.message("look at the beans")).to_be_visible()
    alice.sees_sent("look at the beans")
    for _ in range(2):
        expect(alice.field).to_have_value("")
        expect(rows(alice)).to_have_count(0)
        assert world.call("alice", "GET", f"/conversations/{chat}")["my"]["draft"] is None
        alice.open(chat)


def test_send_waits_for_what_is_under_way(world: World) -> None:
    chat = world.direct("alice", "carol")
    alice = world.seat("alice").open(chat)
    held: list[Route] = []
    alice.page.route(STORE, lambda route: held.append(route))
    drop(alice, slow="so slow")
    alice.until(lambda: bool(held))
    alice.write("with a file")
    expect(alice.page.locator("#uploads-said")).to_contain_text("Sent as soon as the files are ready")
    expect(alice.field).to_have_value("with a file")
    alice.field.press("Enter")
    held[0].continue_()
    alice.sees_sent("with a file")
    expect(alice.page.locator("#timeline a.file")).to_contain_text("slow.txt")
    expect(alice.field).to_have_value("")
    assert world.stored("carol", chat) == ["with a file"]


def test_what_is_too_large_is_refused_before_a_byte_leaves_and_what_is_cancelled_is_forgotten(
    world: World, tmp_path: Path
) -> None:
    chat = world.direct("bob", "carol")
    bob = world.seat("bob").open(chat)
    sent: list[str] = []
    bob.page.route(STORE, lambda route: (sent.append(route.request.url), route.continue_()))
    with (tmp_path / "photo.png").open("wb") as file:
        file.truncate(OVER)
    bob.page.set_input_files("#file", tmp_path / "photo.png")
    expect(rows(bob, "failed")).to_contain_text("photo.png is 26 MB; the limit for a picture is 25 MB.")
    bob.write("does not go yet")
    expect(bob.page.locator("#uploads-said")).to_contain_text("one file is not ready")
    assert sent == []
    bob.page.get_by_role("button", name="Remove: photo.png").press("Enter")
    expect(rows(bob)).to_have_count(0)
    expect(bob.field).to_be_focused()
    paste(bob, "image.png")
    expect(rows(bob, "done")).to_have_count(1)
    with bob.page.expect_response(lambda answer: answer.request.method == "DELETE") as gone:
        bob.page.get_by_role("button", name="Remove: image.png").click()
    assert gone.value.status == 204
    bob.field.press("Enter")
    bob.sees_sent("does not go yet")


def test_finished_files_outlive_the_page_and_large_ones_go_on_where_they_were(
    world: World, tmp_path: Path
) -> None:
    chat = world.group("alice", "Films", "carol")
    alice = world.seat("alice").open(chat)
    (tmp_path / "film.bin").write_bytes(bytes(range(256)) * (9 * 2**12))
    parts: list[str] = []

    def pass_one(route: Route) -> None:
        parts.append(route.request.url)
        if len(parts) != 2:
            route.continue_()

    drop(alice, plan="water\n")
    expect(rows(alice, "done")).to_have_count(1)
    alice.page.route(STORE, pass_one)
    alice.page.set_input_files("#file", tmp_path / "film.bin")
    alice.until(lambda: len(parts) == 2, READY_MS)
    alice.open(chat)
    expect(rows(alice, "done")).to_contain_text("plan.txt")
    expect(rows(alice, "missing")).to_contain_text("88 % is there")
    alice.page.set_input_files("#file", tmp_path / "film.bin")
    expect(rows(alice, "done")).to_have_count(2)
    assert len(parts) == 3 and "part=2" in parts[1] and "part=2" in parts[2]
    alice.field.press("Enter")
    expect(alice.page.locator("#timeline a.file")).to_have_count(2, timeout=READY_MS)


def test_a_line_that_drops_is_waited_for_and_only_what_is_missing_goes_again(
    world: World, tmp_path: Path
) -> None:
    chat = world.direct("alice", "dave")
    alice, dave = world.seat("alice").open(chat), world.seat("dave").open(chat)
    (tmp_path / "film.bin").write_bytes(bytes(range(256)) * (9 * 2**12))
    parts: list[str] = []

    def break_at_the_second(route: Route) -> None:
        parts.append(parse_qs(urlsplit(route.request.url).query)["part"][0])
        if len(parts) != 2:
            return route.continue_()
        alice.context.set_offline(True)
        return route.abort()

    alice.page.route(STORE, break_at_the_second)
    alice.page.set_input_files("#file", tmp_path / "film.bin")
    waiting = rows(alice, "waiting")
    expect(waiting).to_contain_text("The connection is lost. It goes on by itself.", timeout=READY_MS)
    drop(alice, beans="water\n", peas="weed\n")
    expect(waiting).to_have_count(3)
    alice.type("all three")
    alice.field.press("Enter")
    expect(alice.page.locator("#uploads-said")).to_contain_text("Sent as soon as the files are ready")
    alice.page.unroute(STORE)
    alice.page.route(re.compile(r"part=\d"), lambda route: (parts.append("again"), route.continue_()))
    alice.context.set_offline(False)
    alice.sees_sent("all three", within=READY_MS)
    assert parts == ["1", "2", "again"]
    expect(dave.page.locator("#timeline a.file")).to_have_count(3, timeout=READY_MS)
    (sent,) = world.call("dave", "GET", f"/conversations/{chat}/messages")["items"]
    (film,) = [file["id"] for file in sent["attachments"] if file["name"] == "film.bin"]
    got = dave.page.request.get(f"{world.server.url}/attachments/{film}/").body()
    assert sha256(got).digest() == sha256((tmp_path / "film.bin").read_bytes()).digest()


def test_what_failed_is_tried_again_and_what_is_under_way_can_be_taken_back(world: World) -> None:
    chat = world.direct("bob", "dave")
    bob = world.seat("bob").open(chat)
    finishing = re.compile(r"/uploads/[\w-]+/finish$")
    problem = {"status": 401, "content_type": "application/problem+json", "body": "{}"}
    bob.page.route(finishing, lambda route: route.fulfill(**problem))
    paste(bob, "one.png", "two.png")
    failed = rows(bob, "failed")
    expect(failed).to_have_count(2)
    expect(failed.first).to_contain_text("You are signed out. Sign in, then try again.")
    bob.page.unroute(finishing)
    held: list[Route] = []
    bob.page.route(STORE, lambda route: held.append(route))
    drop(bob, slow="so slow")
    bob.until(lambda: bool(held))
    bob.write("not yet")
    expect(bob.page.locator("#uploads-said")).to_contain_text("Not sent: 2 files are not ready.")
    for name in ("one.png", "two.png"):
        bob.page.get_by_role("button", name=f"Try again: {name}").click()
    expect(rows(bob, "done")).to_have_count(2)
    with (
        bob.page.expect_event("requestfailed", lambda request: bool(STORE.search(request.url))),
        bob.page.expect_response(lambda answer: answer.request.method == "DELETE") as gone,
    ):
        bob.page.get_by_role("button", name="Remove: slow.txt").click()
    assert gone.value.status == 204
    expect(rows(bob)).to_have_count(2)
    bob.field.press("Enter")
    bob.sees_sent("not yet")
    expect(bob.page.locator("#timeline a.picture")).to_have_count(2, timeout=READY_MS)


def test_a_first_letter_takes_its_files_along(world: World, tmp_path: Path) -> None:
    (tmp_path / "garden.jpg").write_bytes(samples.photo(1200, 900))
    alice = world.seat("alice")
    page = alice.page
    alice.go("/c/new/?kind=mail")
    page.set_input_files("#file", tmp_path / "garden.jpg")
    expect(rows(alice, "done")).to_have_count(1)
    page.get_by_label("Subject").fill("Beans")
    page.get_by_text("@bob").first.click()
    page.get_by_role("button", name="Send", exact=True).click()
    sees(alice, "garden.jpg")
    alice.go("/c/new/?kind=mail")
    expect(page.get_by_label("Subject")).to_be_visible()
    expect(rows(alice)).to_have_count(0)
