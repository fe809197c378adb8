"""A thousand sockets cut at once: seconds until all are level again, and what each costs the database.

Three cuts: nothing was missed; each missed a few events that this process delivered lately; the same after the server
was killed, so that nothing is remembered. Tabs come back with the page's own jitter.
"""

import argparse
import asyncio
import random
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from bench import machine, worlds
from bench.memory import raise_open_files
from bench.report import Result, percentile
from bench.services import started
from bench.tabs import Tab, open_all
from tests.services.server import Server, run_python

PEOPLE, TALKS, MEMBERS = 200, 200, 20
BEHIND_TALKS, BEHIND_EVENTS = 5, 4
SEED = 7


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sockets", type=int, default=1000, help="how many tabs (1000)")


async def measure(options: argparse.Namespace) -> Result:
    """On PostgreSQL and Redis, one serving process."""
    count = 200 if options.quick else options.sockets
    raise_open_files()
    with started() as services, tempfile.TemporaryDirectory(prefix="chatify-bench-") as folder:
        statements = Path(folder) / "statements"
        server = Server(
            Path(folder) / "data",
            database_url=services.database(),
            redis_url=services.redis.url,
            env={"BENCH_STATEMENTS": str(statements)},
            entry=("-m", "bench.counted"),
        )
        server.data_dir.mkdir()
        with server:
            world = worlds.of(server, people=PEOPLE, conversations=TALKS, members=MEMBERS)
            return Result(await _cuts(server, statements, _tabs(server, world, count), world), notes=NOTES)


NOTES = (
    f"Each person is in {TALKS * MEMBERS // PEOPLE} conversations; a tab that is behind lacks "
    f"{BEHIND_EVENTS} events in each of {BEHIND_TALKS} of them.",
    "Statements are all that the process executed from the cut until all were level, less what it executes idle.",
)


def _tabs(server: Server, world: worlds.World, count: int) -> list[Tab]:
    cookies = islice(cycle(world.cookies.items()), count)
    talks = {person: [] for person in world.cookies}  # type: dict[str, list[str]]
    for talk, members in world.conversations.items():
        for member in members:
            talks[member].append(talk)
    tabs = []
    for person, cookie in cookies:
        tab = Tab(server.port, cookie)
        tab.heads = dict.fromkeys(talks[person], 0)
        tabs.append(tab)
    return tabs


async def _cuts(server: Server, statements: Path, tabs: list[Tab], world: worlds.World) -> dict[str, Any]:
    await open_all(tabs)
    await asyncio.to_thread(_fill, server, world)
    await asyncio.sleep(3)
    idle = await _idle_rate(statements)
    figures: dict[str, Any] = {"sockets": len(tabs), "idle_statements_per_s": round(idle, 1)}
    figures["level"] = await _cut(server, statements, tabs, idle, behind=False)
    figures["behind_remembered"] = await _cut(server, statements, tabs, idle, behind=True)
    figures["behind_after_kill"] = await _cut(server, statements, tabs, idle, behind=True, kill=True)
    figures["rss_mib"] = round(machine.rss_mib(server.pid), 1)
    return figures


def _fill(server: Server, world: worlds.World) -> None:
    """A few messages in each conversation, announced to the server by the layer."""
    run_python("-m", "bench.herd_talk", str(BEHIND_EVENTS + 1), *world.conversations, env=server.env)


async def _idle_rate(statements: Path) -> float:
    before = int(statements.read_text())
    await asyncio.sleep(5)
    return (int(statements.read_text()) - before) / 5


async def _cut(
    server: Server, statements: Path, tabs: list[Tab], idle: float, *, behind: bool, kill: bool = False
) -> dict[str, Any]:
    chance = random.Random(SEED)
    before = 0 if kill else int(statements.read_text())
    for tab in tabs:
        tab.level.clear()
        tab.cut()
        tab.replayed = 0
        for talk in list(tab.heads)[:BEHIND_TALKS] if behind else ():
            tab.heads[talk] -= BEHIND_EVENTS
    began = time.monotonic()
    restart = asyncio.create_task(asyncio.to_thread(_restart, server)) if kill else None
    meter = None if kill else machine.Meter([server.pid])
    await asyncio.gather(*(tab.come_back(chance) for tab in tabs))
    times = [(tab.level_at or began) - began for tab in tabs]
    figures = {"seconds_p50": round(percentile(times, 0.5), 2), "seconds_all": round(max(times), 2)}
    figures["events_replayed_each"] = round(sum(tab.replayed for tab in tabs) / len(tabs), 1)
    if restart:
        await restart
    if meter:
        figures["server_cpu_s"] = round(meter.seconds(server.pid), 2)
    await asyncio.sleep(0.5)
    asked = int(statements.read_text()) - before - idle * (time.monotonic() - began)
    figures["statements_each"] = round(max(0.0, asked) / len(tabs), 3)
    await asyncio.sleep(5)
    return figures


def _restart(server: Server) -> None:
    server.kill()
    server.start()
