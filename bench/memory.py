"""Idle memory of one serving process: alone, with 500 and with 5,000 greeted sockets, and whether they stay open."""

import argparse
import asyncio
import resource
import tempfile
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from bench import machine, worlds
from bench.report import Result
from bench.services import started
from bench.tabs import Tab, open_all
from tests.services.server import Server

PEOPLE, TALKS, MEMBERS = 500, 500, 20
STEPS = (500, 5000)
SETTLE_S = 12.0


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--minutes", type=float, default=0.5, help="how long the sockets are held open (0.5)")


async def measure(options: argparse.Namespace) -> Result:
    """On PostgreSQL and Redis; people have at most ten sockets each."""
    raise_open_files()
    steps = STEPS[:1] if options.quick else STEPS
    with started() as services, tempfile.TemporaryDirectory(prefix="chatify-bench-") as folder:
        server = Server(Path(folder) / "data", database_url=services.database(), redis_url=services.redis.url)
        server.data_dir.mkdir()
        with server:
            world = worlds.of(server, people=PEOPLE, conversations=TALKS, members=MEMBERS)
            await asyncio.sleep(3)
            return Result(await _grow(server, world, steps, options.minutes), notes=NOTES)


NOTES = (
    f"Each person is in {TALKS * MEMBERS // PEOPLE} conversations, all of which each of their sockets follows.",
    "An unexpected close is any that the client did not ask for.",
)


async def _grow(
    server: Server, world: worlds.World, steps: tuple[int, ...], minutes: float
) -> dict[str, Any]:
    idle = machine.rss_mib(server.pid)
    figures: dict[str, Any] = {"rss_idle_mib": round(idle, 1)}
    tabs: list[Tab] = []
    cookies = list(islice(cycle(world.cookies.values()), max(steps)))
    for count in steps:
        more = [Tab(server.port, cookie) for cookie in cookies[len(tabs) : count]]
        await open_all(more)
        tabs += more
        await asyncio.sleep(SETTLE_S)
        rss = machine.rss_mib(server.pid)
        figures[f"rss_{count}_mib"] = round(rss, 1)
        figures[f"kib_a_socket_{count}"] = round((rss - idle) * 1024 / count, 1)
    meter = machine.Meter([server.pid])
    await asyncio.sleep(minutes * 60)
    figures["held_minutes"] = minutes
    figures["idle_cpu_share"] = round(meter.share(server.pid), 3)
    figures["rss_after_mib"] = round(machine.rss_mib(server.pid), 1)
    figures["unexpected_closes"] = sum(len(tab.ended) for tab in tabs)
    for tab in tabs:
        tab.cut()
    return figures


def raise_open_files() -> None:
    """As many open sockets as the machine lets this process have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
