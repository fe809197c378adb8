"""The one group of the channel layer that every hub is in, and the form of what is said there.

Redis is not trusted to invent events: each message carries an HMAC over all of it. A batch of events stays under
64 KiB and an event in it under 8 KiB; a larger one is only named, and the hub reads its row. So are all where nobody
else is known to listen.
"""

import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson
from django.conf import settings

from messaging.events import PublishedEvent
from messaging.realtime.frames import Packet

GROUP = "hubs"
LARGEST_BATCH = 64 * 1024
LARGEST_EVENT = 8 * 1024
# What an event takes in a message beside its own bytes: its line in the index.
ENTRY = 160

Message = dict[str, Any]


def log_messages(origin: str, packets: Sequence[Packet], *, named: bool = False) -> Iterator[Message]:
    """The events as layer messages within the size limit; with `named` only their places in the log."""
    part: list[Packet] = []
    size = 0
    for packet in packets:
        own = ENTRY + (0 if named else _size(packet))
        if part and size + own > LARGEST_BATCH - 1024:
            yield _log_message(origin, part, named)
            part, size = [], 0
        part.append(packet)
        size += own
    if part:
        yield _log_message(origin, part, named)


def notice(origin: str, kind: str, body: Mapping[str, Any]) -> Message:
    """Something that is not in the log: typing, presence, receipts, a revocation."""
    return _sealed(origin, "notice", b"", orjson.dumps({"kind": kind, "body": body}))


def genuine(message: Mapping[str, Any]) -> bool:
    """Whether one of our own processes wrote this."""
    try:
        signed = _signature(message["origin"], message["kind"], message["index"], message["payload"])
        return hmac.compare_digest(signed, message["mac"])
    except (KeyError, TypeError, AttributeError):
        return False


def packets(message: Message, wanted: Callable[[str, int], bool]) -> list[Packet]:
    """The events of a log message, of the conversations of which `wanted(id, version)`. Their JSON stays as it came."""
    heard: list[Packet] = []
    start = 0
    for conversation, seq, version, size, kind, leaves, joins in orjson.loads(message["index"]):
        if wanted(conversation, version):
            text = message["payload"][start : start + size] if size else None
            packet = Packet.heard(conversation, seq, version, text, kind=kind, leaves=leaves, joins=joins)
            heard.append(packet)
        start += size
    return heard


def packets_of(rows: Iterable[PublishedEvent]) -> list[Packet]:
    """Committed rows, encoded for the hub of this process and for the layer alike."""
    return [Packet(row.event["conversation"], row.event["seq"], row.version, row.event) for row in rows]


def _size(packet: Packet) -> int:
    """The bytes of its event in a message; 0 for one that is only named, as one that is not for everybody."""
    size = 0 if packet.only else len(packet.json or b"")
    return size if size <= LARGEST_EVENT else 0


def _log_message(origin: str, packets: Sequence[Packet], named: bool) -> Message:
    sizes = [0 if named else _size(packet) for packet in packets]
    index = [
        [packet.conversation, packet.seq, packet.version, size, packet.kind, packet.leaves, packet.joins]
        for packet, size in zip(packets, sizes, strict=True)
    ]
    payload = b"".join([packet.json or b"" for packet, size in zip(packets, sizes, strict=True) if size])
    return _sealed(origin, "log", orjson.dumps(index), payload)


def _sealed(origin: str, kind: str, index: bytes, payload: bytes) -> Message:
    mac = _signature(origin, kind, index, payload)
    return {
        "type": "hub.message",
        "origin": origin,
        "kind": kind,
        "index": index,
        "payload": payload,
        "mac": mac,
    }


def _signature(origin: str, kind: str, index: bytes, payload: bytes) -> bytes:
    head = orjson.dumps([origin, kind, len(index)])
    return hmac.digest(_key(settings.SECRET_KEY), b"".join((head, index, payload)), "sha256")


@lru_cache(maxsize=4)
def _key(secret: str) -> bytes:
    return hmac.digest(secret.encode(), b"chatify.realtime.groups", "sha256")
