"""Ack and delivery times at a steady rate, memory and start times of one server process.

Open loop: every time counts from the moment a send was meant to leave, so a server that stalls is charged for
everything that piled up behind the stall.
"""

import asyncio
import contextlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import machine
from bench.report import spread
from tests.faults import checker
from tests.load.client import Client
from tests.load.driver import conclude
from tests.load.fleet import Fleet, World
from tests.load.outbox import Entry
from tests.services.postgres import Postgres
from tests.services.redis import Redis
from tests.services.server import Server, run_python

BACKENDS = ("sqlite", "postgresql")
CONVERSATIONS, MEMBERS = 10, 10
BODY = "x" * 260
WARM_UP_S = 2.0


async def measure(backend: str, *, seconds: float, rate: float) -> dict[str, Any]:
    """All figures of one backend; `postgresql` runs with Redis."""
    with services(backend) as environment, tempfile.TemporaryDirectory(prefix="chatify-bench-") as folder:
        server = Server(Path(folder) / "data", **environment)
        server.data_dir.mkdir()
        starts = start_times(server)
        try:
            await asyncio.sleep(3)
            idle = round(machine.rss_mib(server.pid), 1)
            steady = await steady_load(server, Path(folder) / "logs", seconds, rate)
        finally:
            server.close()
    return {"start": starts, "rss_idle_mib": idle, **steady}


@contextlib.contextmanager
def services(backend: str) -> Iterator[dict[str, Any]]:
    """The services of a backend, as arguments of Server."""
    if backend == "sqlite":
        yield {}
        return
    postgres, redis = Postgres().start(), Redis().start()
    try:
        yield {"database_url": postgres.database(), "redis_url": redis.url}
    finally:
        redis.stop()
        postgres.stop()


def start_times(server: Server) -> dict[str, float]:
    """Seconds until ready: on an empty database (migrations included), then again."""
    times = {}
    for name in ("first_s", "second_s"):
        began = time.monotonic()
        server.start()
        times[name] = round(time.monotonic() - began, 2)
        if name == "first_s":
            server.stop()
    return times


async def steady_load(server: Server, logs: Path, seconds: float, rate: float) -> dict[str, Any]:
    """Groups of ten, everybody connected, sends at the rate, in turn over conversations and authors."""
    world = make_world(server)
    run = Run()
    async with Fleet(world, [server.url], logs, heard=run.heard) as fleet:
        await run.send(fleet, WARM_UP_S, rate)
        run.forget()
        cores = machine.split_cores([server.pid])
        meter = machine.Meter([server.pid, os.getpid()])
        await run.send(fleet, seconds, rate)
        cpu = {"server": meter.share(server.pid), "client": meter.share(os.getpid())}
        per_message = meter.seconds(server.pid) / max(1, len(run.entries)) * 1e6
        machine.free_cores()
        connected = machine.rss_mib(server.pid)
        level = await conclude(fleet)
    verdict = checker.check(database_of(server), logs, [level])
    shutil.rmtree(logs)
    return {
        "load": f"{CONVERSATIONS} conversations × {MEMBERS} members connected, {rate:g} sends/s for {seconds:g} s",
        "body_bytes": len(BODY),
        "cores": cores,
        "cpu_share": {name: round(value, 2) for name, value in cpu.items()},
        "server_cpu_us_per_send": round(per_message),
        "rss_connected_mib": round(connected, 1),
        "ack": spread(run.acks()),
        "delivery": {"count": len(run.delays), **spread(run.delays)},
        "verdict": str(verdict),
    }


def make_world(server: Server) -> World:
    """A hundred people in ten groups."""
    sizes = ["--people", str(CONVERSATIONS * MEMBERS), "--conversations", str(CONVERSATIONS)]
    made = run_python("-m", "tests.load.world", *sizes, "--members", str(MEMBERS), env=server.env)
    return World.parse(json.loads(made.stdout.splitlines()[-1]))


def database_of(server: Server) -> str:
    """What the checker reads."""
    return server.env.get("DATABASE_URL") or f"sqlite:///{server.data_dir / 'chatify.sqlite3'}"


class Run:
    """Sends on time and remembers when each was meant to leave, was acknowledged and arrived."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.delays: list[float] = []
        self._acked: dict[str, float] = {}
        self._intended: dict[str, tuple[float, str]] = {}

    def forget(self) -> None:
        """What was sent so far was for warming up."""
        self.entries.clear()
        self.delays.clear()
        self._acked.clear()
        self._intended.clear()

    async def send(self, fleet: Fleet, seconds: float, rate: float) -> None:
        """Send for so long; returns when everything is acknowledged."""
        began = time.monotonic() + 0.05
        names = list(fleet.world.conversations)
        for index in range(int(seconds * rate)):
            intended = began + index / rate
            await asyncio.sleep(max(0.0, intended - time.monotonic()))
            conversation = names[index % len(names)]
            members = fleet.of(conversation)
            self._send_one(members[index // len(names) % len(members)], conversation, intended)
        await asyncio.wait_for(asyncio.gather(*(entry.done for entry in self.entries)), 60)
        await asyncio.sleep(0.5)

    def _send_one(self, sender: Client, conversation: str, intended: float) -> None:
        entry = sender.send(conversation, BODY)
        self.entries.append(entry)
        self._intended[entry.client_id] = (intended, sender.account.id)
        entry.done.add_done_callback(lambda _: self._acked.setdefault(entry.client_id, time.monotonic()))

    def heard(self, client: Client, event: dict[str, Any], now: float) -> None:
        """An event arrived; the author's own echo is no delivery."""
        intended, sender = self._intended.get(event["data"].get("client_id"), (None, None))
        if intended is not None and sender != client.account.id:
            self.delays.append(now - intended)

    def acks(self) -> list[float]:
        """Seconds from the intended moment to the acknowledgement, per send."""
        return [at - self._intended[client_id][0] for client_id, at in self._acked.items()]
