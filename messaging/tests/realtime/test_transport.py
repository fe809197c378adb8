"""Our server's protocol: messages straight to the socket, in order, and no more of them than are wanted."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any
from unittest.mock import Mock

import pytest
import uvicorn
from uvicorn.server import ServerState
from websockets.frames import Frame, Opcode

from messaging.realtime.outlet import EXTENSION
from messaging.realtime.protocol import Close
from messaging.realtime.transport import SocketProtocol

UPGRADE = (
    b"GET /ws/ HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDAwMDAwMDAwMDAwMDAwMA==\r\n\r\n"
)


def masked(data: str | bytes, opcode: Opcode = Opcode.TEXT, *, fin: bool = True) -> bytes:
    return Frame(opcode, data.encode() if isinstance(data, str) else data, fin=fin).serialize(mask=True)


class Line:
    """A connection whose other end is the test."""

    def __init__(self, *, early: bytes = b"") -> None:
        self.heard: list[str | None] = []
        self.on_text: Callable[[str | None], object] = self.heard.append
        self.transport = Mock(is_closing=Mock(return_value=False))
        self.asgi: list[dict[str, Any]] = []
        config = uvicorn.Config(self.app, ws_per_message_deflate=False, ws_max_size=65_536, lifespan="off")
        config.load()
        config.loaded_app = self.app
        self.protocol = SocketProtocol(config, ServerState(), {})
        self.protocol.connection_made(self.transport)
        self.protocol.data_received(UPGRADE)
        if early:
            self.protocol.data_received(early)

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        scope["extensions"][EXTENSION].listen(lambda text: self.on_text(text))
        while True:
            self.asgi.append(await receive())

    def say(self, *data: bytes) -> None:
        self.protocol.data_received(b"".join(data))

    @property
    def written(self) -> bytes:
        return b"".join(call.args[0] for call in self.transport.write.call_args_list)


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    made = Line()
    await asyncio.sleep(0.01)
    yield made
    for task in made.protocol.tasks:
        task.cancel()


async def test_texts_arrive_at_once_and_without_asgi(line: Line) -> None:
    line.say(masked("one"), masked("zwei ü"))
    assert line.heard == ["one", "zwei ü"]
    assert not line.asgi and not line.protocol.read_paused


async def test_a_message_in_parts_keeps_its_place(line: Line) -> None:
    line.say(masked("a"), masked("b1", fin=False), masked(b"ping", Opcode.PING), masked("b2", Opcode.CONT))
    line.say(masked("c"))
    assert line.heard == ["a", "b1b2", "c"]


async def test_a_text_inside_anothers_parts_is_against_the_protocol(line: Line) -> None:
    line.say(masked("part", fin=False), masked("whole"))
    assert line.heard == []
    assert b"\x03\xea" in line.written  # 1002


async def test_a_binary_message_is_heard_as_such(line: Line) -> None:
    line.say(masked(b"\x00", Opcode.BINARY))
    assert line.heard == [None]


async def test_bytes_that_are_no_text_end_it(line: Line) -> None:
    line.say(masked(b"\xff\xfe"), masked("after"))
    assert line.heard == []
    assert b"\x03\xef" in line.written  # 1007


async def test_a_paused_line_says_nothing_more_until_it_is_resumed(line: Line) -> None:
    door = line.protocol.door
    assert door is not None

    def first_only(text: str | None) -> None:
        line.heard.append(text)
        door.pause()

    line.on_text = first_only
    line.say(masked("one"), masked("two"), masked("three"))
    assert line.heard == ["one"]
    line.transport.pause_reading.assert_called_once()
    line.on_text = line.heard.append
    door.resume()
    line.transport.resume_reading.assert_called_once()
    await asyncio.sleep(0)
    assert line.heard == ["one", "two", "three"]


async def test_what_breaks_on_a_frame_ends_that_socket(line: Line) -> None:
    def broken(text: str | None) -> None:
        raise ZeroDivisionError

    line.on_text = broken
    line.say(masked("one"), masked("two"))
    assert int(Close.SERVER).to_bytes(2, "big") in line.written


async def test_who_speaks_before_the_handshake_is_over_goes_by_asgi_in_order() -> None:
    frame = masked("one")
    line = Line(early=frame[:4])
    await asyncio.sleep(0.01)
    line.say(frame[4:], masked("two"))
    await asyncio.sleep(0.01)
    assert [message["text"] for message in line.asgi] == ["one", "two"]
    assert not line.heard
    for task in line.protocol.tasks:
        task.cancel()


async def test_a_door_is_free_only_while_the_peer_reads_and_the_line_is_open(line: Line) -> None:
    door = line.protocol.door
    assert door is not None and door.free
    line.protocol.pause_writing()
    assert not door.free
    line.protocol.resume_writing()
    assert door.free
    line.protocol.end(Close.RESTART)
    assert not door.free
    line.protocol.resume_writing()
    assert not door.free


async def test_a_line_that_is_lost_is_not_free(line: Line) -> None:
    line.protocol.connection_lost(None)
    await asyncio.sleep(0.01)
    assert line.protocol.door is not None and not line.protocol.door.free
    assert [message["type"] for message in line.asgi] == ["websocket.disconnect"]
