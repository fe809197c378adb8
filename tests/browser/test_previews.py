"""A link gets its card while both look on: nothing jumps, and its sender takes it away."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, expect

from media.tests import samples

from .filing import READY_MS, shoot
from .world import World

SITE = "127.0.0.2"
PAGE = """<!doctype html><html><head><title>Growing beans on a balcony, week by week</title>
<meta property="og:site_name" content="The Balcony Gardener">
<meta name="description" content="What to sow, when to water, and how to keep the wind from taking it all.
With pictures of every step and a calendar for the north side of the house.">
<meta property="og:image" content="/beans.jpg"></head>"""
DRAWN = (
    "() => { const i = document.querySelector('.preview img'); return i?.complete && i.naturalWidth > 0; }"
)
TOP = """text => [...document.querySelectorAll('#timeline li.said')].find(li => li.textContent.includes(text))
  .getBoundingClientRect().top"""


class Site(BaseHTTPRequestHandler):
    """A page with a picture; it answers when it is let."""

    let = threading.Event()
    photo = samples.photo(1200, 630)

    def do_GET(self) -> None:
        self.let.wait(20)
        picture = self.path.endswith(".jpg")
        self.send_response(200)
        self.send_header("Content-Type", "image/jpeg" if picture else "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.photo if picture else PAGE.encode())

    def log_message(self, *told: object) -> None: ...


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer((SITE, 0), Site)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://{SITE}:{server.server_port}/beans"
    server.shutdown()
    server.server_close()


@pytest.fixture
def linking(chromium: Browser) -> Iterator[World]:
    world = World(
        chromium, ["alice", "bob"], env={"CHATIFY_FETCH_NETWORKS": f"{SITE}/32", "CHATIFY_PREVIEWS": "on"}
    )
    yield world
    assert world.leave() == []
    world.close()


def test_a_link_gets_its_card_and_nothing_jumps(linking: World, site: str) -> None:
    world = linking
    group = world.group("alice", "Garden", "bob")
    Site.let.clear()
    world.say("alice", group, f"how they do it: {site}")
    for place in range(40):
        world.say("alice", group, f"line {place}")
    bob = world.seat("bob").open(group)
    page = bob.page
    page.evaluate("() => document.querySelectorAll('#timeline li.said')[28].scrollIntoView({block: 'end'})")
    page.wait_for_function(
        "() => document.querySelector('#timeline li.said').getBoundingClientRect().bottom < 0"
    )
    before = page.evaluate(TOP, "line 27")
    Site.let.set()
    card = page.locator("#timeline .preview")
    expect(card).to_have_count(1, timeout=READY_MS)
    assert abs(page.evaluate(TOP, "line 27") - before) < 2, "who reads elsewhere is not moved"
    alice = world.seat("alice").open(group)
    alice.write(f"once more {site}")
    mine = alice.message("once more")
    expect(mine.locator(".preview b")).to_have_text(
        "Growing beans on a balcony, week by week", timeout=READY_MS
    )
    page.get_by_role("button", name="latest").click()
    expect(card).to_have_count(2)
    page.wait_for_function(DRAWN)
    for seat, name in ((alice, "mine"), (bob, "theirs")):
        shoot(seat, f"preview-{name}")
    assert page.locator(".preview .off").first.is_hidden()
    mine.hover()
    mine.locator(".preview .off").click()
    expect(mine.locator(".preview")).to_have_count(0)
    expect(bob.message("once more").locator(".preview")).to_have_count(0)
    first = alice.message("how they do it")
    first.focus()
    alice.page.keyboard.press("Enter")
    alice.page.get_by_role("button", name="Remove previews of links").press("Enter")
    expect(first.locator(".preview")).to_have_count(0)
