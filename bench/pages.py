"""Pages and the API of somebody with a thousand conversations, at a steady rate, over a small and a large table."""

import argparse
import asyncio
import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import machine
from bench.report import Result, Table, percentile
from bench.visitor import Visitor
from tests.services.postgres import Postgres
from tests.services.server import Server

BACKENDS = ("sqlite", "postgresql")
PASSWORD = "a-thousand-conversations"
WARM_UP = 40
COLUMNS = ("database", "messages", "what", "p50 ms", "p95 ms", "p99 ms", "max ms", "server CPU ms")
NOTES = (
    "Open loop: a time counts from the moment when the request was meant to leave. One server process on the first "
    "core, the client on the last, PostgreSQL where there is room.",
    "CPU is of the server process, a request; growth is the large table's figure divided by the small one's.",
    "The visitor is in all conversations. Conversation pages, resumes and the rest go round the hundred latest ones.",
)
Figures = dict[str, dict[str, float]]


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--messages", type=int, help="in the large table; the small one has a tenth of it")
    parser.add_argument("--rate", type=float, default=30.0, help="requests a second")
    parser.add_argument("--seconds", type=float, help="for each of the five")
    parser.add_argument("--backend", choices=BACKENDS, action="append", help="default: both")
    ready = "measure these two, flooded before with --password a-thousand-conversations: the small, the large"
    parser.add_argument("--sqlite", nargs=2, metavar="FOLDER", help=ready)
    parser.add_argument("--postgresql", nargs=2, metavar="URL", help=ready)


async def measure(options: argparse.Namespace) -> Result:
    """Both tables of each database; what is missing is flooded first."""
    large = options.messages or (50_000 if options.quick else 1_000_000)
    seconds = options.seconds or (8.0 if options.quick else 30.0)
    figures: dict[str, Any] = {}
    for backend in options.backend or BACKENDS:
        found = [
            await _visited(backend, index, size, options, seconds)
            for index, size in enumerate((large // 10, large))
        ]
        figures[backend] = {"small": found[0], "large": found[1], "growth": growth(*found)}
    return Result(
        {"rate": options.rate, "messages": large, **figures}, tables_of(figures, large), notes=NOTES
    )


def growth(small: Figures, large: Figures) -> Figures:
    """How much more a request costs over the large table."""
    return {
        what: {
            name: round(large[what][name] / max(0.01, small[what][name]), 2) for name in ("p50_ms", "cpu_ms")
        }
        for what in small
    }


async def _visited(
    backend: str, index: int, messages: int, options: argparse.Namespace, seconds: float
) -> Figures:
    with _flooded(backend, index, messages, options) as server:
        visitor = Visitor(server.url, rate=options.rate)
        await asyncio.to_thread(visitor.sign_in, "flood-0@chatify.example", PASSWORD)
        machine.split_cores([server.pid])
        try:
            return {
                what: await _asked(visitor, server.pid, paths, seconds)
                for what, paths in visitor.journeys().items()
            }
        finally:
            machine.free_cores()


async def _asked(visitor: Visitor, pid: int, paths: list[str], seconds: float) -> dict[str, float]:
    await visitor.ask(paths, WARM_UP / visitor.rate)
    meter = machine.Meter([pid])
    times = await visitor.ask(paths, seconds)
    parts = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99, "max_ms": 1.0}
    told = {name: round(percentile(times, part) * 1000, 1) for name, part in parts.items()}
    return {**told, "cpu_ms": round(meter.seconds(pid) / len(times) * 1000, 2)}


@contextlib.contextmanager
def _flooded(backend: str, index: int, messages: int, options: argparse.Namespace) -> Iterator[Server]:
    """A server over so many messages; it and what was made for it end with the block."""
    ready = getattr(options, backend)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chatify-pages-")))
        server = Server(
            Path(ready[index]) if ready and backend == "sqlite" else folder,
            database_url=_database(ready and ready[index], stack) if backend == "postgresql" else None,
        )
        if not ready:
            server.manage("migrate", "--verbosity", "0")
            print(f"Flooding {backend} with {messages:,} messages …", flush=True)
            server.manage("flood", "--messages", str(messages), "--password", PASSWORD)
        stack.callback(server.close)
        yield server.start()


def _database(ready: str | None, stack: contextlib.ExitStack) -> str:
    if ready:
        return ready
    postgres = Postgres(durable=True)
    stack.callback(postgres.stop)
    return postgres.start().database()


def tables_of(figures: dict[str, Any], large: int) -> list[Table]:
    """Every figure, and the growth."""
    rows = [
        (backend, f"{size:,}", what, *told.values())
        for backend, found in figures.items()
        for name, size in (("small", large // 10), ("large", large))
        for what, told in found[name].items()
    ]
    grown = [
        (backend, what, told["p50_ms"], told["cpu_ms"])
        for backend, found in figures.items()
        for what, told in found["growth"].items()
    ]
    return [
        Table("Times of a request", COLUMNS, rows),
        Table("Growth by ten times the table", ("database", "what", "p50", "server CPU"), grown),
    ]
