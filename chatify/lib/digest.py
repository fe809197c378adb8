"""The canonical form in which an event enters the digest chain, and the chain itself."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson

GENESIS = "0" * 64
# What enters the chain is spelt out by its caller, never by the encoder.
_STRICT = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


@lru_cache(4_096)
def stamp(at: datetime) -> str:
    """A time as ISO 8601 UTC with milliseconds: `2026-11-21T09:41:00.000Z`."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def to_milliseconds(at: datetime) -> datetime:
    """Cut to milliseconds, the precision that every database of ours keeps."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def text_hash(salt: str, body: str) -> str:
    """SHA-256(salt ‖ text), the only form in which a text enters the chain."""
    return hashlib.sha256((salt + body).encode()).hexdigest()


def canonical(
    *,
    conversation: UUID | str,
    seq: int,
    type: str,
    actor: UUID | str | None,
    at: datetime,
    data: Mapping[str, Any],
) -> bytes:
    """RFC 8785 JSON of an event. Data holds strings, integers below 2^53, booleans and null under ASCII keys only,
    for which sorted keys and minimal escapes are exactly that form.

    Raises TypeError for what is no JSON, and for half a character (a lone surrogate).
    """
    return entry(str(conversation), seq, type, str(actor) if actor else None, at, told(data))


def told(data: Mapping[str, Any]) -> str:
    """The data of an event in that form. Raises TypeError as `canonical`."""
    return orjson.dumps(dict(data), option=_STRICT).decode()


def entry(conversation: str, seq: int, type: str, actor: str | None, at: datetime, data: str) -> bytes:
    """What `canonical` returns, from identifiers in their usual form and data as `told` returns it."""
    by = f'"{actor}"' if actor else "null"
    return (
        f'{{"actor":{by},"at":"{stamp(at)}","conversation":"{conversation}","data":{data},'
        f'"event":{_quoted(type)},"seq":{seq}}}'
    ).encode()


@lru_cache(64)
def _quoted(type: str) -> str:
    return orjson.dumps(type).decode()


def chain(previous: str, event: bytes) -> str:
    """The digest after this event: SHA-256 over the previous digest and the event's canonical bytes, in hex."""
    return hashlib.sha256(bytes.fromhex(previous) + event).hexdigest()
