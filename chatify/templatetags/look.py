"""How times, names and texts are shown. Times come as datetimes or as the ISO strings of the public shapes."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.template import Context
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from chatify.lib import drawing, markup, text
from chatify.lib.drawing import Part
from chatify.lib.html import fold_quotes

register = template.Library()

LONG_POINTS = 2_400
LONG_LINES = 32


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str, turns: object = False) -> SafeString:
    """An outline of the sprite; `turns` in a right-to-left page. Kept for the process: a page draws hundreds."""
    return format_html(
        '<svg class="glyph{}" viewBox="0 0 24 24" aria-hidden="true"><use href="{}#{}"></use></svg>',
        " turns" if turns else "",
        static("icons/sprite.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def drawn(
    context: Context, template: str, values: Mapping[str, object] | Part | None = None, **more: object
) -> SafeString:
    """`{% include template with … only %}`, drawn once for all who get the same values; its forms get their token."""
    part = values if isinstance(values, Part) else Part(values or {}, {})
    shown = {**part.values, **more, "csrf_token": drawing.mark("csrf_token")}
    return drawing.drawn(template, shown, {**part.gaps, "csrf_token": context.get("csrf_token", "")})


@register.simple_tag
def drawn_each(template: str, **values: Iterable[object]) -> SafeString:
    """`drawn` for each, plain values or a Part, under the one name that is given: `row=list.lines`."""
    ((name, each),) = values.items()
    return drawing.drawn_each(template, name, each)


@register.simple_tag
@lru_cache(maxsize=8)
def receipt(mark: str = "") -> SafeString:
    """Sent, delivered or read. Shown to the sender only, by /me.css."""
    state = mark or "sent"
    return format_html(
        '<span class="receipt" data-state="{}" role="img" aria-label="{}">{}{}</span>',
        state,
        state.capitalize(),
        icon("check"),
        icon("check-check"),
    )


@register.simple_tag
def time_of(value: datetime | str, style: str = "clock") -> SafeString:
    """`<time>` in the reader's zone as `clock`, `row` or `until`, its exact moment as title; scripts write it anew."""
    at = moment(value)
    return format_html(
        '<time datetime="{}" data-format="{}" title="{}">{}</time>',
        iso(value),
        style,
        exact(at),
        STYLES[style](at),
    )


def moment(value: datetime | str) -> datetime:
    """An aware time in the reader's zone."""
    at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return timezone.localtime(at)


@register.filter
def iso(value: datetime | str) -> str:
    """The machine's form, in UTC: `2026-11-21T09:41:00.000Z`."""
    if isinstance(value, str):
        return value
    utc = value.astimezone(timezone.get_fixed_timezone(0))
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def clock(at: datetime) -> str:
    """`9:41`, in 24 hours. `at` is here and below in the reader's zone."""
    return f"{at.hour}:{at.minute:02d}"


def exact(at: datetime) -> str:
    """`Saturday 21 November 2026, 9:41`, for whoever asks for the whole of it."""
    return f"{_day(at, 'l j F Y')}, {clock(at)}"


def row_time(at: datetime) -> str:
    """As short as it can be told: `9:41` today, `Mon` this week, `3 Nov` this year, `3 Nov 2025` before."""
    today = timezone.localdate()
    if at.date() == today:
        return clock(at)
    if timedelta(0) < today - at.date() < timedelta(days=7):
        return _day(at, "D")
    return _day(at, "j M" if at.year == today.year else "j M Y")


def until(at: datetime) -> str:
    """A time to come, as short as it can be told: `18:00` today, `Mon 8:00` this week, `3 Nov 8:00` later."""
    today = timezone.localdate()
    if at.date() == today:
        return clock(at)
    if timedelta(0) < at.date() - today < timedelta(days=7):
        return f"{_day(at, 'D')} {clock(at)}"
    return f"{_day(at, 'j M' if at.year == today.year else 'j M Y')} {clock(at)}"


STYLES = {"clock": clock, "row": row_time, "until": until}


def _day(at: datetime, form: str) -> str:
    return _spelled(at.date(), form, get_language())


@lru_cache(maxsize=1_000)
def _spelled(day: date, form: str, language: str | None) -> str:
    """Many messages share a day: spelling it anew for each was a tenth of a conversation's page."""
    return formats.date_format(day, form)


@register.filter
def day_name(value: date) -> str:
    """`Today`, `Yesterday`, `Friday 13 November`, with the year where it is another."""
    today = timezone.localdate()
    if value == today:
        return "Today"
    if value == today - timedelta(days=1):
        return "Yesterday"
    return formats.date_format(value, "l j F" if value.year == today.year else "l j F Y")


@register.filter
def initials(name: str) -> str:
    """One or two letters for an avatar."""
    return text.initials(name)


@register.filter
def snippet(body: str, length: int = 120) -> str:
    """The beginning of a message as one plain line."""
    return markup.snippet(body, length)


@register.filter
def words(message: dict[str, Any]) -> SafeString:
    """The text of a message; what a letter from elsewhere quotes is folded to a line."""
    html = message["html_body"]
    return SafeString(fold_quotes(html) if message.get("letter") else html)


@register.filter
def is_long(body: str) -> bool:
    """Whether a text is shown clipped until it is asked for."""
    return len(body) > LONG_POINTS or body.count("\n") > LONG_LINES


@register.filter
def counted(number: int) -> str:
    """A count that fits its badge."""
    return str(number) if number < 100 else "99+"
