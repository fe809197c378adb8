"""How what was found is shown."""

from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from chatify.lib import excerpt

register = template.Library()


@register.filter
def excerpted(body: str, terms: Sequence[str]) -> SafeString:
    """The part of a message around what was looked for, which is marked."""
    shown = excerpt.pieces(body, terms)
    return format_html_join("", "{}", ((_piece(piece),) for piece in shown))


def _piece(piece: excerpt.Piece) -> SafeString | str:
    return format_html("<mark>{}</mark>", piece.text) if piece.found else piece.text
