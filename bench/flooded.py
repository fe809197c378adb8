"""A server over a flooded database, and how long it takes somebody who is in all of its conversations."""

import argparse
import asyncio
import contextlib
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from bench import machine
from bench.report import percentile
from bench.visitor import Visitor
from tests.services.postgres import Postgres
from tests.services.server import SQLITE, Server, run_python

BACKENDS = ("sqlite", "postgresql")
FIRST, PASSWORD = "flood-0@chatify.example", "a-thousand-conversations"
PARTS = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99, "max_ms": 1.0}
SOON, MOST_SECONDS, RESTS_BELOW = timedelta(minutes=2), 180.0, 0.1
WAITING = (
    "SELECT (SELECT count(*) FROM messaging_unsettled) + count(*) FROM jobs_job "
    "WHERE done_at IS NULL AND failed_at IS NULL AND due < '{until}'"
)
TIMES = ("p50 ms", "p95 ms", "p99 ms", "max ms", "server CPU ms")


def add_options(parser: argparse.ArgumentParser, *, tables: Sequence[str]) -> None:
    """The databases, and tables that were flooded before."""
    parser.add_argument("--messages", type=int, help="in the large table (1,000,000)")
    parser.add_argument("--backend", choices=BACKENDS, action="append", help="default: both")
    ready = f"measure what was flooded before with --password {PASSWORD}: {', '.join(tables)}"
    parser.add_argument("--sqlite", nargs=len(tables), metavar="FOLDER", help=ready)
    parser.add_argument("--postgresql", nargs=len(tables), metavar="URL", help=ready)


@contextlib.contextmanager
def flooded(backend: str, ready: str | None, **sizes: int) -> Iterator[Server]:
    """A server over `ready`, a folder or a URL, or over a new flood of these sizes, which ends with the block."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chatify-flooded-", dir="/tmp")))
        server = Server(
            Path(ready) if ready and backend == "sqlite" else folder,
            database_url=(ready or _database(stack)) if backend == "postgresql" else None,
        )
        if not ready:
            server.manage("migrate", "--verbosity", "0")
            wanted = [word for name, size in sizes.items() for word in (f"--{name}", str(size))]
            print(f"Flooding {backend}: {' '.join(wanted)} …", flush=True)
            server.manage("flood", *wanted, "--password", PASSWORD)
            run_python("-m", "bench.quieting", env=server.env)
        stack.callback(server.close)
        yield server.start()


def _database(stack: contextlib.ExitStack) -> str:
    postgres = Postgres(durable=True)
    stack.callback(postgres.stop)
    return postgres.start().database()


async def rested(server: Server) -> bool:
    """Wait until the server has done what nobody asked it for, which over a flood is to tell a thousand people what
    they missed. It rests when no work is due soon and it uses little of its core for two seconds. False where three
    minutes were not enough."""
    until = time.monotonic() + MOST_SECONDS
    while time.monotonic() < until:
        meter = machine.Meter([server.pid])
        await asyncio.sleep(2)
        if meter.share(server.pid) < RESTS_BELOW and not await asyncio.to_thread(_waiting, server):
            return True
    return False


def _waiting(server: Server) -> int:
    """How much work is due soon, and how many batches of the log nobody was told of."""
    sql = WAITING.format(until=(datetime.now(UTC) + SOON).strftime("%Y-%m-%d %H:%M:%S.%f"))
    if url := server.env.get("DATABASE_URL"):
        with psycopg.connect(url, options="-c timezone=UTC") as connection:
            (number,) = connection.execute(sql.encode()).fetchone() or (0,)
    else:
        with contextlib.closing(sqlite3.connect(server.data_dir / SQLITE)) as database:
            (number,) = database.execute(sql).fetchone()
    return int(number)


async def asked(
    visitor: Visitor, pid: int, paths: list[str], *, warm_up: int, seconds: float
) -> dict[str, float]:
    """Times of these paths in turn, and what one costs the server."""
    times, cpu = await timed(visitor, pid, paths, warm_up=warm_up, seconds=seconds)
    return {**told(times), "cpu_ms": cpu}


async def timed(
    visitor: Visitor, pid: int, paths: list[str], *, warm_up: int, seconds: float
) -> tuple[list[float], float]:
    """Every time of these paths in turn, and milliseconds of CPU that one costs the server."""
    await visitor.ask(paths, warm_up / visitor.rate)
    meter = machine.Meter([pid])
    times = await visitor.ask(paths, seconds)
    return times, round(meter.seconds(pid) / len(times) * 1000, 2)


def told(times: list[float]) -> dict[str, float]:
    """What of many times is told, in milliseconds."""
    return {name: round(percentile(times, part) * 1000, 1) for name, part in PARTS.items()}
