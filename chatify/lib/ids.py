"""UUIDv7 identifiers: sortable by time of birth, unguessable, the same on every database."""

import re
from functools import lru_cache
from typing import Any
from uuid import UUID, SafeUUID

from uuid_utils import uuid7 as _uuid7

from chatify.lib.errors import Invalid

__all__ = ["Id", "kept", "parse", "read", "read_again", "uuid7"]

LENGTH = 36
_put = object.__setattr__
_UNKNOWN = SafeUUID.unknown
_spelt = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.I).fullmatch


class Id(UUID):
    """A UUID that keeps its text. The log needs both of every identifier that it touches, and making the text takes
    longer than making the UUID."""

    __slots__ = ("_text",)
    _text: str

    def __str__(self) -> str:
        return self._text

    def __reduce__(self) -> tuple[Any, ...]:
        return parse, (self._text,)


def _made(number: int, text: str) -> Id:
    id = object.__new__(Id)  # the constructor would only check again what is an identifier already
    _put(id, "int", number)
    _put(id, "is_safe", _UNKNOWN)
    _put(id, "_text", text)
    return id


def uuid7() -> Id:
    """Return a new time-ordered identifier (RFC 9562)."""
    new = _uuid7()
    return _made(new.int, str(new))


def read(text: str) -> Id | None:
    """The identifier that a text spells in the usual 36-character form, in any case; None for any other text."""
    if _spelt(text) is None:
        return None
    text = text.lower()
    return _made(int(text.replace("-", ""), 16), text)


def read_again(text: str) -> Id | None:
    """What `read` returns, remembered: for those that are named again and again."""
    return _remembered(text) if len(text) == LENGTH else None  # what is longer must not be remembered


_remembered = lru_cache(4_096)(read)


def kept(id: UUID) -> Id:
    """The same identifier, keeping its text."""
    return _made(id.int, str(id))


def parse(value: object, *, field: str = "id") -> UUID:
    """Return `value` as a UUID. Raises Invalid for anything that is not one in its usual 36-character form."""
    if isinstance(value, UUID):
        return value
    id = read(value) if isinstance(value, str) else None
    if id is None:
        raise Invalid.field(field, "This is not an identifier.")
    return id
