"""Parts that are drawn once: equal values are one drawing, anything else is another."""

import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.template import engines
from django.utils import timezone
from django.utils.safestring import SafeString

from chatify.lib import drawing

AVATAR = "components/_avatar.html"
FACE = {"initials": "A", "hue": 3, "username": "ada", "id": "1"}


@pytest.fixture
def drawings(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The templates that were really drawn."""
    made: list[str] = []
    draw = drawing._draw

    def counted(template: str, context: Any) -> drawing.Pieces:
        made.append(template)
        return draw(template, context)

    monkeypatch.setattr(drawing, "_draw", counted)
    monkeypatch.setattr(drawing, "kept", drawing.Kept(10_000))
    yield made


def test_equal_values_are_drawn_once_and_others_anew(drawings):
    assert drawing.drawn(AVATAR, {"face": FACE}) == drawing.drawn(AVATAR, {"face": dict(FACE)})
    assert len(drawings) == 1
    assert "hue-4" in drawing.drawn(AVATAR, {"face": {**FACE, "hue": 4}})
    assert "square" in drawing.drawn(AVATAR, {"face": FACE, "square": True})
    assert len(drawings) == 3


def test_each_of_several_is_drawn_as_it_is_alone_and_once(drawings):
    faces = [FACE, {**FACE, "hue": 4}, FACE]
    together = drawing.drawn_each(AVATAR, "face", faces)
    assert len(drawings) == 2
    assert together == "".join(drawing.drawn(AVATAR, {"face": face}) for face in faces)
    assert len(drawings) == 2
    assert drawing.drawn_each(AVATAR, "face", []) == ""


def test_what_is_drawn_depends_on_the_readers_zone_and_day(drawings, monkeypatch):
    row = {"at": datetime(2026, 11, 21, 23, 30, tzinfo=UTC), "face": FACE, "unread": 0}
    here = drawing.drawn("messaging/inbox/_row.html", {"row": row})
    with timezone.override(zoneinfo.ZoneInfo("Asia/Tokyo")):
        there = drawing.drawn("messaging/inbox/_row.html", {"row": row})
    assert "23:30" in here
    assert "8:30" in there
    monkeypatch.setattr(timezone, "localdate", lambda **given: date(2031, 1, 1))
    drawing.drawn("messaging/inbox/_row.html", {"row": row})
    assert len(drawings) == 3


def test_what_nobody_asks_for_makes_room_and_what_is_asked_for_stays(drawings):
    drawing.drawn(AVATAR, {"face": FACE})
    for hue in range(200):
        drawing.drawn(AVATAR, {"face": {**FACE, "hue": hue, "id": "2"}})
        drawing.drawn(AVATAR, {"face": FACE})
    assert len(drawings) == 201
    assert sum(len(piece) for pieces in drawing.kept._young.values() for piece in pieces) < 10_000


def test_values_that_may_change_unnoticed_are_refused(drawings):
    class Row:
        hue = 3

    with pytest.raises(TypeError):
        drawing.drawn(AVATAR, {"face": Row()})


def test_dataclasses_are_told_apart_by_what_they_hold(drawings):
    @dataclass(frozen=True, slots=True)
    class Face:
        initials: str
        hue: int

    assert drawing.drawn(AVATAR, {"face": Face("B", 1)}) != drawing.drawn(AVATAR, {"face": Face("B", 2)})


def menu(token: str, name: str) -> str:
    user = {**FACE, "label": name, "is_staff": False}
    shown = {"user": user, "csrf_token": drawing.mark("csrf_token")}
    return drawing.drawn("components/_menu.html", shown, {"csrf_token": token})


def test_a_gap_is_filled_in_each_time_and_drawn_once(drawings):
    one, other = menu("first", "Ada"), menu('"><b>', "Ada")
    assert len(drawings) == 1
    assert one.count('value="first"') == 1
    assert one.replace("first", "&quot;&gt;&lt;b&gt;") == other, "filled in as text"
    assert "first" not in menu("second", "Berta") and len(drawings) == 2


def test_parts_of_one_form_are_drawn_once_whatever_fills_them(drawings):
    def face(initials: str, hue: int) -> drawing.Part:
        shown = {"initials": drawing.mark("initials"), "hue": drawing.mark("hue")}
        return drawing.Part(shown, {"initials": initials, "hue": hue})

    together = drawing.drawn_each(AVATAR, "face", [face("A", 1), face("<B>", 2), {"initials": "C", "hue": 3}])
    assert together.count("<span") == 3
    assert "hue-1" in together and ">&lt;B&gt;<" in together and "hue-3" in together
    assert len(drawings) == 2, "one for both with gaps, one for the plain one"


def test_what_is_html_already_fills_a_gap_as_it_is(drawings):
    shown = {"initials": drawing.mark("initials"), "hue": 1}
    assert "<b>A</b>" in drawing.drawn(AVATAR, {"face": shown}, {"initials": SafeString("<b>A</b>")})


def test_nobody_can_write_a_gap(drawings):
    page = menu("secret", f"{drawing._UNKNOWN[:-1]}-csrf_token. csrf_token. {{{{ csrf_token }}}}")
    assert page.count("secret") == 1


def test_a_template_that_changes_a_mark_is_told_so(drawings, monkeypatch):
    shouting = engines["django"].from_string("{{ name|upper }}")
    monkeypatch.setattr(drawing, "get_template", lambda name: shouting)
    with pytest.raises(ValueError, match="more with a gap"):
        drawing.drawn("shouting.html", {"name": drawing.mark("name")}, {"name": "Ada"})


def test_a_gap_that_a_part_does_not_show_is_not_asked_for(drawings):
    class Token:
        def __str__(self) -> str:
            raise AssertionError("a token that is asked for becomes a cookie")

    shown = {"face": FACE, "csrf_token": drawing.mark("csrf_token")}
    assert drawing.drawn(AVATAR, shown, {"csrf_token": Token()})
