"""Pages and the API of somebody with a thousand conversations, at a steady rate, over a small and a large table."""

import argparse
import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any

from bench import flooded as floods
from bench import machine
from bench.flooded import BACKENDS, FIRST, PASSWORD, TIMES, asked, flooded, rested
from bench.report import Result, Table
from bench.visitor import Visitor

WARM_UP = 40
COLUMNS = ("database", "messages", "what", *TIMES)
NOTES = (
    "Open loop: a time counts from the moment when the request was meant to leave. One server process on the first "
    "core, the client on the last, PostgreSQL where there is room.",
    "CPU is of the server process, a request; growth is the large table's figure divided by the small one's.",
    "Nothing is measured before the server rests: what it has to do by itself, as to tell a thousand people what they "
    "missed, would count as the requests'. Of a new flood nobody is told.",
    "The visitor is in all conversations. Conversation pages, resumes and the rest go round the hundred latest ones.",
    "The inbox of many is another flood, of five thousand conversations with twenty messages each.",
)
MANY = {"conversations": 5_000, "messages": 100_000, "people": 5_000}
Figures = dict[str, dict[str, float]]


def add_options(parser: argparse.ArgumentParser) -> None:
    floods.add_options(
        parser, tables=("the small one, a tenth of it", "the large one", "that of 5,000 conversations")
    )
    parser.add_argument("--rate", type=float, default=30.0, help="requests a second")
    parser.add_argument("--seconds", type=float, help="for each of the six")


async def measure(options: argparse.Namespace) -> Result:
    """Both tables of each database; what is missing is flooded first."""
    large = options.messages or (50_000 if options.quick else 1_000_000)
    seconds = options.seconds or (8.0 if options.quick else 30.0)
    figures: dict[str, Any] = {}
    for backend in options.backend or BACKENDS:
        tables: list[dict[str, int]] = [{"messages": large // 10}, {"messages": large}]
        small, full = [
            await _visited(backend, index, size, options, seconds) for index, size in enumerate(tables)
        ]
        many = await _visited(backend, 2, _many(options), options, seconds, only=("inbox", "unread"))
        figures[backend] = {"small": small, "large": full, "growth": growth(small, full), "many": many}
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


def _many(options: argparse.Namespace) -> dict[str, int]:
    return {name: size // 10 for name, size in MANY.items()} if options.quick else MANY


async def _visited(
    backend: str,
    index: int,
    sizes: dict[str, int],
    options: argparse.Namespace,
    seconds: float,
    *,
    only: Sequence[str] = (),
) -> Figures:
    ready = getattr(options, backend)
    with flooded(backend, ready and ready[index], **sizes) as server:
        visitor = Visitor(server.url, rate=options.rate)
        await asyncio.to_thread(visitor.sign_in, FIRST, PASSWORD)
        machine.split_cores([server.pid])
        try:
            if not await rested(server):
                print(f"{backend}: the server still has work of its own, which counts as that of requests.")
            return {
                what: await _told(
                    backend, what, asked(visitor, server.pid, paths, warm_up=WARM_UP, seconds=seconds)
                )
                for what, paths in visitor.journeys().items()
                if not only or what in only
            }
        finally:
            machine.free_cores()


async def _told(backend: str, what: str, measuring: Awaitable[dict[str, float]]) -> dict[str, float]:
    """What was measured, and a line that says so: all of it takes a while."""
    found = await measuring
    print(f"{backend}, {what}: p95 {found['p95_ms']} ms, {found['cpu_ms']} ms of CPU", flush=True)
    return found


def tables_of(figures: dict[str, Any], large: int) -> list[Table]:
    """Every figure, and the growth."""
    sizes = {"small": f"{large // 10:,}", "large": f"{large:,}", "many": "5,000 conversations"}
    rows = [
        (backend, size, what, *told.values())
        for backend, found in figures.items()
        for name, size in sizes.items()
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
