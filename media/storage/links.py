"""Signed links of the local store: a promise about one file, good for five minutes and for nothing else."""

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode

from django.core.signing import BadSignature, Signer

from media import policy
from media.storage import Slot

PATH = re.compile(r"/uploads/([A-Za-z0-9]{20,40})/")
# A key of its own: a link signed for anything else is worth nothing here.
_signer = Signer(salt="media.storage.links")


class BadLink(Exception):
    """The link was not made here, was changed, or is over."""


@dataclass(frozen=True, slots=True)
class Promise:
    """Exactly `size` bytes of `type` under `key`; as the part of that number, where there is one."""

    key: str
    size: int
    type: str
    part: int | None


def make(key: str, *, size: int, type: str, part: int | None = None) -> Slot:
    """A link that keeps its promise until it expires."""
    until = int(time.time()) + policy.LINK_SECONDS
    promise = {"size": str(size), "type": type, "part": str(part or ""), "until": str(until)}
    query = urlencode({**promise, "signature": _signature(key, promise)})
    expires_at = datetime.fromtimestamp(until, UTC)
    return Slot("PUT", f"/uploads/{key}/?{query}", expires_at, headers={"Content-Type": type})


def read(path: str, query: str) -> Promise:
    """What the link promises. Raises BadLink."""
    found = PATH.fullmatch(path)
    if not found:
        raise BadLink
    try:
        given = parse_qs(query, strict_parsing=True, keep_blank_values=True)
        promise = {name: given[name][0] for name in ("size", "type", "part", "until")}
        signature = given["signature"][0]
    except (KeyError, ValueError):
        raise BadLink from None
    _check(found[1], promise, signature)
    part = int(promise["part"]) if promise["part"] else None
    return Promise(found[1], int(promise["size"]), promise["type"], part)


def _check(key: str, promise: dict[str, str], signature: str) -> None:
    try:
        _signer.unsign(f"{_text(key, promise)}:{signature}")
    except BadSignature:
        raise BadLink from None
    if time.time() > int(promise["until"]):
        raise BadLink


def _signature(key: str, promise: dict[str, str]) -> str:
    return _signer.signature(_text(key, promise))


def _text(key: str, promise: dict[str, str]) -> str:
    return "\n".join([key, *(promise[name] for name in ("size", "type", "part", "until"))])
