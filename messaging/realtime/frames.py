"""What the server says: frames of protocol v1, encoded once and shared by every socket they go to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from messaging.events import JOINED, LEFT, ReadState, Withheld, hidden
from messaging.operations.log import Sent
from messaging.operations.scheduled import Held
from messaging.realtime import render

Event = dict[str, Any]
JSON_ONLY = ("json", "")


class Frame:
    """One text frame: bytes ready for the wire for our server, text for other ASGI servers."""

    __slots__ = ("_start", "wire")

    def __init__(self, payload: bytes) -> None:
        head = _head(len(payload))
        self._start = len(head)
        self.wire = head + payload
        """A whole unmasked text frame (RFC 6455, 5.2); legal while no extension is negotiated."""

    @property
    def text(self) -> str:
        return self.wire[self._start :].decode()


def _head(size: int) -> bytes:
    if size < 126:
        return b"\x81" + bytes((size,))
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2, "big")
    return b"\x81\x7f" + size.to_bytes(8, "big")


def encode(fields: Mapping[str, Any]) -> Frame:
    return Frame(orjson.dumps(fields))


@dataclass(slots=True)
class Format:
    """How a client wants events: `json`, or `html` in a language. Equal keys get equal bytes."""

    kind: str
    language: str
    key: tuple[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.key = (self.kind, self.language) if self.kind == "html" else JSON_ONLY


class Packet:
    """An event on its way. Its JSON is made once and shared by every frame, and by the layer.

    `json` is None when only its place is known and the row must be read. `only` is
    the one person who may see it, where it is withheld from all others.
    """

    __slots__ = (
        "_event",
        "_frames",
        "conversation",
        "joins",
        "json",
        "kind",
        "leaves",
        "only",
        "seq",
        "version",
    )

    def __init__(self, conversation: str, seq: int, version: int, event: Event | None) -> None:
        self.conversation = conversation
        self.seq = seq
        self.version = version
        self.json = None if event is None else orjson.dumps(event)
        self.kind: str | None = event["event"] if event else None
        self.leaves = _about(LEFT, event)
        self.joins = _about(JOINED, event)
        self.only: str | None = event["actor"] if isinstance(event, Withheld) else None
        self._event = event
        self._frames: dict[tuple[str, str], Frame] = {}

    @classmethod
    def of(cls, event: Event, version: int = 0) -> "Packet":
        return cls(event["conversation"], event["seq"], version, event)

    @classmethod
    def heard(
        cls,
        conversation: str,
        seq: int,
        version: int,
        json: bytes | None,
        *,
        kind: str | None,
        leaves: str | None,
        joins: str | None,
    ) -> "Packet":
        """An event as another process encoded it."""
        packet = cls(conversation, seq, version, None)
        packet.json, packet.kind, packet.leaves, packet.joins = json, kind, leaves, joins
        return packet

    @property
    def event(self) -> Event | None:
        """The public event object."""
        if self._event is None and self.json is not None:
            self._event = orjson.loads(self.json)
        return self._event

    def frame_for(self, user: str, format: Format) -> Frame:
        """What this person gets of it."""
        return (
            self.frame(format)
            if self.only in (None, user)
            else Frame(b'{"type":"event",' + _hidden(self, format)[1:])
        )

    def shown_to(self, user: str, format: Format) -> bytes:
        """The JSON of what this person gets of it."""
        return self.shown(format) if self.only in (None, user) else _hidden(self, format)

    def frame(self, format: Format) -> Frame:
        """Encoded once per format and language with a listener."""
        frame = self._frames.get(format.key)
        if frame is None:
            frame = self._frames[format.key] = Frame(b'{"type":"event",' + self.shown(format)[1:])
        return frame

    def shown(self, format: Format) -> bytes:
        """The JSON of the event object, with `html` for clients that asked for it."""
        plain = self.json or b"{}"
        if format.kind != "html":
            return plain
        html = render.event(self.event or {}, format.language)
        return plain[:-1] + b',"html":' + orjson.dumps(html) + b"}"

    @property
    def plain(self) -> bool:
        """Whether it is here, for everybody, and changes nothing about who may read what follows."""
        return self.json is not None and self.leaves is None and self.joins is None and self.only is None

    def removes(self, user: str) -> bool:
        """Whether this is the last event that this person may see."""
        return self.leaves == user


def _hidden(packet: Packet, format: Format) -> bytes:
    """A place in the order, and nothing more."""
    shown = hidden({"conversation": packet.conversation, "seq": packet.seq})
    return orjson.dumps({**shown, "html": ""} if format.kind == "html" else shown)


def _about(kind: str, event: Event | None) -> str | None:
    """The person of a `member` event of this kind; None for any other event."""
    if event is None or event["event"] != kind:
        return None
    user = event["data"].get("user")
    return user.get("id") if isinstance(user, dict) else user


def ready(*, epoch: str, user: UUID, heartbeat_ms: int) -> Frame:
    return encode({"type": "ready", "epoch": epoch, "user": str(user), "heartbeat_ms": heartbeat_ms})


def ack(sent: Sent | Held) -> Frame:
    return encode(sent.shape())


def error(
    code: str,
    detail: str,
    *,
    client_id: str | None = None,
    conversation: str | None = None,
    retry_ms: int | None = None,
) -> Frame:
    told = {"client_id": client_id, "conversation": conversation, "retry_ms": retry_ms}
    known = {name: value for name, value in told.items() if value is not None}
    return encode({"type": "error", "code": code, "detail": detail, **known})


def level(conversation: str, head: int) -> Frame:
    return encode({"type": "level", "conversation": conversation, "head": head})


def reset(conversation: str, head: int) -> Frame:
    return encode({"type": "reset", "conversation": conversation, "head": head})


def replay(
    conversation: str, packets: Iterable[Packet], head: int, format: Format, *, reader: str = ""
) -> Frame:
    """Without a reader only what is for everybody is shown."""
    shown = b",".join([packet.shown_to(reader, format) for packet in packets])
    start = orjson.dumps({"type": "replay", "conversation": conversation, "head": head})
    return Frame(start[:-1] + b',"events":[' + shown + b"]}")


def receipt(state: ReadState) -> Frame:
    return encode(
        {
            "type": "receipt",
            "conversation": str(state.conversation),
            "user": str(state.user),
            "delivered": state.delivered,
            "read": state.read,
        }
    )


def typing(conversation: str, user: str) -> Frame:
    return encode({"type": "typing", "conversation": conversation, "user": user})


def presence(user: str, *, online: bool, last_seen: str | None) -> Frame:
    return encode({"type": "presence", "user": user, "online": online, "last_seen": last_seen})


def inbox(conversation: str) -> Frame:
    return encode({"type": "inbox", "conversation": conversation})


def notify(shape: Mapping[str, Any]) -> Frame:
    return encode({"type": "notify", **shape})


def notices(waiting: int) -> Frame:
    return encode({"type": "notices", "waiting": waiting})


def heartbeat(heads: Mapping[str, int]) -> Frame:
    return encode({"type": "heartbeat", "heads": heads})


def bye(after_ms: int) -> Frame:
    return encode({"type": "bye", "after_ms": after_ms})
