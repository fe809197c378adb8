"""Text as search sees it: without case, accents and superfluous spaces; and the pairs of letters that an index holds.

Pairs find parts of words in any script, with no list of words, stems or languages: `st` is in `test`, 上海 in
我家在上海东边. That all pairs of a term occur does not say that they stand together, so what an index finds is
compared with the text once more.
"""

import re
import unicodedata
from collections.abc import Iterator

# Accents of Latin, Greek and Cyrillic, points of Hebrew, vowel marks of Arabic: people leave them out. The marks of
# other scripts tell words apart and stay.
_MARKS = re.compile(r"[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670]")
_LETTERS = {
    "ø": "o",
    "đ": "d",
    "ł": "l",
    "ı": "i",
    "æ": "ae",
    "œ": "oe",
    "ħ": "h",
    "ŧ": "t",
    "ς": "σ",
    "’": "'",
}
# Nothing is seen of these: joiners, direction marks, soft hyphens, variation selectors.
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")
_PLAIN = {*"abcdefghijklmnopqrstuvwxyz0123456789 "}
"""Alone these tell nothing: nearly every text has them. Of other characters one may be a word."""


class _Folds(dict[int, str]):
    """What each character becomes, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if char.isspace():
            folded = " "
        else:
            bare = _UNSEEN.sub("", _MARKS.sub("", unicodedata.normalize("NFKD", char))).casefold()
            bare = _MARKS.sub("", unicodedata.normalize("NFKD", bare))
            folded = unicodedata.normalize("NFC", "".join(_LETTERS.get(each, each) for each in bare))
            folded = " ".join(folded.split())
        self[code] = folded
        return folded


_folds = _Folds()


def fold(text: str) -> str:
    """The text with one space between words: `Café  du\\nNord` is `cafe du nord`."""
    if text.isascii():
        return " ".join(text.lower().split())
    return " ".join(unicodedata.normalize("NFC", text).translate(_folds).split())


def fold_char(char: str) -> str:
    """What one character of a text contributes."""
    return _folds[ord(char)]


def pairs(folded: str) -> set[str]:
    """Every two neighbours within the words of a folded text, and what is no plain letter or digit also alone."""
    words = folded.split()
    found = {word[place : place + 2] for word in words for place in range(len(word) - 1)}
    found.update(char for char in {*folded} - _PLAIN)
    return found


def spans(text: str, terms: list[str]) -> Iterator[tuple[int, int]]:
    """Where folded terms stand in a text that was not folded: from and to, the earliest first, none overlapping."""
    folded, places = _placed(text)
    found = sorted(
        (match.start(), match.end())
        for term in terms
        if term
        for match in re.finditer(re.escape(term), folded)
    )
    end = 0
    for start, stop in found:
        if start >= end:
            yield places[start], places[stop - 1] + 1
            end = stop


def _placed(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters the place of the one that it comes from."""
    folded: list[str] = []
    places: list[int] = []
    for place, char in enumerate(unicodedata.normalize("NFC", text)):
        for each in fold_char(char):
            if each == " " and folded and folded[-1] == " ":
                continue
            folded.append(each)
            places.append(place)
    return "".join(folded), places
