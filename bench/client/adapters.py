"""How each server is greeted, spoken to and understood. A body carries a mark, by which its event is known anywhere."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

MARK = b"%%"
DIGITS = 8


@dataclass(frozen=True)
class Seat:
    """One socket to open: who sits there and in which rooms. `cookie` signs in where the server wants that."""

    user: str
    rooms: tuple[str, ...]
    cookie: str = ""


def body_of(index: int, size: int) -> str:
    """A plain text of `size` bytes that carries the index of a send."""
    mark = f"{MARK.decode()}{index:0{DIGITS}d} "
    words = "the quick brown fox jumps over the lazy dog and "
    return (mark + words * (size // len(words) + 1))[:size]


def mark_in(payload: bytes) -> bytes | None:
    """The digits of the mark, or None for a frame that carries no event."""
    at = payload.find(MARK)
    return payload[at + len(MARK) : at + len(MARK) + DIGITS] if at >= 0 else None


class Adapter(Protocol):
    """The protocol of a server, without state: a socket keeps whether it was greeted."""

    def path(self) -> str: ...
    def headers(self, seat: Seat, port: int) -> Mapping[str, str]: ...
    def opening(self, seat: Seat) -> bytes | None:
        """What is said first, or None where the server speaks first."""

    def greeting(self, seat: Seat, payload: bytes) -> tuple[bytes | None, bool]:
        """For a frame before the greeting is over: what to answer, and whether the socket is ready."""

    def send(self, room: str, index: int, body: str) -> bytes: ...
    def acknowledged(self, payload: bytes) -> int | None:
        """The index of the send that this frame acknowledges."""

    def refused(self, payload: bytes) -> bool: ...
    def reply(self, payload: bytes) -> bytes | None:
        """What a living client must answer to this frame (a ping of the server's)."""


class Chatify:
    """Protocol v1 (docs/socket.md), json or html events."""

    def __init__(self, format: str = "json") -> None:
        self._format = format

    def path(self) -> str:
        return "/ws/"

    def headers(self, seat: Seat, port: int) -> Mapping[str, str]:
        return {
            "Cookie": seat.cookie,
            "Origin": f"http://127.0.0.1:{port}",
            "Sec-WebSocket-Protocol": "chatify.v1",
        }

    def opening(self, seat: Seat) -> bytes | None:
        hello = {"epoch": None, "conversations": {}, "format": self._format, "language": "en"}
        return json.dumps({"type": "hello", **hello}).encode()

    def greeting(self, seat: Seat, payload: bytes) -> tuple[bytes | None, bool]:
        return None, json.loads(payload)["type"] == "ready"

    def send(self, room: str, index: int, body: str) -> bytes:
        return (
            b'{"type":"send","conversation":"%s","client_id":"00000000-0000-4000-8000-%012d","body":"%s"}'
            % (room.encode(), index, body.encode())
        )

    def acknowledged(self, payload: bytes) -> int | None:
        if not payload.startswith(b'{"type":"ack"'):
            return None
        return int(json.loads(payload)["client_id"][-12:])

    def refused(self, payload: bytes) -> bool:
        return payload.startswith(b'{"type":"error"')

    def reply(self, payload: bytes) -> bytes | None:
        return None


class SocketIO:
    """Socket.IO 4 over engine.io 4, websocket transport only."""

    def path(self) -> str:
        return "/socket.io/?EIO=4&transport=websocket"

    def headers(self, seat: Seat, port: int) -> Mapping[str, str]:
        return {}

    def opening(self, seat: Seat) -> bytes | None:
        return None

    def greeting(self, seat: Seat, payload: bytes) -> tuple[bytes | None, bool]:
        if payload.startswith(b"0"):
            return b"40" + json.dumps({"user": seat.user, "rooms": seat.rooms}).encode(), False
        return None, payload.startswith(b"40")

    def send(self, room: str, index: int, body: str) -> bytes:
        return b'42%d["send",{"room":"%s","id":"%d","body":"%s"}]' % (
            index,
            room.encode(),
            index,
            body.encode(),
        )

    def acknowledged(self, payload: bytes) -> int | None:
        if not payload.startswith(b"43"):
            return None
        return int(payload[2 : payload.index(b"[")])

    def refused(self, payload: bytes) -> bool:
        return payload.startswith((b"41", b"44"))

    def reply(self, payload: bytes) -> bytes | None:
        return b"3" if payload == b"2" else None


class Plain:
    """Plain JSON over a bare websocket: the bare `ws` peer, stock Channels, and the client's own ceiling."""

    def path(self) -> str:
        return "/ws/"

    def headers(self, seat: Seat, port: int) -> Mapping[str, str]:
        return {}

    def opening(self, seat: Seat) -> bytes | None:
        return json.dumps({"type": "join", "user": seat.user, "rooms": seat.rooms}).encode()

    def greeting(self, seat: Seat, payload: bytes) -> tuple[bytes | None, bool]:
        return None, json.loads(payload)["type"] == "joined"

    def send(self, room: str, index: int, body: str) -> bytes:
        return b'{"type":"send","room":"%s","id":%d,"body":"%s"}' % (room.encode(), index, body.encode())

    def acknowledged(self, payload: bytes) -> int | None:
        return json.loads(payload)["id"] if b'"ack"' in payload[:24] else None

    def refused(self, payload: bytes) -> bool:
        return b'"error"' in payload[:24]

    def reply(self, payload: bytes) -> bytes | None:
        return None


ADAPTERS: dict[str, Callable[[], Adapter]] = {
    "chatify": Chatify,
    "chatify-html": lambda: Chatify("html"),
    "socketio": SocketIO,
    "plain": Plain,
}
