"""µs of CPU of every step of a send, for 300 plain bytes, alone and in a batch of 50."""

import argparse
import asyncio
import contextlib
import json
import tempfile
from pathlib import Path

from bench import services
from bench.report import Result, Table
from tests.services.server import Server, run_python

DATABASES = ("sqlite", "postgresql")
BATCHES = (1, 50)
BODY = 300
NOTES = (
    "CPU of our process only: waiting for the disk and the database's own work are not in it.",
    "Not in the table: the loop's turns, the hop to the batcher's thread and back, and the kernel's writes.",
)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--only", choices=DATABASES, action="append", help="this database (again for more)")


async def measure(options: argparse.Namespace) -> Result:
    """One column a database and batch size, one row a step."""
    found: dict[str, dict[str, float]] = {}
    for database in options.only or DATABASES:
        for batch in BATCHES:
            rounds = (60 if options.quick else 300) if batch == 1 else (10 if options.quick else 60)
            steps = await asyncio.to_thread(profiled, database, batch, rounds)
            found[f"{database}, batch of {batch}"] = steps | {"sum": round(sum(steps.values()), 1)}
    return Result({"us_per_send": found}, [table(found)], notes=NOTES)


def profiled(database: str, batch: int, rounds: int) -> dict[str, float]:
    """µs a send by step, from a fresh database."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="chatify-bench-", dir="/tmp"))
        running = stack.enter_context(services.started()) if database == "postgresql" else None
        server = Server(Path(folder), database_url=running.database() if running else None)
        server.manage("migrate", "--verbosity", "0")
        done = run_python("-m", "bench.steps", str(BODY), str(batch), str(rounds), env=server.env)
        steps: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return steps


def table(found: dict[str, dict[str, float]]) -> Table:
    """Steps down, databases and batches across."""
    steps = list(next(iter(found.values()), {}))
    rows = [(step, *(one.get(step) for one in found.values())) for step in steps]
    return Table(f"µs a send, {BODY} plain bytes", ("step", *found), rows)
