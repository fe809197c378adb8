"""A message that is filled in is the message that is rendered, to the letter."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from django.template.loader import render_to_string

from chatify.lib import drawing
from messaging.realtime import render
from messaging.templatetags import said

LONG = "line\n" * 50
QUOTE = {
    "id": "018f3b2e-4444-7000-8000-000000000001",
    "number": 3,
    "sender": {"display_name": "Q & A"},
    "snippet": "what was <said>",
    "deleted": False,
}


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
        "origin": None,
        "letter": None,
        "attachments": [],
        "previews": [],
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
    "of nobody": lambda number: message(number, sender={"username": ""}),
    "deleted": lambda number: message(number, deleted=True, body="", html_body=""),
    "edited": lambda number: message(number, edited_at="2026-11-21T09:44:00.000Z"),
    "pinned": lambda number: message(number, pinned_at=f"2026-11-21T09:{number:02d}:00.000Z"),
    "an answer": lambda number: message(number, quote={**QUOTE, "number": number}),
    "an answer to nothing": lambda number: message(number, quote={**QUOTE, "snippet": "", "deleted": True}),
    "forwarded": lambda number: message(number, origin={"display_name": "O & O"}),
    "a letter": lambda number: message(number, letter={"sender": {"address": "a@b.example"}, "to": []}),
    "reacted to": lambda number: message(number, reactions=[{"emoji": "👍", "count": 1, "users": ["x"]}]),
    "in another minute": lambda number: message(number, created_at=f"2026-11-21T10:00:{number:02d}.000Z"),
}


def unmarked(value: Any, gaps: dict[str, Any]) -> Any:
    """The values of a part with everything in its place, as a template without gaps gets them."""
    if isinstance(value, dict):
        return {name: unmarked(each, gaps) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [unmarked(each, gaps) for each in value]
    return (
        {drawing.mark(name): filling for name, filling in gaps.items()}.get(value, value)
        if (isinstance(value, str))
        else value
    )


@pytest.fixture
def drawings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    made: list[str] = []
    draw = drawing._draw
    monkeypatch.setattr(drawing, "kept", drawing.Kept(1_000_000))
    monkeypatch.setattr(
        drawing, "_draw", lambda template, context: made.append(template) or draw(template, context)
    )
    return made


@pytest.mark.parametrize("template", [said.WHOLE, said.FOLDED])
@pytest.mark.parametrize("sort", SORTS)
def test_what_is_filled_in_is_what_is_rendered(sort: str, template: str, drawings: list[str]) -> None:
    for number in range(1, 5):
        shown = SORTS[sort](number)
        kept = copy.deepcopy(shown)
        part = said.part(shown, template)
        filled = drawing.drawn(template, {"message": part.values}, part.gaps)
        assert filled == render_to_string(template, {"message": unmarked(part.values, part.gaps)})
        assert shown["id"] in filled and shown == kept
    assert len(drawings) == 1, "drawn once for all of its form"


def test_sorts_do_not_take_each_other_for_one(drawings: list[str]) -> None:
    alone = {name: said.drawn(make(1)) for name, make in SORTS.items()}
    drawing.kept = drawing.Kept(1_000_000)
    for _ in range(2):
        assert {name: said.drawn(make(1)) for name, make in SORTS.items()} == alone


def test_a_live_event_is_the_bubble_of_the_page(drawings: list[str]) -> None:
    for kind in ("message.sent", "message.edited", "message.deleted", "message.reacted", "message.pinned"):
        shown = {"event": kind, "seq": 4, "conversation": "x", "data": message(2)}
        assert render.event(shown, "en") == said.drawn(message(2)).strip()
    assert len(drawings) == 1


def test_what_cannot_be_drawn_is_empty_and_told_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    assert render.event({"event": "message.sent", "seq": 4, "conversation": "x", "data": {}}, "en") == ""
    assert "cannot be drawn" in caplog.text
