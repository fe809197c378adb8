"""Mail in real browsers: written with Cc, Bcc and a file, read and answered by all; and a real .eml brought in."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from .test_pages import SCHEMES, SHOTS, SIZES, too_wide, violations
from .world import Seat, World

EML = """From: =?utf-8?q?Ren=C3=A9e_Post?= <renee@elsewhere.example>
To: Alice <alice@example.test>, Ora <ora@elsewhere.example>
Cc: Tom <tom@elsewhere.example>
Subject: Re: Street party
Message-ID: <party@elsewhere.example>
Date: Sat, 01 Feb 2020 09:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

The crêpes are on me.

On Friday Alice wrote:
> Who brings the food?
> And the chairs?
--b
Content-Type: text/plain
Content-Disposition: attachment; filename=list.txt

chairs, tables
--b--
"""


SEARCH = re.compile("/c/people/")


def choose(seat: Seat, field: str, name: str) -> None:
    seat.page.fill(f"#q-{field}", name)
    seat.page.locator(f"#choices-{field} label", has_text=f"@{name}").click()
    expect(seat.page.locator(f"#choices-{field} input[value={name}]")).to_be_checked()


def sound(seat: Seat, name: str) -> list[str]:
    problems: list[str] = []
    for scheme in SCHEMES:
        seat.page.emulate_media(color_scheme=scheme)
        for size in ("390", "1280"):
            seat.page.set_viewport_size(SIZES[size])
            seat.page.screenshot(path=SHOTS / f"{name}-{size}-{scheme}.png")
            problems += [f"{size} {scheme}: {each}" for each in [*too_wide(seat), *violations(seat)]]
    return problems


@pytest.fixture(autouse=True)
def _shots() -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)


def test_who_is_chosen_while_a_search_is_under_way_stays_chosen(world: World) -> None:
    alice = world.seat("alice").go("/c/new/?kind=mail").live()
    held: list[Route] = []
    alice.page.route(SEARCH, lambda route: held.append(route))
    alice.page.fill("#q-to", "b")
    alice.until(lambda: len(held) == 1)
    alice.page.locator("#choices-to label", has_text="@bob").click()
    with alice.page.expect_response(SEARCH):
        held[0].continue_()
    alice.page.unroute_all()
    chosen = alice.page.locator("#choices-to input[value=bob]")
    expect(chosen).to_be_checked()
    with alice.page.expect_response(SEARCH):
        alice.page.fill("#q-to", "carol")
    expect(alice.page.locator("#choices-to label")).to_have_count(2)
    expect(chosen).to_be_checked()


def test_a_letter_with_copies_and_a_file_is_read_and_answered_by_all(world: World, tmp_path: Path) -> None:
    (tmp_path / "lease.txt").write_text("four pages\n")
    alice = world.seat("alice").go("/c/new/?kind=mail").live()
    for field, name in (("to", "bob"), ("cc", "carol"), ("bcc", "dave")):
        choose(alice, field, name)
    alice.page.fill("[name=subject]", "Lease")
    alice.page.fill("#new textarea[name=body]", "Please sign by Monday.")
    alice.page.set_input_files("#file", tmp_path / "lease.txt")
    expect(alice.page.locator("#uploads .upload[data-state=done]")).to_have_count(1)
    alice.page.get_by_role("button", name="Send", exact=True).click()
    alice.sees("Please sign by Monday.").live()
    head = alice.page.locator(".letter-head dd")
    expect(head).to_have_count(4)
    letter = alice.page.locator("#conversation").get_attribute("data-conversation")
    assert letter
    bob, carol = world.seat("bob").open(letter), world.seat("carol").open(letter)
    for seat in (bob, carol):
        seat.sees("Please sign by Monday.").page.bring_to_front()
        expect(seat.page.locator(".letter-head dt")).to_have_text(["From", "To", "Cc"])
        expect(seat.page.locator("#timeline a.file")).to_contain_text("lease.txt")
        # Alice's page learns by itself who has read it.
        mark = head.nth(1 if seat is bob else 2).locator(".receipt")
        expect(mark).to_have_attribute("data-state", "read", timeout=10_000)
    expect(head.nth(3).locator(".receipt")).to_have_attribute("data-state", "sent")
    for seat, words in ((bob, "Signed."), (carol, "Signed, too.")):
        seat.field.fill(words)
        seat.field.press("Control+Enter")
        for other in (alice, bob, carol):
            other.sees(words)
    bob.page.locator("#answer").click()
    expect(bob.page.locator("#choices-to input[value=carol]")).to_be_checked()
    bob.open(letter)
    head.nth(3).locator("a").click()
    expect(alice.page.locator("#conversation")).not_to_have_attribute("data-conversation", letter)
    expect(alice.page.locator(".letter-head dt")).to_have_text(["From", "To", "Cc", "Bcc"])
    copy = alice.page.locator("#conversation").get_attribute("data-conversation")
    assert copy and copy != letter
    dave = world.seat("dave").open(copy).sees("Please sign by Monday.")
    dave.field.fill("Between us: fine.")
    dave.field.press("Control+Enter")
    alice.sees("Between us: fine.")
    expect(bob.message("Between us")).to_have_count(0)
    alice.open(letter)
    assert sound(alice, "letter-with-copies") == []


def test_a_real_eml_is_brought_and_seen_in_the_inbox(world: World, tmp_path: Path) -> None:
    (tmp_path / "party.eml").write_text(EML)
    alice = world.seat("alice").go("/settings/data/import/")
    alice.page.set_input_files("#file", tmp_path / "party.eml")
    expect(alice.page.locator("#uploads .upload[data-state=done]")).to_have_count(1)
    alice.page.get_by_role("button", name="Import").click()
    expect(alice.page.locator("#import")).to_contain_text(
        "1 message brought in 1 new conversation", timeout=15_000
    )
    problems = sound(alice, "import")
    alice = world.seat("alice").go("/inbox/?filter=mail").live()
    row = alice.page.locator("#rows a", has_text="Street party")
    expect(row).to_contain_text("Renée Post")
    row.click()
    letter = alice.page.locator("#timeline li.said")
    expect(letter).to_contain_text("The crêpes are on me.")
    expect(letter.locator(".letterhead")).to_contain_text(
        "renee@elsewhere.example to Alice, Ora, copy to Tom"
    )
    expect(letter.locator(".quoted blockquote")).to_be_hidden()
    letter.locator(".quoted summary").click()
    expect(letter.locator(".quoted blockquote")).to_contain_text("And the chairs?")
    expect(letter.locator("a.file")).to_contain_text("list.txt")
    assert problems + sound(alice, "imported-letter") == []


def test_mail_is_brought_and_a_letter_taken_along_without_a_script(world: World, tmp_path: Path) -> None:
    (tmp_path / "party.eml").write_text(EML.replace("Street", "Garden"))
    carol = world.seat("carol", java_script_enabled=False).go("/settings/data/import/")
    carol.page.set_input_files("#file", tmp_path / "party.eml")
    carol.page.get_by_role("button", name="Import").click()
    carol.until(
        lambda: "1 message brought in" in carol.go("/settings/data/import/").page.content(), within=15_000
    )
    letter = world.mail("carol", "Boats", "bob", "the green one")
    carol.go(f"/c/{letter}/export/").page.get_by_role("button", name="Make a copy").click()
    carol.until(lambda: "is deleted on" in carol.go(f"/c/{letter}/export/").page.content(), within=15_000)
    with carol.page.expect_download() as download:
        carol.page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename.startswith("chatify-conversation-")
