"""Durable sends a second from 50 senders: ours by group commit, the peers a transaction each; SQLite and PostgreSQL."""

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from bench import driving, machine, nodes, ratios, rounds, services
from bench.driving import Lines
from bench.report import Result, Table, spread, triple
from bench.rounds import Measure
from tests.services.server import Server

DATABASES = ("sqlite", "postgresql")
SENDERS, ROOMS, BODY = 50, 25, 300
OURS_SQLITE, PEER_SQLITE = "ours, SQLite FULL", "better-sqlite3, SQLite FULL"
NOTES = (
    "Ours is the whole operation: validation, markup, the duplicate check, event, digest and read state; the peers "
    "insert a row and advance a counter.",
)


def add_options(parser: argparse.ArgumentParser) -> None:
    nodes.add_option(parser)
    parser.add_argument("--only", choices=DATABASES, action="append", help="this database (again for more)")


async def measure(options: argparse.Namespace) -> Result:
    """Every store in turn; `ratios` has `sqlite_store`."""
    peers, notes = nodes.wanted(options)
    seconds, times = (3.0, 1) if options.quick else (5.0, 3)
    found: dict[str, Any] = {}
    with contextlib.ExitStack() as stack:
        stores: dict[str, Measure] = {}
        if "sqlite" in (options.only or DATABASES):
            stores |= sqlite_stores(peers, seconds)
        if "postgresql" in (options.only or DATABASES):
            stores |= postgres_stores(stack.enter_context(services.started()), peers, seconds)
        found = await rounds.alternated(stores, rounds=times, by="rate")
    figures = {"peers": nodes.versions() if peers else None, "store": found}
    return Result(figures, [table(found)], ratios.of(sqlite_store=ratio(found)), [*NOTES, *notes])


def sqlite_stores(peers: bool, seconds: float) -> dict[str, Measure]:
    """By name."""
    theirs: dict[str, Measure] = {PEER_SQLITE: partial(_peer_on_sqlite, seconds)}
    return {OURS_SQLITE: partial(_ours, None, seconds), **(theirs if peers else {})}


def postgres_stores(running: services.Services, peers: bool, seconds: float) -> dict[str, Measure]:
    """By name."""
    theirs: dict[str, Measure] = {
        "pg, counter and insert in a transaction": partial(_peer_on_postgres, running, "tx", seconds),
        "pg, bare insert": partial(_peer_on_postgres, running, "insert", seconds),
    }
    return {"ours, PostgreSQL": partial(_ours, running, seconds), **(theirs if peers else {})}


def ratio(found: dict[str, Any]) -> float | None:
    """`sqlite_store`: our sends a second to better-sqlite3's."""
    return ratios.between(found.get(OURS_SQLITE), found.get(PEER_SQLITE), "rate")


def table(found: dict[str, Any]) -> Table:
    """One store a row."""
    rows = [(name, one["rate"], one["cpu_us"], triple(one["kept"])) for name, one in found.items()]
    columns = ("store", "sends/s", "process CPU µs a send", "kept after p50/p99/max ms")
    return Table(f"Durable sends from {SENDERS} senders, {BODY} bytes", columns, rows)


async def _ours(running: services.Services | None, seconds: float) -> dict[str, Any]:
    with _folder() as folder:
        server = Server(folder, database_url=running.database() if running else None)
        server.manage("migrate", "--verbosity", "0")
        async with driving.lines(
            sys.executable, "-m", "bench.storing", name="our store", env=server.env
        ) as child:
            return await _run(child, seconds)


async def _peer_on_sqlite(seconds: float) -> dict[str, Any]:
    with _folder() as folder:
        return await _peer({"WAY": "sqlite", "FILE": str(folder / "peer.sqlite3")}, seconds)


async def _peer_on_postgres(running: services.Services, way: str, seconds: float) -> dict[str, Any]:
    return await _peer({"WAY": way, "DATABASE_URL": running.database()}, seconds)


async def _peer(env: dict[str, str], seconds: float) -> dict[str, Any]:
    command = ("node", str(nodes.PEERS / "store.js"))
    async with driving.lines(*command, name="store.js", env=nodes.environment(env)) as child:
        return await _run(child, seconds)


async def _run(child: Lines, seconds: float) -> dict[str, Any]:
    await child.answer()
    machine.pin(child.pid, machine.first_core())
    how = {"senders": SENDERS, "rooms": ROOMS, "size": BODY}
    await child.ask(seconds=0.5, **how)  # warms
    meter = machine.Meter([child.pid])
    told = await child.ask(seconds=seconds, **how)
    return {
        "rate": round(told["count"] / told["seconds"]),
        "cpu_us": round(meter.seconds(child.pid) / max(1, told["count"]) * 1e6, 1),
        "kept": spread(told["took"]),
    }


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="chatify-bench-", dir="/tmp") as folder:
        yield Path(folder)
