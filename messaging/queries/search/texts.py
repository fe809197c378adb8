"""What of a message is looked through, and what of it is shown where it was found."""

import re
from collections.abc import Iterator, Sequence
from html import unescape

from chatify.lib import markup
from chatify.lib.folding import fold
from messaging.models import Message

MOST_HTML = 60_000
_TARGET = re.compile(r'<a href="([^"]+)"')


def of(row: Message) -> str:
    """Its text, the names of its files, which `queries.extras` loads, and who wrote it elsewhere."""
    return _with_others(row, row.body)


def shown(row: Message, terms: Sequence[str]) -> str:
    """The same as it is read: without the marks of its markup. Where a link leads is said where only that was found."""
    html = row.html[:MOST_HTML]
    words = _with_others(row, markup.words_of(html))
    folded = fold(words)
    lost = [term for term in terms if term not in folded]
    targets = (unescape(target) for target in _TARGET.findall(html)) if lost else ()
    return " ".join([words, *(each for each in targets if any(term in fold(each) for term in lost))])


def _with_others(row: Message, words: str) -> str:
    if not row.files and row.letter is None:
        return words
    return " ".join([words, *(file.upload.name for file in row.files), *_correspondents(row)])


def _correspondents(row: Message) -> Iterator[str]:
    if row.letter is not None:
        for said in (row.letter["sender"], *row.letter["to"], *row.letter["cc"]):
            yield f"{said['name']} {said['address']}".strip()
