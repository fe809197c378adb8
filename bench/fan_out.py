"""One event to 500 and 1,000 sockets of one room, told by another process through Redis: the highest rate of events."""

import contextlib
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from typing import Any

from bench import driving, machine, nodes, search, worlds
from bench.client.adapters import Seat
from bench.driving import Lines
from bench.search import Step
from bench.services import Services
from tests.services.server import Server

SIZES = (500, 1000)
SOCKETS_A_PERSON = 10
ROOM = "room-0"
BODY = 300
BURST = 60
LEAD_S = 0.05
GRACE_S = 3.0


@dataclass
class Target:
    """A server with its crowd, and the process that publishes. `first` numbers the events over all runs."""

    client: Lines
    publisher: Lines
    server_pid: int
    sockets: int
    first: int = 0

    async def run(self, count: int, rate: float) -> dict[str, Any]:
        """What the crowd heard of `count` events at `rate` (0: all at once)."""
        began = time.monotonic() + LEAD_S
        told = {"first": self.first, "count": count, "rate": rate, "began": began}
        self.first += count
        self.publisher.say(**told, room=ROOM, size=BODY)
        heard = await self.client.ask(do="listen", **told, grace=GRACE_S)
        await self.publisher.answer()
        return heard


Opening = Callable[[Services, int], AbstractAsyncContextManager[Target]]


@contextlib.asynccontextmanager
async def ours(services: Services, sockets: int) -> AsyncIterator[Target]:
    """`manage.py serve`, and a second process of ours that publishes. Ten sockets a person: no more are let in."""
    people = sockets // SOCKETS_A_PERSON
    with Server(database_url=services.ours, redis_url=services.redis.url) as server:
        world = worlds.of(server, people=people, conversations=1, members=people)
        ((conversation, members),) = world.conversations.items()
        chairs = [person for person in members for _ in range(SOCKETS_A_PERSON)]
        seats = [Seat(person, (conversation,), world.cookies[person]) for person in chairs]
        machine.pin(server.pid, machine.first_core())
        command = (sys.executable, "-m", "bench.publisher", conversation, members[0])
        async with (
            driving.crowd("chatify", server.port, seats, size=BODY) as client,
            driving.lines(*command, name="the publisher", env=server.env) as publisher,
        ):
            await publisher.answer()
            yield Target(client, publisher, server.pid, sockets)


@contextlib.asynccontextmanager
async def node(
    services: Services, sockets: int, *, script: str, way: str, adapter: str
) -> AsyncIterator[Target]:
    """A peer on Node, and the emitter in another process."""
    env = {"REDIS_URL": services.redis.url, "STORE": "none", "WAY": way}
    emitter = ("node", str(nodes.PEERS / "emitter.js"))
    async with (
        nodes.serving(script, env) as server,
        driving.crowd(adapter, server.port, seats_in_a_room(sockets), size=BODY) as client,
        driving.lines(*emitter, name="the emitter", env=nodes.environment(env)) as publisher,
    ):
        await publisher.answer()
        yield Target(client, publisher, server.pid, sockets)


@contextlib.asynccontextmanager
async def ceiling(services: Services, sockets: int) -> AsyncIterator[Target]:
    """What the client can take: a server in C that writes and does nothing else."""
    async with driving.lines(sys.executable, "-m", "bench.ceiling", name="the ceiling") as server:
        port = (await server.answer())["port"]
        machine.pin(server.pid, machine.first_core())
        async with driving.crowd("plain", port, seats_in_a_room(sockets), size=BODY) as client:
            yield Target(client, server, server.pid, sockets)


def seats_in_a_room(sockets: int) -> list[Seat]:
    """For servers that let everybody in."""
    return [Seat(f"u{index}", (ROOM,)) for index in range(sockets)]


OURS = "ours"
PEER = "Socket.IO with its Redis adapter"
CEILING = "picows, the ceiling of the client"
ALONE: dict[str, Opening] = {OURS: ours, CEILING: ceiling}
WS = "bare ws"
PEERS: dict[str, Opening] = {
    PEER: partial(node, script="socketio.js", way="socketio", adapter="socketio"),
    WS: partial(node, script="ws.js", way="ws", adapter="plain"),
}


async def measure(
    opening: Opening, services: Services, sockets: int, *, seconds: float, most: int
) -> dict[str, Any]:
    """The highest rate of one server in deliveries a second, in at most `most` tries, and latencies at half of it."""
    async with opening(services, sockets) as target:
        for _ in range(2):  # the first one warms
            burst = await target.run(BURST, 0)
        about = BURST / burst["seconds"]
        found, _ = await search.highest(partial(_step, target, seconds), start=about * 0.85, most=most)
        if found is None:
            return {"deliveries_s": 0, "held": False, "burst": burst}
        step = await search.held(partial(_step, target, 2 * seconds), found, most=most)
        half = await _step(target, seconds, step.rate / 2)
    return {
        "deliveries_s": round(step.rate * sockets),
        "held": step.kept_up,
        **step.figures,
        "burst_deliveries_s": round(about * sockets),
        "half_load": half.figures["delivery"],
    }


async def _step(target: Target, seconds: float, rate: float) -> Step:
    meter = machine.Meter([target.server_pid, target.client.pid, target.publisher.pid])
    figures = await target.run(max(10, int(rate * seconds)), rate)
    figures |= {
        "events_s": rate,
        "server_cpu_us": round(meter.seconds(target.server_pid) / max(1, figures["deliveries"]) * 1e6, 2),
        "server_share": round(meter.share(target.server_pid), 2),
        "client_share": round(meter.share(target.client.pid), 2),
        "publisher_share": round(meter.share(target.publisher.pid), 2),
    }
    return Step(rate, figures, kept_up(figures))


def kept_up(figures: dict[str, Any]) -> bool:
    """Everything delivered, nobody thrown out, and 99 of 100 within the limit."""
    missing = figures["lost"] or figures["closed"]
    return not missing and figures["delivery"]["p99_ms"] < search.LATEST_MS
