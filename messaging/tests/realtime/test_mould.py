"""A message that is filled in is the message that is rendered, to the letter."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from messaging.realtime import render
from messaging.realtime.mould import Moulds

LONG = "line\n" * 50


def message(number: int = 1, **changes: Any) -> dict[str, Any]:
    sender = {
        "id": f"018f3b2e-0000-7000-8000-{number:012d}",
        "username": f"person-{number}",
        "display_name": f"P<b>{number}</b> & \"Co\" 'x'",
        "initials": "P&",
        "hue": number % 24,
        "avatar_url": None,
        "status": {"text": "", "emoji": "", "until": None},
    }
    sender |= changes.pop("sender", {})
    return {
        "id": f"018f3b2e-1111-7000-8000-{number:012d}",
        "conversation": "018f3b2e-2222-7000-8000-000000000001",
        "number": number,
        "seq": number + 3,
        "client_id": f"018f3b2e-3333-7000-8000-{number:012d}",
        "sender": sender,
        "body": f"a < {number} & b",
        "html_body": f"<p>a &lt; {number} &amp; b</p>",
        "kind": "text",
        "reply_to": None,
        "quote": None,
        "forwarded_from": None,
        "attachments": [],
        "reactions": [],
        "pinned_at": None,
        "edited_at": None,
        "deleted": False,
        "created_at": f"2026-11-21T09:41:{number % 60:02d}.{number:03d}Z",
        **changes,
    }


SORTS: dict[str, Callable[[int], dict[str, Any]]] = {
    "plain": message,
    "long": lambda number: message(number, body=f"{number} {LONG}"),
    "with a picture": lambda number: message(number, sender={"avatar_url": f"/avatars/{number}/small/"}),
    "with a status": lambda number: message(
        number, sender={"status": {"text": "Away", "emoji": "🌴", "until": None}}
    ),
    "deleted": lambda number: message(number, deleted=True, body="", html_body=""),
    "edited": lambda number: message(number, edited_at="2026-11-21T09:44:00.000Z"),
    "in another minute": lambda number: message(number, created_at=f"2026-11-21T10:00:{number:02d}.000Z"),
}


def drawn(shown: dict[str, Any]) -> str:
    return render._message(shown, "en")


@pytest.mark.parametrize("sort", SORTS)
def test_what_is_filled_in_is_what_is_rendered(sort: str) -> None:
    moulds, rendered = Moulds(render.is_long), []

    def counted(shown: dict[str, Any]) -> str:
        rendered.append(shown)
        return drawn(shown)

    for number in range(1, 8):
        shown = SORTS[sort](number)
        kept = copy.deepcopy(shown)
        assert moulds.html(shown, "en", counted) == drawn(shown)
        assert shown == kept
    assert len(rendered) == 1 + 3, "the first, then the second with two marked ones, and none after them"


def test_sorts_do_not_take_each_other_for_one() -> None:
    moulds = Moulds(render.is_long)
    for number in range(1, 6):
        for make in SORTS.values():
            shown = make(number)
            assert moulds.html(shown, "en", drawn) == drawn(shown)


def test_a_template_that_does_more_with_a_value_than_show_it_is_rendered_each_time() -> None:
    def odd(shown: dict[str, Any]) -> str:
        return f"<li>{len(shown['sender']['display_name'])} {shown['number']}</li>"

    moulds = Moulds(render.is_long)
    for number in (1, 22, 333, 4444):
        assert moulds.html(message(number), "en", odd) == odd(message(number))


def test_what_comes_once_leaves_no_mould_and_they_stay_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("messaging.realtime.mould.MOST", 5)
    moulds, count = Moulds(render.is_long), 0

    def counted(shown: dict[str, Any]) -> str:
        nonlocal count
        count += 1
        return str(shown["number"])

    for number in range(50):
        moulds.html(message(number, edited_at=f"2026-11-21T09:{number:02d}:00.000Z"), "en", counted)
    assert count == 50
    assert len(moulds._seen) == 5 and not moulds._kept
