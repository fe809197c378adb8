"""What was changed from one text to the next, word by word."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()
MOST_WORDS = 1_500
_WORD = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True, slots=True)
class Difference:
    """Pieces of text, each kept (" "), new ("+") or gone ("-")."""

    pieces: list[tuple[str, str]]

    @classmethod
    def of(cls, before: str | None, after: str) -> "Difference":
        """Between two texts; very long ones are shown whole, without a comparison."""
        if before is None:
            return cls([(" ", after)])
        old, new = _WORD.findall(before), _WORD.findall(after)
        if len(old) + len(new) > MOST_WORDS:
            return cls([("-", before), ("+", after)])
        pieces: list[tuple[str, str]] = []
        for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if kind == "equal":
                pieces.append((" ", "".join(old[a:b])))
                continue
            pieces += [(sign, "".join(words)) for sign, words in (("-", old[a:b]), ("+", new[c:d])) if words]
        return cls(pieces)


@register.filter
def marked(difference: Difference) -> SafeString:
    """The text with what is new and what is gone marked, escaped."""
    tags = {" ": "{}", "+": "<ins>{}</ins>", "-": "<del>{}</del>"}
    return format_html_join("", "{}", ((format_html(tags[sign], text),) for sign, text in difference.pieces))
