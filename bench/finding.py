"""Searches over a million messages: every operator, words in several scripts, by somebody who is everywhere or not."""

import argparse
import asyncio
import json
from typing import Any
from urllib.parse import urlencode

import requests

from bench import flooded as floods
from bench import machine
from bench.flooded import BACKENDS, PASSWORD, TIMES, flooded, timed, told
from bench.report import Result, Table, percentile
from bench.visitor import TIMEOUT_S, Visitor
from tests.services.server import Server, run_python

WHO = ("everywhere", "in many", "in one or two")
WORDS = (
    *("上海", "café", "10.0.0.1", "st", "the", "e", "Киев", "list-42", '"the budget"', "coffee -tea"),
    *("the meeting tomorrow", "therein", "xyzzyq", "stationen"),
)
"""The last three were never written: one of common pairs of letters, one of rare ones, one nearly like a common one."""
OPERATORS = (
    *(
        "from:me",
        "from:flood-7",
        "from:flood-7 café",
        "from:ada the",
        "to:me",
        "to:flood-7 st",
        "in:mail the",
    ),
    *(
        "in:chats 上海",
        "in:sent",
        "in:garden st",
        "in:flood-3",
        "has:link",
        "has:file",
        "has:image",
        "has:video",
    ),
    *("has:audio", "has:link st", "is:unread", "is:unread 上海", "is:read the", "is:starred", "is:pinned"),
    *(
        "is:edited",
        "is:mine",
        "-is:mine st",
        "-is:read café",
        "before:2026-06",
        "before:2026-06 st",
        "after:2026-06",
    ),
    *("after:2026-06 before:2026-07 上海", "after:today"),
)
COLUMNS = ("database", "who", "search", "found", *TIMES)
NOTES = (
    "The whole page of /search/, thirty results and the inbox beside them. Open loop, one server process on the first "
    "core, the client on the last, PostgreSQL where there is room; CPU is of the server process.",
    "Somebody who is everywhere is in all conversations; found is how many results the first page has.",
    "A search is asked for a few times only: its p95 is the slowest time. That of all searches of a person is one.",
)
RATE, SECONDS = 6.0, 0.7
"""Few enough that one search is over before the next, and so short that all of both databases take six minutes."""
ALL = "all searches"


def add_options(parser: argparse.ArgumentParser) -> None:
    floods.add_options(parser, tables=("the table",))
    parser.add_argument("--rate", type=float, default=RATE, help="searches a second")
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"for each search ({SECONDS})")
    parser.add_argument("--only", action="append", help="this search (again for more)")


async def measure(options: argparse.Namespace) -> Result:
    """Each database in turn."""
    messages = options.messages or (50_000 if options.quick else 1_000_000)
    figures: dict[str, Any] = {}
    for backend in options.backend or BACKENDS:
        ready = getattr(options, backend)
        with flooded(backend, ready and ready[0], messages=messages) as server:
            figures[backend] = await _searched(server, options)
    worst = {backend: worst_of(found) for backend, found in figures.items()}
    return Result({"messages": messages, "worst_p95": worst, **figures}, tables_of(figures), notes=NOTES)


async def _searched(server: Server, options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    marked = run_python("-m", "bench.marking", env=server.env).stdout
    emails = json.loads(marked.splitlines()[-1])
    searches = options.only or [*WORDS, *OPERATORS]
    found: dict[str, dict[str, Any]] = {}
    for who, email in zip(WHO, emails, strict=True):
        visitor = Visitor(server.url, rate=options.rate)
        await asyncio.to_thread(visitor.sign_in, email, PASSWORD)
        machine.split_cores([server.pid])
        try:
            found[who] = await _all(server, visitor, searches, options.seconds)
        finally:
            machine.free_cores()
    return found


async def _all(server: Server, visitor: Visitor, searches: list[str], seconds: float) -> dict[str, Any]:
    """Each search, and all of them together."""
    figures: dict[str, Any] = {}
    every: list[float] = []
    spent: list[float] = []
    for q in searches:
        found = await asyncio.to_thread(_found, server, visitor, q)
        path = f"/search/?{urlencode({'q': q})}"
        times, cpu = await timed(visitor, server.pid, [path], warm_up=1, seconds=seconds)
        figures[q] = {"found": found, **told(times), "cpu_ms": cpu}
        every += times
        spent.append(cpu)
    return {ALL: {"found": "", **told(every), "cpu_ms": round(sum(spent) / len(spent), 2)}, **figures}


def _found(server: Server, visitor: Visitor, q: str) -> int:
    answer = requests.get(f"{server.url}/api/v1/search", {"q": q}, headers=visitor.headers, timeout=TIMEOUT_S)
    answer.raise_for_status()
    return sum(item["kind"] == "message" for item in answer.json()["items"])


def worst_of(found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The slowest search, and the middle one."""
    all_of_them = [
        (one["p95_ms"], f"{q} ({who})") for who, ones in found.items() for q, one in ones.items() if q != ALL
    ]
    slowest, name = max(all_of_them)
    return {
        "p95_ms": slowest,
        "of": name,
        "middle_p95_ms": percentile([value for value, _ in all_of_them], 0.5),
    }


def tables_of(figures: dict[str, Any]) -> list[Table]:
    """Every search, and the slowest ones."""
    rows = [
        (backend, who, q if q == ALL else f"`{q}`", *one.values())
        for backend, found in figures.items()
        for who, ones in found.items()
        for q, one in ones.items()
    ]
    worst = [(backend, *worst_of(found).values()) for backend, found in figures.items()]
    return [
        Table("The slowest", ("database", "p95 ms", "of", "middle p95 ms"), worst),
        Table("Times of a search", COLUMNS, rows),
    ]
