"""Is a page what a fresh load of it would be? Ids, order, words, edits, unread counts and the title."""

import time
from typing import Any

from playwright.sync_api import Page, expect

from .world import Seat

HEALED_SECONDS = 15.0
PICTURE = """() => ({
  lines: [...document.querySelectorAll("#timeline > :is(li.said[data-number], li.note)")].map((line) => [
    line.id, line.dataset.seq, line.classList.contains("edited"), line.classList.contains("gone"),
    (line.querySelector(".text") ?? line).textContent.trim(),
  ]),
  waiting: document.querySelectorAll("#timeline > li[data-pending]:not(.failed)").length,
  rows: [...document.querySelectorAll("#rows a.row")].map((row) => [
    row.dataset.conversation, row.dataset.unread, row.querySelector(".what").textContent.trim(),
  ]),
  title: document.title,
})"""


def mark(*seats: Seat) -> None:
    """Remember this very page, so that a reload is noticed."""
    for seat in seats:
        seat.page.evaluate("window.__same = true")


def heals(*seats: Seat, within: float = HEALED_SECONDS) -> float:
    """Seconds until each page equals a fresh load in another browser, without having been reloaded."""
    started = time.monotonic()
    for seat in seats:
        fresh = _fresh(seat)
        _equal(seat.page, fresh, started + within)
        assert seat.page.evaluate("window.__same"), "the page was loaded anew"
        fresh.context.close()
    return time.monotonic() - started


def _equal(page: Page, fresh: Page, deadline: float) -> None:
    while (mine := _picture(page)) != (wanted := _picture(fresh)):
        assert time.monotonic() < deadline, f"{mine} is not {wanted}"
        page.wait_for_timeout(200)
        fresh.reload(wait_until="domcontentloaded")
        expect(fresh.locator("body[data-live]")).to_be_attached()


def _fresh(seat: Seat) -> Page:
    """The same address in a browser of its own that has no socket: it shows and changes nothing more."""
    fresh = seat.world.seat()
    fresh.context.add_cookies(seat.context.cookies())
    page = fresh.page
    page.route_web_socket("**/ws/", lambda socket: None)
    page.goto(seat.page.url.split("#")[0])
    expect(page.locator("body[data-live]")).to_be_attached()
    return page


def _picture(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(PICTURE)
    return found
