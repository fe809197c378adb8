"""The part of a text that was looked for, with what was found in it marked."""

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from chatify.lib.folding import spans

LENGTH = 180
BEFORE = 60
MOST_READ = 20_000


class Piece(NamedTuple):
    """A stretch of text, `found` where it is what was looked for."""

    text: str
    found: bool = False


def pieces(body: str, terms: Sequence[str], length: int = LENGTH) -> list[Piece]:
    """About `length` characters around the first place where a folded term stands, as one line."""
    text = " ".join(unicodedata.normalize("NFC", body[:MOST_READ]).split())
    found = list(spans(text, list(terms)))
    start = max(0, found[0][0] - BEFORE) if found and len(text) > length else 0
    end = min(len(text), start + length)
    cut: list[Piece] = [Piece("…")] if start else []
    place = start
    for low, high in found:
        if low >= end:
            break
        cut += [Piece(text[place:low]), Piece(text[low : min(high, end)], True)]
        place = min(high, end)
    cut += [Piece(text[place:end])] + ([Piece("…")] if end < len(text) else [])
    return [piece for piece in cut if piece.text]


def plain(body: str, terms: Sequence[str]) -> str:
    """The same without marks."""
    return "".join(piece.text for piece in pieces(body, terms))
