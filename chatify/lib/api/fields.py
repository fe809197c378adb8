"""Types of fields: what is accepted exactly, and how the document describes it."""

import re
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from chatify.lib import ids, moments
from chatify.lib.errors import Invalid

T = TypeVar("T")

# The largest whole number that every client can hold exactly (2^53 - 1); no counter of ours comes near.
LARGEST = 2**53 - 1

_DIGITS = re.compile(r"-?[0-9]{1,40}")


def _identifier(value: Any) -> UUID:
    try:
        return ids.parse(value)
    except Invalid as error:
        raise PydanticCustomError("identifier", "{sentence}", {"sentence": error.detail}) from None


def _digits(value: Any) -> Any:
    """Whole numbers in an address are ASCII digits; what else a language may accept is refused."""
    if isinstance(value, str) and not _DIGITS.fullmatch(value):
        raise PydanticCustomError("digits", "This must be a whole number.")
    return int(value) if isinstance(value, str) else value


def _moment(value: Any) -> datetime:
    moment = moments.parse(value)
    if moment is None:
        raise PydanticCustomError("moment", "Write a time like 2030-01-31T18:00:00Z.")
    return moment


def _clamped(value: Any) -> Any:
    number = _digits(value)
    return max(1, min(number, 100)) if isinstance(number, int) else number


Id = Annotated[UUID, BeforeValidator(_identifier), WithJsonSchema({"type": "string", "format": "uuid"})]

IdText = Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})]
Time = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
Moment = Annotated[
    datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})
]
People = Annotated[list[Id], Field(max_length=100)]
Count = Annotated[int, Field(strict=True, ge=0, le=LARGEST)]
QueryCount = Annotated[int, BeforeValidator(_digits), Field(ge=0, le=LARGEST)]
Limit = Annotated[
    int,
    BeforeValidator(_clamped),
    WithJsonSchema(
        {"type": "integer", "description": "At most this many, 1 to 100; other numbers are clamped."}
    ),
]
Cursor = Annotated[str, Field(max_length=500, description="`next` of the page before.")]


class Shown(BaseModel):
    """An answer. Plain pydantic: Ninja's own base would wrap every nested dictionary to read it like a model row."""


class Given(BaseModel):
    """A body: exact types, no conversions; fields it does not name are ignored and never set."""

    model_config = ConfigDict(strict=True, extra="ignore")


class Listed(Shown, Generic[T]):
    """One page of a list. `next` is the cursor of the page after, or null."""

    items: list[T]
    next: str | None = None


class Problem(Shown):
    """Problem details (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: dict[str, list[str]] | None = None
