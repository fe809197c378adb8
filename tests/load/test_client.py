"""The load's client keeps the contract that it is there to hold servers to."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.load.client import Client
from tests.load.contract import SUBPROTOCOL
from tests.load.door import Account
from tests.load.journal import read

ROOM = "room"
Frame = dict[str, Any]
Play = Callable[["Played", int], Awaitable[None]]


class Played:
    """The server's end of one socket, played by a test."""

    def __init__(self, socket: ServerConnection, heard: list[Frame]) -> None:
        self.socket, self.heard = socket, heard

    async def take(self, kind: str) -> Frame:
        while True:
            frame: Frame = json.loads(await self.socket.recv())
            self.heard.append(frame)
            if frame["type"] == kind:
                return frame

    async def tell(self, kind: str, **fields: Any) -> None:
        await self.socket.send(json.dumps({"type": kind, **fields}))

    async def greet(self) -> Frame:
        hello = await self.take("hello")
        await self.tell("ready", epoch="e1", user="alice", heartbeat_ms=10_000)
        return hello

    async def end(self, code: int) -> None:
        await self.socket.close(code)


def event(seq: int) -> Frame:
    data = {"number": seq, "client_id": f"c{seq}"}
    return {
        "conversation": ROOM,
        "seq": seq,
        "event": "message.sent",
        "actor": "bob",
        "data": data,
        "digest": f"d{seq}",
    }


@asynccontextmanager
async def playing(play: Play, logs: Path) -> AsyncIterator[tuple[Client, list[Frame]]]:
    """A client connected to a server that plays `play` with the number of each socket."""
    heard: list[Frame] = []
    sockets = iter(range(1, 100))

    async def handler(socket: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            await play(Played(socket, heard), next(sockets))
        await socket.wait_closed()

    async with serve(handler, "127.0.0.1", 0, subprotocols=[Subprotocol(SUBPROTOCOL)]) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        account = Account("alice", "alice@load.test", "x", _token="t", _made=time.monotonic())
        client = Client(account, urls=[f"http://127.0.0.1:{port}"], logs=logs)
        client.start_from({ROOM: 1}, "e1")
        run = asyncio.create_task(client.run())
        try:
            yield client, heard
        finally:
            await client.stop()
            await asyncio.wait_for(run, 5)


async def come_true(what: Callable[[], object], seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while not what():
            await asyncio.sleep(0.02)


async def test_a_hole_is_asked_for_and_nothing_behind_it_applied_before(tmp_path: Path) -> None:
    async def play(server: Played, _: int) -> None:
        await server.greet()
        await server.tell("event", **event(2))
        await server.tell("event", **event(4))
        asked = await server.take("sync")
        assert asked["since"] == 2
        await server.tell("replay", conversation=ROOM, events=[event(3), event(4)], head=4)

    async with playing(play, tmp_path) as (client, _):
        await come_true(lambda: client.cursors[ROOM].seq == 4)
    (log,) = read(tmp_path)
    assert [record.fields["seq"] for record in log.of("event")] == [2, 3, 4]


async def test_a_head_beyond_what_came_is_asked_for(tmp_path: Path) -> None:
    async def play(server: Played, _: int) -> None:
        await server.greet()
        await server.tell("heartbeat", heads={ROOM: 2})
        assert (await server.take("sync"))["since"] == 1
        await server.tell("replay", conversation=ROOM, events=[event(2)], head=2)

    async with playing(play, tmp_path) as (client, _):
        await come_true(lambda: client.cursors[ROOM].seq == 2)


async def test_a_send_without_an_answer_leaves_again_under_the_same_id(tmp_path: Path) -> None:
    async def play(server: Played, socket: int) -> None:
        hello = await server.greet()
        assert hello["conversations"] == {ROOM: 1}
        said = await server.take("send")
        if socket == 1:
            await server.end(1011)
            return
        places = {"id": "m", "seq": 2, "number": 1, "duplicate": True}
        await server.tell("ack", client_id=said["client_id"], conversation=ROOM, **places)

    async with playing(play, tmp_path) as (client, heard):
        entry = client.send(ROOM, "hello")
        assert (await asyncio.wait_for(entry.done, 5))["seq"] == 2
        assert [frame["client_id"] for frame in heard if frame["type"] == "send"] == [entry.client_id] * 2


async def test_one_send_per_conversation_is_under_way_at_a_time(tmp_path: Path) -> None:
    async def play(server: Played, _: int) -> None:
        await server.greet()
        for number in (1, 2):
            said = await server.take("send")
            await asyncio.sleep(0.2)
            assert sum(frame["type"] == "send" for frame in server.heard) == number
            places = {"id": f"m{number}", "seq": number + 1, "number": number, "duplicate": False}
            await server.tell("ack", client_id=said["client_id"], conversation=ROOM, **places)

    async with playing(play, tmp_path) as (client, _):
        entries = [client.send(ROOM, "one"), client.send(ROOM, "two")]
        answers = await asyncio.wait_for(asyncio.gather(*(entry.done for entry in entries)), 5)
        assert [answer["number"] for answer in answers] == [1, 2]


async def test_a_rate_is_waited_out(tmp_path: Path) -> None:
    async def play(server: Played, _: int) -> None:
        await server.greet()
        said = await server.take("send")
        told = time.monotonic()
        await server.tell("error", code="rate", detail="slowly", client_id=said["client_id"], retry_ms=400)
        await server.take("send")
        assert time.monotonic() - told > 0.35
        await server.tell("error", code="invalid", detail="no", client_id=said["client_id"])

    async with playing(play, tmp_path) as (client, _):
        assert (await asyncio.wait_for(client.send(ROOM, "x").done, 5))["code"] == "invalid"


async def test_it_stays_away_when_the_session_is_over(tmp_path: Path) -> None:
    async def play(server: Played, _: int) -> None:
        await server.greet()
        await server.end(4003)

    async with playing(play, tmp_path) as (client, heard):
        await come_true(lambda: client.closes == [4003])
        await asyncio.sleep(1)
        assert len(heard) == 1


async def test_it_comes_back_when_the_goodbye_said(tmp_path: Path) -> None:
    async def play(server: Played, socket: int) -> None:
        await server.greet()
        if socket == 1:
            await server.tell("bye", after_ms=300)
            await server.end(4012)

    async with playing(play, tmp_path) as (client, _):
        await come_true(lambda: client.closes == [4012])
        closed = time.monotonic()
        await come_true(lambda: client.socket_number == 2)
        assert 0.2 < time.monotonic() - closed < 1
