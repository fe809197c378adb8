"""Many open sockets, and what each of them heard."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from typing import Any

from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from bench.client.adapters import DIGITS, MARK, Adapter, Seat

AT_ONCE = 50
GREETED_WITHIN_S = 20.0
START, END = len(MARK), len(MARK) + DIGITS


class Line(WSListener):
    """One socket. `marks` are the digits of the events in the order of their coming, `times` when each came."""

    def __init__(self, crowd: "Crowd", seat: Seat) -> None:
        self.crowd = crowd
        self.seat = seat
        self.marks: list[bytes] = []
        self.times: list[float] = []
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: Any = None

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        if said := self.crowd.adapter.opening(self.seat):
            self.say(said)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        payload = frame.get_payload_as_bytes()
        at = payload.find(MARK)
        if at >= 0:
            self.times.append(time.monotonic())
            self.marks.append(payload[at + START : at + END])
        elif frame.msg_type is WSMsgType.TEXT:
            self._understand(payload)
        elif frame.msg_type is WSMsgType.CLOSE:
            transport.disconnect()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.crowd.closed += 1
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(f"{self.seat.user} was not let in"))

    def say(self, payload: bytes) -> None:
        self.transport.send(WSMsgType.TEXT, payload)

    def _understand(self, payload: bytes) -> None:
        adapter = self.crowd.adapter
        if not self.ready.done():
            said, ready = adapter.greeting(self.seat, payload)
            if said:
                self.say(said)
            if ready:
                self.ready.set_result(None)
        elif (index := adapter.acknowledged(payload)) is not None:
            self.crowd.acknowledged(index)
        elif adapter.refused(payload):
            self.crowd.refused += 1
        elif said := adapter.reply(payload):
            self.say(said)


class Crowd:
    """The sockets of one server. `acks` has the time of the first acknowledgement by the index of the send."""

    def __init__(self, adapter: Adapter, port: int) -> None:
        self.adapter = adapter
        self.port = port
        self.lines: list[Line] = []
        self.rooms: dict[str, list[Line]] = {}
        self.acks: dict[int, float] = {}
        self.refused = 0
        self.closed = 0
        self.on_ack: Any = None

    async def open(self, seats: Iterable[Seat]) -> None:
        """Connect and greet them all. ConnectionError when one is turned away, TimeoutError when it is not greeted."""
        places = asyncio.Semaphore(AT_ONCE)

        async def one(seat: Seat) -> Line:
            async with places:
                return await self._connect(seat)

        self.lines = list(await asyncio.gather(*(one(seat) for seat in seats)))
        for line in self.lines:
            for room in line.seat.rooms:
                self.rooms.setdefault(room, []).append(line)

    def acknowledged(self, index: int) -> None:
        self.acks.setdefault(index, time.monotonic())
        if self.on_ack is not None:
            self.on_ack(index)

    def forget(self) -> None:
        """What was heard so far belongs to an earlier run."""
        self.acks.clear()
        self.refused = self.closed = 0
        for line in self.lines:
            line.marks.clear()
            line.times.clear()

    def heard(self) -> int:
        """Events heard, over all sockets."""
        return sum(len(line.marks) for line in self.lines)

    def close(self) -> None:
        for line in self.lines:
            line.transport.send_close(WSCloseCode.OK)
            line.transport.disconnect()

    async def _connect(self, seat: Seat) -> Line:
        url = f"ws://127.0.0.1:{self.port}{self.adapter.path()}"
        headers: Sequence[tuple[str, str]] = list(self.adapter.headers(seat, self.port).items())
        _, line = await ws_connect(lambda: Line(self, seat), url, extra_headers=headers)
        async with asyncio.timeout(GREETED_WITHIN_S):
            await line.ready
        return line
