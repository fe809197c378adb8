"""How times, names and texts are shown. Times come as datetimes or as the ISO strings of the public shapes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
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
    return Reader.of_now().time(value, style)


@register.filter
def iso(value: datetime | str) -> str:
    """The machine's form, in UTC: `2026-11-21T09:41:00.000Z`."""
    if isinstance(value, str):
        return value
    utc = value.astimezone(timezone.get_fixed_timezone(0))
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


@register.filter
def day_name(value: date) -> str:
    """`Today`, `Yesterday`, `Friday 13 November`, with the year where it is another."""
    return Reader.of_now().day_name(value)


@dataclass(frozen=True, slots=True)
class Reader:
    """Where somebody reads, and in which language: asked once for many times, for each asking takes as long as telling.

    Times are told as datetimes of the reader's zone.
    """

    zone: tzinfo
    language: str | None
    today: date

    @classmethod
    def of_now(cls) -> "Reader":
        """Of whoever this thread works for."""
        zone = timezone.get_current_timezone()
        return cls(zone, get_language(), timezone.localdate(timezone=zone))

    def time(self, value: datetime | str, style: str = "clock") -> SafeString:
        """`time_of`."""
        at = (value if isinstance(value, datetime) else datetime.fromisoformat(value)).astimezone(self.zone)
        told, exact = STYLES[style](self, at), self.exact(at)
        # Nothing to escape: what could be read as a time is one, and the rest is told by us.
        return SafeString(
            f'<time datetime="{iso(value)}" data-format="{style}" title="{exact}">{told}</time>'
        )

    def clock(self, at: datetime) -> str:
        """`9:41`, in 24 hours."""
        return f"{at.hour}:{at.minute:02d}"

    def exact(self, at: datetime) -> str:
        """`Saturday 21 November 2026, 9:41`, for whoever asks for the whole of it."""
        return f"{self._day(at, 'l j F Y')}, {self.clock(at)}"

    def row(self, at: datetime) -> str:
        """As short as it can be told: `9:41` today, `Mon` this week, `3 Nov` this year, `3 Nov 2025` before."""
        if at.date() == self.today:
            return self.clock(at)
        if timedelta(0) < self.today - at.date() < timedelta(days=7):
            return self._day(at, "D")
        return self._day(at, "j M" if at.year == self.today.year else "j M Y")

    def until(self, at: datetime) -> str:
        """A time to come, as short as it can be told: `18:00` today, `Mon 8:00` this week, `3 Nov 8:00` later."""
        if at.date() == self.today:
            return self.clock(at)
        if timedelta(0) < at.date() - self.today < timedelta(days=7):
            return f"{self._day(at, 'D')} {self.clock(at)}"
        return f"{self._day(at, 'j M' if at.year == self.today.year else 'j M Y')} {self.clock(at)}"

    def day_name(self, value: date) -> str:
        """The filter of this name."""
        if value == self.today:
            return "Today"
        if value == self.today - timedelta(days=1):
            return "Yesterday"
        return self._day(value, "l j F" if value.year == self.today.year else "l j F Y")

    def _day(self, at: date, form: str) -> str:
        return _spelled(at.date() if isinstance(at, datetime) else at, form, self.language)


STYLES = {"clock": Reader.clock, "row": Reader.row, "until": Reader.until}


@lru_cache(maxsize=1_000)
def _spelled(day: date, form: str, language: str | None) -> str:
    """Many messages share a day: spelling it anew for each was a tenth of a conversation's page."""
    return formats.date_format(day, form)


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
