"""The one group of the channel layer that every hub is in, and the form of what is said there.

Redis is not trusted to invent events: each message carries an HMAC over all of it. A batch of events stays under
64 KiB and an event in it under 8 KiB; a larger one is only named, and the hub reads its row.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.conf import settings

from messaging.events import PublishedEvent
from messaging.realtime.frames import Packet

GROUP = "hubs"
LARGEST_BATCH = 64 * 1024
LARGEST_EVENT = 8 * 1024

Message = dict[str, Any]


def log_messages(
    origin: str, rows: Sequence[PublishedEvent]
) -> Iterator[tuple[Message, list[PublishedEvent]]]:
    """The rows as layer messages within the size limit, each with the rows it carries."""
    part: list[PublishedEvent] = []
    texts: list[str] = []
    size = 0
    for row in rows:
        text = _entry(row)
        if texts and size + len(text) > LARGEST_BATCH - 1024:
            yield _log_message(origin, part, texts), part
            part, texts, size = [], [], 0
        part.append(row)
        texts.append(text)
        size += len(text) + 64
    if texts:
        yield _log_message(origin, part, texts), part


def notice(origin: str, kind: str, body: Mapping[str, Any]) -> Message:
    """Something that is not in the log: typing, presence, receipts, a revocation."""
    return _sealed(origin, "notice", {}, json.dumps({"kind": kind, "body": body}, separators=(",", ":")))


def genuine(message: Mapping[str, Any]) -> bool:
    """Whether one of our own processes wrote this."""
    try:
        signed = _signature(message["origin"], message["kind"], message["conversations"], message["payload"])
        return hmac.compare_digest(signed, message["mac"])
    except (KeyError, TypeError, AttributeError):
        return False


def packets(message: Message) -> list[Packet]:
    """The events of a log message."""
    return [
        Packet(entry["conversation"], entry["seq"], entry["version"], entry["event"])
        for entry in json.loads(message["payload"])
    ]


def local_packets(rows: Iterable[PublishedEvent]) -> list[Packet]:
    """The same rows for the hub of this process, which needs no encoding."""
    return [Packet(str(row.conversation), row.event["seq"], row.version, row.event) for row in rows]


def _entry(row: PublishedEvent) -> str:
    entry = {"conversation": str(row.conversation), "seq": row.event["seq"], "version": row.version}
    text = json.dumps({**entry, "event": row.event}, separators=(",", ":"))
    return text if len(text) <= LARGEST_EVENT else json.dumps({**entry, "event": None}, separators=(",", ":"))


def _log_message(origin: str, rows: Sequence[PublishedEvent], texts: Sequence[str]) -> Message:
    versions: dict[str, int] = {}
    for row in rows:
        name = str(row.conversation)
        versions[name] = max(row.version, versions.get(name, 0))
    return _sealed(origin, "log", versions, f"[{','.join(texts)}]")


def _sealed(origin: str, kind: str, conversations: Mapping[str, int], payload: str) -> Message:
    mac = _signature(origin, kind, conversations, payload)
    return {
        "type": "hub.message",
        "origin": origin,
        "kind": kind,
        "conversations": dict(conversations),
        "payload": payload,
        "mac": mac,
    }


def _signature(origin: str, kind: str, conversations: Mapping[str, int], payload: str) -> str:
    head = json.dumps([origin, kind, sorted(conversations.items())], separators=(",", ":"))
    return hmac.new(_key(settings.SECRET_KEY), f"{head}\n{payload}".encode(), hashlib.sha256).hexdigest()


@lru_cache(maxsize=4)
def _key(secret: str) -> bytes:
    return hmac.new(secret.encode(), b"chatify.realtime.groups", hashlib.sha256).digest()
