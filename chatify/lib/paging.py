"""Keyset paging: a cursor names the last row shown, so pages neither skip nor repeat while rows arrive."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from chatify.lib.errors import Invalid

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`items` in order, and the cursor of the next page or None."""

    items: list[T]
    next: str | None = None


def clamp(limit: int, *, maximum: int = 100) -> int:
    """A page size between 1 and `maximum`."""
    return max(1, min(limit, maximum))


def encode(*parts: object) -> str:
    """An opaque cursor of the given values (str, int, datetime, UUID)."""
    texts = [part.isoformat() if isinstance(part, datetime) else str(part) for part in parts]
    return base64.urlsafe_b64encode(json.dumps(texts).encode()).rstrip(b"=").decode()


def decode(cursor: str, *kinds: type) -> list:
    """The values of a cursor, as the given types. Raises Invalid for a cursor that we did not make."""
    try:
        texts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if (
            not isinstance(texts, list)
            or len(texts) != len(kinds)
            or not all(isinstance(text, str) for text in texts)
        ):
            raise ValueError
        return [_parse(kind, text) for kind, text in zip(kinds, texts, strict=True)]
    except (ValueError, TypeError, RecursionError, OverflowError, binascii.Error, UnicodeError):
        raise Invalid.field(
            "cursor", "This page address is not valid. Start again from the first page."
        ) from None


def _parse(kind: type, text: str) -> object:
    if kind is datetime:
        value = datetime.fromisoformat(text)
        if value.tzinfo is None:
            raise ValueError("a time without zone")
        return value
    if kind is int:
        return _small_int(text)
    if kind is str:
        if "\x00" in text:
            raise ValueError("NUL")
        text.encode()
        return text
    return UUID(text)


def _small_int(text: str) -> int:
    value = int(text)
    if not -(2**53) < value < 2**53:
        raise ValueError("too large")
    return value
