"""Sends and fan-out over sockets, ours and what people would pick instead, on one machine in one go."""

import argparse
from functools import partial
from typing import Any

from bench import end_to_end, nodes, ratios, rounds, services, steady
from bench.report import Result, Table
from tests.services.processes import Unavailable

PARTS = ("end_to_end", "steady")
NOTES = (
    "Servers run on the first core, the load client on the last, PostgreSQL (fsync on) and Redis where there is room.",
    "Latency counts from the intended moment of a send. Every body has 300 bytes; ours is the largest event around it.",
    "Ratios are ours divided by the peer's: more is better, but for cpu_per_message less is.",
)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--only", choices=PARTS, action="append", help="this part (again for more)")
    parser.add_argument(
        "--peers", action=argparse.BooleanOptionalAction, default=True, help="measure peers too"
    )
    parser.add_argument("--backend", choices=steady.BACKENDS, action="append", help="of steady; default: all")
    parser.add_argument("--rate", type=float, default=100.0, help="of steady, in sends a second")


async def measure(options: argparse.Namespace) -> Result:
    """The wanted parts; `ratios` has all six names whatever was measured."""
    wanted = options.only or PARTS
    peers, notes = with_peers(options)
    figures: dict[str, Any] = {"peers": nodes.versions() if peers else None}
    tables: list[Table] = []
    if "end_to_end" in wanted:
        figures["end_to_end"] = await sends(quick=options.quick, peers=peers)
        tables.append(table_of("End to end, 200 sockets in rooms of 10", figures["end_to_end"]))
    if "steady" in wanted:
        seconds = 10.0 if options.quick else 60.0
        backends = options.backend or steady.BACKENDS
        figures["steady"] = {
            name: await steady.measure(name, seconds=seconds, rate=options.rate) for name in backends
        }
        tables.append(steady_table(figures["steady"]))
    return Result(figures, tables, ratios_of(figures), [*NOTES, *notes])


def with_peers(options: argparse.Namespace) -> tuple[bool, list[str]]:
    """Whether peers can be measured, and why not."""
    if not options.peers:
        return False, ["Measured without peers, as wanted."]
    try:
        nodes.install()
    except Unavailable as reason:
        print(f"Measuring ours alone: {reason}", flush=True)
        return False, [f"Measured without peers: {reason}"]
    return True, []


async def sends(*, quick: bool, peers: bool) -> dict[str, Any]:
    """End to end, by the server's name."""
    openings = {**end_to_end.OURS, **(end_to_end.PEERS if peers else {})}
    with services.started() as running:
        measures = {
            name: partial(end_to_end.measure, opening, running, seconds=1.0 if quick else 3.0)
            for name, opening in openings.items()
        }
        return await rounds.alternated(measures, rounds=1 if quick else 3, by="rate")


def ratios_of(figures: dict[str, Any]) -> dict[str, float | None]:
    """The six, as far as the figures go."""
    found = figures.get("end_to_end", {})
    ours, transaction, insert = (found.get(name) for name in ("ours json", end_to_end.TX, end_to_end.INSERT))
    return ratios.of(
        end_to_end_tx=ratios.between(ours, transaction, "rate"),
        end_to_end_insert=ratios.between(ours, insert, "rate"),
        cpu_per_message=ratios.between(ours, transaction, "server_cpu_us"),
    )


def table_of(title: str, found: dict[str, Any]) -> Table:
    """One server a row."""
    columns = (
        "server",
        "messages/s",
        "server CPU µs",
        "database CPU µs",
        "ack p50/p99/max ms",
        "lost/dup/reorder",
    )
    rows = [
        (
            name,
            one["rate"],
            one.get("server_cpu_us"),
            one.get("database_cpu_us"),
            triple(one.get("ack")),
            "/".join(str(one.get(what)) for what in ("lost", "dup", "reorder")),
        )
        for name, one in found.items()
    ]
    return Table(title, columns, rows)


def steady_table(found: dict[str, Any]) -> Table:
    """One database a row."""
    columns = (
        "database",
        "load",
        "ack p50/p99/max ms",
        "delivery p50/p99/max ms",
        "server CPU µs a send",
        "verdict",
    )
    rows = [
        (
            name,
            one["load"],
            triple(one["ack"]),
            triple(one["delivery"]),
            one["server_cpu_us_per_send"],
            one["verdict"],
        )
        for name, one in found.items()
    ]
    return Table("Ack and delivery at a steady rate", columns, rows)


def triple(spread: dict[str, float] | None) -> str | None:
    """p50, p99 and the maximum in one cell."""
    return f"{spread['p50_ms']} / {spread['p99_ms']} / {spread['max_ms']}" if spread else None
