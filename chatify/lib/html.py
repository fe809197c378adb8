"""Finding text in HTML that `markup` made: well formed, with no attribute that holds an angle bracket."""

import re
from collections.abc import Callable

_TAG = re.compile(r"(<[^>]*>)")
_QUOTE = re.compile(r"(</?blockquote>)")
_FOLD = '<details class="quoted"><summary>Quoted text</summary>'
_CLOSED = re.compile(r"<(/?)(a|code|pre)\b")


def fold_quotes(html: str) -> str:
    """The HTML with each whole quotation folded to one line, which opens without a script."""
    pieces, depth = [], 0
    for piece in _QUOTE.split(html):
        if piece == "<blockquote>":
            pieces.append(f"{_FOLD}{piece}" if depth == 0 else piece)
            depth += 1
        elif piece == "</blockquote>":
            depth -= 1
            pieces.append(f"{piece}</details>" if depth == 0 else piece)
        else:
            pieces.append(piece)
    return "".join(pieces)


def outside_code(html: str, change: Callable[[str], str]) -> str:
    """The HTML with its text changed, but for what stands in code and links."""
    pieces, inside = [], 0
    for piece in _TAG.split(html):
        if not piece.startswith("<"):
            pieces.append(piece if inside else change(piece))
            continue
        if match := _CLOSED.match(piece):
            inside += -1 if match[1] else 1
        pieces.append(piece)
    return "".join(pieces)
