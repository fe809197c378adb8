"""People at browsers: a real server, a seat per person, and words for what they do and see."""

import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

from tests.services import people
from tests.services.people import Person
from tests.services.server import Server

SOON_MS = 5_000
HEALED_MS = 15_000
NETWORK = re.compile(
    r"WebSocket (?:connection|is already in CLOSING)|Failed to load resource|net::ERR_|ERR_INTERNET_DISCONNECTED"
    r"|Service Worker registration blocked"
)


class World:
    """One server with its people and conversations; made once for a file of journeys."""

    def __init__(
        self,
        browser: Browser,
        usernames: list[str],
        *,
        limits: str = "off",
        env: dict[str, str] | None = None,
    ) -> None:
        self.browser = browser
        database, made = people.inhabited_sqlite(tuple(usernames))
        env = {"CHATIFY_LIMITS": limits, "DJANGO_SETTINGS_MODULE": people.HASTY, **(env or {})}
        self.server = Server(static=True, env=env, database=database).start()
        self.people = dict(zip(usernames, made, strict=True))
        self._tokens: dict[str, str] = {}
        self._seats: list[Seat] = []

    def direct(self, actor: str, other: str) -> str:
        return self._started(actor, {"kind": "direct", "members": [self.people[other].id]})

    def group(self, actor: str, title: str, *members: str) -> str:
        ids = [self.people[name].id for name in members]
        return self._started(actor, {"kind": "group", "title": title, "members": ids})

    def mail(self, actor: str, subject: str, to: str, body: str) -> str:
        wish = {"kind": "mail", "subject": subject, "to": [self.people[to].id], "cc": [], "body": body}
        return self._started(actor, wish)

    def say(self, actor: str, conversation: str, body: str) -> None:
        """A message by the API, from outside the browser."""
        self.call(actor, "POST", f"/conversations/{conversation}/messages", {"body": body, **client_id()})

    def call(self, actor: str, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self._token(actor)}"}
        url = f"{self.server.url}/api/v1{path}"
        answer = requests.request(method, url, json=body, headers=headers, timeout=20)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
        return answer.json() if answer.content else None

    def stored(self, actor: str, conversation: str) -> list[str]:
        """Bodies as the server keeps them, in order."""
        items = self.call(actor, "GET", f"/conversations/{conversation}/messages?limit=100")["items"]
        return [item["body"] for item in sorted(items, key=lambda item: item["number"])]

    def seat(self, username: str | None = None, **options: Any) -> "Seat":
        """A browser of its own, signed in as `username`. Its worker is off: what it fetches, no test could hold up."""
        usual = {"viewport": {"width": 1280, "height": 800}, "service_workers": "block"}
        context = self.browser.new_context(**{**usual, **options})
        context.set_default_timeout(SOON_MS)
        context.set_default_navigation_timeout(HEALED_MS)
        if username:
            self.sign_in(context, username)
        seat = Seat(self, context, username)
        self._seats.append(seat)
        return seat

    def sign_in(self, context: BrowserContext, username: str) -> None:
        cookies = people.sign_in(self.server, self.people[username]).cookies
        context.add_cookies([{"name": n, "value": v, "url": self.server.url} for n, v in cookies.items()])

    def leave(self) -> list[str]:
        """Close every seat; returns what their consoles complained of."""
        seats, self._seats = self._seats, []
        for seat in seats:
            seat.context.close()
        return [complaint for seat in seats for complaint in seat.complaints]

    def close(self) -> None:
        self.leave()
        self.server.close()

    def _started(self, actor: str, wish: dict[str, Any]) -> str:
        wish = wish if wish["kind"] == "direct" else {**wish, **client_id()}
        return str(self.call(actor, "POST", "/conversations", wish)["id"])

    def _token(self, actor: str) -> str:
        if actor not in self._tokens:
            self._tokens[actor] = people.token(self.server, self.people[actor])
        return self._tokens[actor]


@dataclass
class Seat:
    """One person at one browser; `page` is the tab they look at."""

    world: World
    context: BrowserContext
    username: str | None
    complaints: list[str] = field(default_factory=list)
    page: Page = field(init=False)
    listening: bool = True

    def __post_init__(self) -> None:
        self._heard = self._listen()
        self.context.on("console", self._heard)
        self.context.on("weberror", lambda error: self.complaints.append(f"uncaught: {error.error}"))
        self.page = self.context.new_page()

    @property
    def person(self) -> Person:
        assert self.username
        return self.world.people[self.username]

    def tab(self) -> "Seat":
        """Another tab of the same browser."""
        other = Seat.__new__(Seat)
        other.world, other.context, other.username = self.world, self.context, self.username
        other.complaints, other.page = self.complaints, self.context.new_page()
        return other

    # What they do

    def go(self, path: str) -> "Seat":
        self.page.goto(f"{self.world.server.url}{path}")
        return self

    def open(self, conversation: str) -> "Seat":
        return self.go(f"/c/{conversation}/").live()

    def live(self, within: int = HEALED_MS) -> "Seat":
        """Wait until the socket is ready."""
        expect(self.page.locator("body")).to_have_attribute("data-live", "ready", timeout=within)
        return self

    def type(self, text: str) -> "Seat":
        self.field.click()
        self.field.press_sequentially(text)
        return self

    def write(self, *texts: str) -> "Seat":
        for text in texts:
            self.field.fill(text)
            self.field.press("Enter")
        return self

    def until(self, check: Callable[[], bool], within: int = SOON_MS) -> "Seat":
        """Wait for something that the test's own handlers see: they run only while the page is waited for."""
        deadline = time.monotonic() + within / 1000
        while not check():
            assert time.monotonic() < deadline, f"not so after {within} ms"
            self.page.wait_for_timeout(50)
        return self

    # What they see

    @property
    def field(self) -> Locator:
        return self.page.locator("#composer textarea")

    def message(self, text: str) -> Locator:
        return self.page.locator("#timeline li.said").filter(has_text=text)

    def row(self, conversation: str) -> Locator:
        return self.page.locator(f"#row-{conversation}")

    def texts(self) -> list[str]:
        return self.page.locator("#timeline li.said .text").all_inner_texts()

    def sees(self, text: str, within: int = SOON_MS) -> "Seat":
        expect(self.message(text)).to_be_visible(timeout=within)
        return self

    def sees_sent(self, *texts: str, within: int = SOON_MS) -> "Seat":
        """Each stands there once, in this order, and the server has it."""
        numbered = self.page.locator("#timeline li.said[data-number] .text")
        pending = self.page.locator("#timeline li[data-pending]")
        expect(pending).to_have_count(0, timeout=within)
        wait_for(lambda: _ends_with(numbered.all_inner_texts(), list(texts)), within)
        return self

    def stop_listening(self) -> None:
        """From here on the console is not ours: axe sets styles that the page's policy refuses."""
        self.listening = False
        self.context.remove_listener("console", self._heard)

    def _listen(self) -> Callable[[ConsoleMessage], None]:
        def heard(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning") and not NETWORK.search(message.text):
                self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url')})")

        return heard


def client_id() -> dict[str, str]:
    return {"client_id": str(uuid.uuid4())}


def wait_for(check: Callable[[], bool], within: int = SOON_MS) -> None:
    """Return once `check()`; an AssertionError of its own after `within` ms."""
    deadline = time.monotonic() + within / 1000
    while not check():
        assert time.monotonic() < deadline, f"not so after {within} ms"
        time.sleep(0.05)


def _ends_with(found: list[str], wanted: list[str]) -> bool:
    return [text.strip() for text in found][-len(wanted) :] == wanted
