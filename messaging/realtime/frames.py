"""What the server says: frames of protocol v1, encoded once and shared by every socket they go to."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from messaging.events import JOINED, LEFT, ReadState
from messaging.operations.log import Sent
from messaging.realtime import render

Event = dict[str, Any]
JSON_ONLY = ("json", "")


class Frame:
    """One text frame: as text for ASGI servers, as bytes ready for the wire for ours."""

    __slots__ = ("_wire", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._wire: bytes | None = None

    @property
    def wire(self) -> bytes:
        """A whole unmasked text frame (RFC 6455, 5.2); legal while no extension is negotiated."""
        if self._wire is None:
            self._wire = _framed(self.text.encode())
        return self._wire


def _framed(payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        return b"\x81" + bytes((size,)) + payload
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload


def encode(fields: Mapping[str, Any]) -> Frame:
    return Frame(json.dumps(fields, ensure_ascii=False, separators=(",", ":")))


@dataclass(frozen=True, slots=True)
class Format:
    """How a client wants events: `json`, or `html` in a language."""

    kind: str
    language: str

    @property
    def key(self) -> tuple[str, str]:
        return (self.kind, self.language) if self.kind == "html" else JSON_ONLY


class Packet:
    """An event on its way. `event` is None when only its place is known and the row must be read."""

    __slots__ = ("_frames", "conversation", "event", "seq", "version")

    def __init__(self, conversation: str, seq: int, version: int, event: Event | None) -> None:
        self.conversation = conversation
        self.seq = seq
        self.version = version
        self.event = event
        self._frames: dict[tuple[str, str], Frame] = {}

    @classmethod
    def of(cls, event: Event, version: int = 0) -> "Packet":
        return cls(event["conversation"], event["seq"], version, event)

    def frame(self, format: Format) -> Frame:
        """Encoded once per format and language with a listener."""
        frame = self._frames.get(format.key)
        if frame is None:
            frame = self._frames[format.key] = encode({"type": "event", **self.shown(format)})
        return frame

    def shown(self, format: Format) -> Event:
        """The event object, with `html` for clients that asked for it."""
        event = self.event or {}
        if format.kind != "html":
            return event
        return {**event, "html": render.event(event, format.language)}

    def removes(self, user: str) -> bool:
        """Whether this is the last event that this person may see."""
        return self._about(LEFT) == user

    @property
    def lets_in(self) -> str | None:
        """Who becomes a member with this event."""
        return self._about(JOINED)

    def _about(self, kind: str) -> str | None:
        if self.event is None or self.event["event"] != kind:
            return None
        user = self.event["data"].get("user")
        return user.get("id") if isinstance(user, dict) else user


def ready(*, epoch: str, user: UUID, heartbeat_ms: int) -> Frame:
    return encode({"type": "ready", "epoch": epoch, "user": str(user), "heartbeat_ms": heartbeat_ms})


def ack(sent: Sent) -> Frame:
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


def replay(conversation: str, events: Iterable[Event], head: int, format: Format) -> Frame:
    shown = [Packet.of(event).shown(format) for event in events]
    return encode({"type": "replay", "conversation": conversation, "events": shown, "head": head})


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


def heartbeat(heads: Mapping[str, int]) -> Frame:
    return encode({"type": "heartbeat", "heads": heads})


def bye(after_ms: int) -> Frame:
    return encode({"type": "bye", "after_ms": after_ms})
