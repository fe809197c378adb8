"""Sends from 200 sockets into 20 conversations of ten: the highest rate with an ack p99 below 100 ms."""

import contextlib
import sys
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
from tests.services.processes import clean_environment
from tests.services.server import Server

SOCKETS, ROOMS = 200, 20
BODY = 300
WINDOW = 200
GRACE_S = 3.0


@dataclass(frozen=True)
class Target:
    """A running server with its crowd: who is asked, and whose CPU counts."""

    client: Lines
    server_pid: int
    services: Services


Opening = Callable[[Services], AbstractAsyncContextManager[Target]]


@contextlib.asynccontextmanager
async def ours(services: Services, *, format: str) -> AsyncIterator[Target]:
    """`manage.py serve` as shipped, its limits off."""
    with Server(database_url=services.ours, redis_url=services.redis.url) as server:
        world = worlds.of(server, people=SOCKETS, conversations=ROOMS, members=SOCKETS // ROOMS)
        seats = [
            Seat(person, (room,), world.cookies[person])
            for room, members in world.conversations.items()
            for person in members
        ]
        adapter = "chatify" if format == "json" else f"chatify-{format}"
        machine.pin(server.pid, machine.first_core())
        async with driving.crowd(adapter, server.port, seats, size=BODY) as client:
            yield Target(client, server.pid, services)


@contextlib.asynccontextmanager
async def socket_io(services: Services, *, store: str) -> AsyncIterator[Target]:
    """Socket.IO with `pg`, storing in a transaction with a counter (`tx`) or by a bare `insert`."""
    env = {"DATABASE_URL": services.database(), "REDIS_URL": services.redis.url, "STORE": store}
    async with nodes.serving("socketio.js", env) as node:
        seats = [Seat(f"u{index}", (f"room-{index % ROOMS}",)) for index in range(SOCKETS)]
        async with driving.crowd("socketio", node.port, seats, size=BODY) as client:
            yield Target(client, node.pid, services)


@contextlib.asynccontextmanager
async def stock_channels(services: Services) -> AsyncIterator[Target]:
    """A consumer a socket in Channels' groups, one ORM transaction a message, on uvicorn."""
    env = clean_environment(
        DATABASE_URL=services.database(),
        REDIS_URL=services.redis.url,
        DJANGO_SETTINGS_MODULE="bench.peers.stock.settings",
    )
    async with driving.lines(
        sys.executable, "-m", "bench.peers.stock", name="stock Channels", env=env
    ) as server:
        port = (await server.answer())["port"]
        machine.pin(server.pid, machine.first_core())
        seats = [Seat(f"u{index}", (f"room-{index % ROOMS}",)) for index in range(SOCKETS)]
        async with driving.crowd("plain", port, seats, size=BODY) as client:
            yield Target(client, server.pid, services)


TX = "Socket.IO + pg, counter and insert in a transaction"
INSERT = "Socket.IO + pg, bare insert"
JSON, HTML = "ours json", "ours html"
OURS: dict[str, Opening] = {JSON: partial(ours, format="json"), HTML: partial(ours, format="html")}
PEERS: dict[str, Opening] = {
    TX: partial(socket_io, store="tx"),
    INSERT: partial(socket_io, store="insert"),
}
FLOOR: dict[str, Opening] = {"stock Channels on uvicorn": stock_channels}


async def measure(opening: Opening, services: Services, *, seconds: float, most: int) -> dict[str, Any]:
    """The highest rate of one server in at most `most` tries, with latencies, CPU and what went missing."""
    async with opening(services) as target:
        await target.client.ask(do="closed_loop", seconds=0.7, window=WINDOW)  # warms caches and compilers
        about = await target.client.ask(do="closed_loop", seconds=1.0, window=WINDOW)
        found, _ = await search.highest(
            partial(_step, target, seconds), start=about["rate"] * 0.85, most=most
        )
        if found is None:
            return {"rate": 0.0, "held": False, "closed_loop_rate": about["rate"]}
        step = await search.held(partial(_step, target, 2 * seconds), found, most=most)
        return {"closed_loop_rate": round(about["rate"]), "held": step.kept_up, **step.figures}


async def _step(target: Target, seconds: float, rate: float) -> Step:
    meter = machine.Meter([target.server_pid, target.client.pid])
    database = machine.TreeMeter(target.services.postgres.pid)
    figures = await target.client.ask(do="at_rate", rate=rate, seconds=seconds, grace=GRACE_S)
    sent = max(1, figures["sent"])
    figures |= {
        "server_cpu_us": round(meter.seconds(target.server_pid) / sent * 1e6, 1),
        "database_cpu_us": round(database.seconds() / sent * 1e6, 1),
        "server_share": round(meter.share(target.server_pid), 2),
        "client_share": round(meter.share(target.client.pid), 2),
    }
    return Step(rate, figures, kept_up(figures))


def kept_up(figures: dict[str, Any]) -> bool:
    """Everything acknowledged and delivered, nobody thrown out, and 99 of 100 within the limit."""
    missing = ("unacked", "lost", "refused", "closed")
    return not any(figures[name] for name in missing) and figures["ack"]["p99_ms"] < search.LATEST_MS
