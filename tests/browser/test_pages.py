"""Every page at every size, in light and dark: nothing overflows, nothing complains, axe finds nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from .world import Seat, World, client_id

SHOTS = Path(__file__).resolve().parents[2] / "var" / "screenshots"
SIZES = {
    "320": {"width": 320, "height": 568},
    "390": {"width": 390, "height": 844},
    "834": {"width": 834, "height": 1112},
    "1280": {"width": 1280, "height": 800},
}
SCHEMES = ("light", "dark")
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
OPEN = {"landing": "/", "sign-in": "/accounts/login/", "sign-up": "/accounts/signup/", "demo": "/demo/"}
SIGNED_IN = (
    "inbox",
    "chat",
    "group",
    "mail",
    "new",
    "new-group",
    "new-mail",
    "people",
    "person",
    "details",
    "empty",
    "security",
    "address",
    "device",
    "connection",
    "share",
    "notices",
    "wishes",
    "search",
    "scheduled",
    "choosing-rows",
    "choosing-messages",
)


@pytest.fixture(scope="module")
def furnished(chromium: Browser) -> Iterator[tuple[World, dict[str, str]]]:
    """A world with something on every page."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    world = World(chromium, ["alice", "bob", "carol", "dave"])
    chat, group = world.direct("alice", "bob"), world.group("alice", f"Group {LONG[:60]}", "bob", "carol")
    mail = world.mail(
        "carol", "Lease renewal", "alice", "Dear Alice,\n\n> as quoted\n\nI have signed page 4."
    )
    for body in (
        "Short.",
        LONG,
        "مرحبا، كيف حالك؟ 你好",
        "A list:\n\n- one\n- two\n\n```\ncode\n```\n<https://example.org>",
    ):
        world.say("bob", chat, body)
    for actor, body in (
        ("alice", "First"),
        ("alice", "Second"),
        ("carol", "Third 🌱"),
        ("bob", f"@alice {LONG}"),
    ):
        world.say(actor, group, body)
    world.say("alice", mail, "Thank you, Carol.")
    for place, body in ((chat, "**Good** morning"), (group, LONG)):
        later = {"body": body, "send_at": "2099-01-31T08:00:00Z", **client_id()}
        world.call("alice", "POST", f"/conversations/{place}/messages", later)
    newest = world.call("alice", "GET", f"/conversations/{group}/messages?limit=1")["items"][0]
    paths = {
        **OPEN,
        "inbox": "/inbox/",
        "chat": f"/c/{chat}/",
        "group": f"/c/{group}/",
        "mail": f"/c/{mail}/",
        "new": "/c/new/",
        "new-group": "/c/new/?kind=group",
        "new-mail": "/c/new/?kind=mail",
        "people": "/people/?q=a",
        "person": "/people/bob/",
        "details": f"/c/{group}/details/",
        "empty": "/inbox/",
        "security": "/settings/security/",
        "notices": "/notifications/",
        "wishes": "/settings/notifications/",
        "address": "/accounts/email/",
        "device": "/settings/device/",
        "connection": "/settings/doctor/",
        "search": "/search/?q=e",
        "scheduled": "/scheduled/",
        "choosing-rows": "/inbox/?choose=1",
        "choosing-messages": f"/c/{group}/?select={newest['id']}",
        "share": f"/share/?text={LONG[:90]}",
    }
    yield world, paths
    world.close()


@pytest.mark.parametrize("name", [*OPEN, *SIGNED_IN])
def test_a_page_is_sound_at_every_size(furnished, name: str) -> None:
    world, paths = furnished
    seat = visit(world, paths, name)
    problems = []
    for scheme in SCHEMES:
        seat.page.emulate_media(color_scheme=scheme)
        for size in SIZES:
            problems += [f"{size} {scheme}: {problem}" for problem in look(seat, name, size, scheme)]
    for scheme in SCHEMES:
        seat.page.emulate_media(color_scheme=scheme)
        for size in ("390", "1280"):
            seat.page.set_viewport_size(SIZES[size])
            problems += [f"{size} {scheme}: {problem}" for problem in violations(seat)]
    assert world.leave() + problems == []


def visit(world: World, paths: dict[str, str], name: str) -> Seat:
    username = None if name in OPEN else "dave" if name == "empty" else "alice"
    seat = world.seat(username, reduced_motion="reduce")
    seat.go(paths[name])
    return seat.live() if username else seat


def look(seat: Seat, name: str, size: str, scheme: str) -> list[str]:
    seat.page.set_viewport_size(SIZES[size])
    seat.page.screenshot(path=SHOTS / f"{name}-{size}-{scheme}.png")
    return too_wide(seat) + too_high(seat)


def too_wide(seat: Seat) -> list[str]:
    pixels = seat.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [f"{pixels} px too wide"] if pixels > 0 else []


def too_high(seat: Seat) -> list[str]:
    """Beside the list the panes scroll, never the window."""
    pixels = seat.page.evaluate(
        "document.querySelector('.desk:not([inert])') ? document.documentElement.scrollHeight - innerHeight : 0"
    )
    return [f"{pixels} px too high"] if pixels > 0 else []


def violations(seat: Seat) -> list[str]:
    """What axe finds, a line each."""
    if seat.listening:
        seat.stop_listening()
    found = Axe().run(seat.page, options=RULES).response["violations"]
    return [f"{each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"][:3]]
