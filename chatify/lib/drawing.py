"""Parts of pages that are drawn once and kept: what was drawn is known by everything that it was drawn from.

A part is a pure function of its template, the values it gets, the reader's language, time zone and day. All of these
are in its key, so nothing has to be thrown away when something changes: what is new has another key, and what nobody
asks for any more makes room. What a part shows and does nothing else with may be a gap: the part is drawn with a mark
in its place, and kept as the pieces between the marks. A thousand messages of one form are drawn once, and what is
another for each request anyhow, the token of a form, does not count at all.
"""

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from html import escape
from sys import getsizeof
from typing import Any, cast

import orjson
from django.conf import settings
from django.template import Context
from django.template.backends.django import Template
from django.template.loader import get_template
from django.utils.safestring import SafeString

from chatify.lib.reader import Reader

MOST_BYTES = 24 * 2**20
Key = bytes
Pieces = tuple[str, ...]
"""What stands still, the name of a gap, what stands still, and so on."""
_UNKNOWN = secrets.token_hex(16)
"""In every mark of this process, so that nobody can write one into a text."""
_MARKS = re.compile(rf"{_UNKNOWN}(\w+)\.")


@dataclass(frozen=True, slots=True)
class Part:
    """What a part is drawn from: plain values, with `mark(name)` wherever one of `gaps` is shown."""

    values: Any
    gaps: Mapping[str, Any]


def mark(name: str) -> SafeString:
    """Stands for a gap among the values of a part. A template may show it, and do nothing else with it."""
    return SafeString(f"{_UNKNOWN}{name}.")


class Kept:
    """Pieces up to so many bytes. Two generations: what is asked for moves to the young one, the old one is dropped
    when the young one is half of all. Threads may use it at once: at worst something is drawn twice."""

    def __init__(self, most_bytes: int) -> None:
        self._half = most_bytes // 2
        self._young: dict[Key, Pieces] = {}
        self._old: dict[Key, Pieces] = {}
        self._bytes = 0

    def get(self, key: Key) -> Pieces | None:
        found = self._young.get(key)
        if found is None and (found := self._old.get(key)) is not None:
            self.put(key, found)
        return found

    def put(self, key: Key, pieces: Pieces) -> None:
        self._young[key] = pieces
        self._bytes += sum(map(getsizeof, (key, pieces, *pieces)))
        if self._bytes > self._half:
            self._old, self._young, self._bytes = self._young, {}, 0


kept = Kept(MOST_BYTES)


def drawn(
    template: str,
    context: Mapping[str, Any],
    gaps: Mapping[str, Any] | None = None,
    *,
    reader: Reader | None = None,
) -> SafeString:
    """The template with these values and nothing else: no request, no user, no token. `reader` is who reads now.

    Values are plain: texts, numbers, times, ids, and dicts, lists and dataclasses of these. Raises TypeError for
    others, which could change without being noticed.
    """
    return _filled(_drawn(template, reader or Reader.of_now(), context), gaps or {})


def drawn_each(template: str, name: str, parts: Iterable[Any]) -> SafeString:
    """The template once for each, plain values or a `Part`, under this name, one after the other."""
    reader = Reader.of_now()
    return SafeString("".join([_drawn_one(template, reader, name, part) for part in parts]))


def _drawn_one(template: str, reader: Reader, name: str, part: Any) -> SafeString:
    if isinstance(part, Part):
        return _filled(_drawn(template, reader, {name: part.values}), part.gaps)
    return _filled(_drawn(template, reader, {name: part}), {})


def _filled(pieces: Pieces, gaps: Mapping[str, Any]) -> SafeString:
    if len(pieces) == 1:
        return SafeString(pieces[0])
    texts: dict[str, str] = {}
    for name in pieces[1::2]:
        if name not in texts:
            texts[name] = _text(gaps[name])
    whole = list(pieces)
    whole[1::2] = [texts[name] for name in pieces[1::2]]
    return SafeString("".join(whole))


def _text(value: Any) -> str:
    """As a template shows a value that is neither a time nor nothing."""
    return value if isinstance(value, SafeString) else escape(str(value))


def _drawn(template: str, reader: Reader, context: Mapping[str, Any]) -> Pieces:
    if settings.DEBUG:  # templates change while one looks
        return _draw(template, context)
    key = blake2b(orjson.dumps((template, reader.key, context)), digest_size=16).digest()
    found = kept.get(key)
    if found is None:
        found = _draw(template, context)
        kept.put(key, found)
    return found


def _draw(template: str, context: Mapping[str, Any]) -> Pieces:
    """Raises ValueError where a template changed a mark, which then shows nothing."""
    made = cast(Template, get_template(template))
    html = made.template.render(Context(dict(context), use_l10n=False))  # numbers as programs read them
    pieces = _MARKS.split(html)
    if any(_UNKNOWN in piece.lower() for piece in pieces[::2]):
        raise ValueError(f"{template} does more with a gap than to show it")
    return tuple(pieces)
