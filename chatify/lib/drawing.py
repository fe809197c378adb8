"""Parts of pages that are drawn once and kept: what was drawn is known by everything that it was drawn from.

A part is a pure function of its template, the values it gets, the reader's language, time zone and day. All of these
are in its key, so nothing has to be thrown away when something changes: what is new has another key, and what nobody
asks for any more makes room. What is another for each request anyhow, the token of a form, is a gap: the part is drawn
with a mark in its place, and the mark is replaced each time.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from sys import getsizeof
from typing import Any, cast

import orjson
from django.conf import settings
from django.template import Context
from django.template.backends.django import Template
from django.template.loader import get_template
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

MOST_BYTES = 24 * 2**20
Key = bytes
Reader = tuple[str | None, str, date]
_UNKNOWN = secrets.token_hex(16)
"""In every mark of this process, so that nobody can write one into a text."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A value that a part shows and does nothing else with: it is drawn without, and filled in each time."""

    value: Any


class Kept:
    """Texts up to so many bytes. Two generations: what is asked for moves to the young one, the old one is dropped
    when the young one is half of all. Threads may use it at once: at worst something is drawn twice."""

    def __init__(self, most_bytes: int) -> None:
        self._half = most_bytes // 2
        self._young: dict[Key, SafeString] = {}
        self._old: dict[Key, SafeString] = {}
        self._bytes = 0

    def get(self, key: Key) -> SafeString | None:
        found = self._young.get(key)
        if found is None and (found := self._old.get(key)) is not None:
            self.put(key, found)
        return found

    def put(self, key: Key, text: SafeString) -> None:
        self._young[key] = text
        self._bytes += getsizeof(text) + getsizeof(key)
        if self._bytes > self._half:
            self._old, self._young, self._bytes = self._young, {}, 0


kept = Kept(MOST_BYTES)


def drawn(template: str, context: Mapping[str, Any]) -> SafeString:
    """The template with these values and nothing else: no request, no user, no token.

    Values are plain: texts, numbers, times, ids, and dicts, lists and dataclasses of these; or a `Gap`. Raises
    TypeError for others, which could change without being noticed.
    """
    gaps = [(name, value) for name, value in context.items() if isinstance(value, Gap)]
    made = _drawn(template, _reader(), {**context, **{name: _mark(name) for name, _ in gaps}})
    for name, gap in gaps:
        if (mark := _mark(name)) in made:
            made = SafeString(made.replace(mark, escape(gap.value)))
    return made


def drawn_each(template: str, name: str, values: Iterable[Any]) -> SafeString:
    """The template once for each value, under this name, one after the other."""
    reader = _reader()
    return SafeString("".join([_drawn(template, reader, {name: value}) for value in values]))


def _drawn(template: str, reader: Reader, context: Mapping[str, Any]) -> SafeString:
    if settings.DEBUG:  # templates change while one looks
        return _draw(template, context)
    key = blake2b(orjson.dumps((template, reader, context)), digest_size=16).digest()
    found = kept.get(key)
    if found is None:
        found = _draw(template, context)
        kept.put(key, found)
    return found


def _draw(template: str, context: Mapping[str, Any]) -> SafeString:
    made = cast(Template, get_template(template))
    return made.template.render(Context(dict(context), use_l10n=False))  # numbers as programs read them


def _mark(name: str) -> str:
    return f"{_UNKNOWN}{name}."


def _reader() -> Reader:
    return get_language(), timezone.get_current_timezone_name(), timezone.localdate()
