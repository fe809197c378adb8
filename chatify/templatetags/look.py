"""How times, names and texts are shown. Times come as datetimes or as the ISO strings of the public shapes."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django import template
from django.template import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from chatify.lib import drawing, markup, text
from chatify.lib.drawing import Part
from chatify.lib.html import fold_quotes
from chatify.lib.reader import Reader, iso

register = template.Library()
register.filter(iso)

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
def day_name(value: date) -> str:
    """`Today`, `Yesterday`, `Friday 13 November`, with the year where it is another."""
    return Reader.of_now().day_name(value)


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
