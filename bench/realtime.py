"""Sends and fan-out over sockets, ours and what people would pick instead, on one machine in one go."""

import argparse
from functools import partial
from typing import Any

from bench import end_to_end, fan_out, nodes, ratios, rounds, search, services, steady, store
from bench.report import Result, Table, triple
from bench.rounds import Measure
from bench.services import Services

QUICK = ("fan_out", "end_to_end", "sqlite_store")
PARTS = ("fan_out", "end_to_end", "sqlite_store", "steady")
NOTES = (
    "Servers run on the first core, the load client on the last, PostgreSQL (fsync on) and Redis where there is room.",
    "Latency counts from the intended moment of a send. Every body has 300 bytes; ours is the largest event around it.",
    "Ratios are ours divided by the peer's: more is better, but for cpu_per_message less is.",
    "The peers run without compression, over websocket only, with prepared statements and a pool of ten connections.",
)


def add_options(parser: argparse.ArgumentParser) -> None:
    nodes.add_option(parser)
    parser.add_argument("--only", choices=PARTS, action="append", help="this part (again for more)")
    parser.add_argument("--backend", choices=steady.BACKENDS, action="append", help="of steady; default: all")
    parser.add_argument("--rate", type=float, default=100.0, help="of steady, in sends a second")


async def measure(options: argparse.Namespace) -> Result:
    """The wanted parts; `ratios` has all six names whatever was measured."""
    wanted = options.only or (QUICK if options.quick else PARTS)
    peers, notes = nodes.wanted(options)
    figures: dict[str, Any] = {"peers": nodes.versions() if peers else None}
    with services.started() as running:
        if "fan_out" in wanted:
            figures["fan_out"] = await fanned(running, quick=options.quick, peers=peers)
        if "end_to_end" in wanted:
            figures["end_to_end"] = await sends(running, quick=options.quick, peers=peers)
    if "sqlite_store" in wanted:
        seconds, times = (2.0, 1) if options.quick else (5.0, 3)
        stores = store.sqlite_stores(peers, seconds)
        figures["sqlite_store"] = await rounds.alternated(stores, rounds=times, by="rate")
    if "steady" in wanted:
        figures["steady"] = await steadily(options)
    return Result(figures, tables_of(figures), ratios_of(figures), [*NOTES, *notes])


async def fanned(running: Services, *, quick: bool, peers: bool) -> dict[str, Any]:
    """Fan-out by the number of sockets and the server's name."""
    most = search.FEW_STEPS if quick else search.MOST_STEPS
    found: dict[str, Any] = {}
    for sockets in fan_out.SIZES:
        openings = {**fan_out.ALONE, **(fan_out.PEERS if peers else {})}
        if quick:  # what the ratios are made of
            openings = {name: openings[name] for name in (fan_out.OURS, fan_out.PEER) if name in openings}
        measures: dict[str, Measure] = {
            name: partial(
                fan_out.measure, opening, running, sockets, seconds=0.5 if quick else 2.0, most=most
            )
            for name, opening in openings.items()
        }
        found[str(sockets)] = await rounds.alternated(measures, rounds=1 if quick else 3, by="deliveries_s")
    return found


async def sends(running: Services, *, quick: bool, peers: bool) -> dict[str, Any]:
    """End to end, by the server's name."""
    most = search.FEW_STEPS if quick else search.MOST_STEPS
    openings = {**end_to_end.OURS, **(end_to_end.PEERS if peers else {})}
    if quick:
        del openings[end_to_end.HTML]
    else:  # slow to measure, and nobody's choice
        openings |= end_to_end.FLOOR
    measures: dict[str, Measure] = {
        name: partial(end_to_end.measure, opening, running, seconds=0.8 if quick else 3.0, most=most)
        for name, opening in openings.items()
    }
    return await rounds.alternated(measures, rounds=1 if quick else 3, by="rate")


async def steadily(options: argparse.Namespace) -> dict[str, Any]:
    """Acks and deliveries at a steady rate, by the database; a quick look takes PostgreSQL only."""
    seconds = 5.0 if options.quick else 60.0
    backends = options.backend or (["postgresql"] if options.quick else steady.BACKENDS)
    return {name: await steady.measure(name, seconds=seconds, rate=options.rate) for name in backends}


def ratios_of(figures: dict[str, Any]) -> dict[str, float | None]:
    """The six, as far as the figures go."""
    sent = figures.get("end_to_end", {})
    ours, transaction, insert = (
        sent.get(name) for name in (end_to_end.JSON, end_to_end.TX, end_to_end.INSERT)
    )
    return ratios.of(
        fanout_500=_fanned_out(figures, "500"),
        fanout_1000=_fanned_out(figures, "1000"),
        end_to_end_tx=ratios.between(ours, transaction, "rate"),
        end_to_end_insert=ratios.between(ours, insert, "rate"),
        cpu_per_message=ratios.between(ours, transaction, "server_cpu_us"),
        sqlite_store=store.ratio(figures.get("sqlite_store", {})),
    )


def _fanned_out(figures: dict[str, Any], sockets: str) -> float | None:
    found = figures.get("fan_out", {}).get(sockets, {})
    return ratios.between(found.get(fan_out.OURS), found.get(fan_out.PEER), "deliveries_s")


def tables_of(figures: dict[str, Any]) -> list[Table]:
    """One table a part."""
    fanned = [fan_table(sockets, found) for sockets, found in figures.get("fan_out", {}).items()]
    makers = {"end_to_end": send_table, "sqlite_store": store.table, "steady": steady_table}
    return fanned + [make(figures[part]) for part, make in makers.items() if part in figures]


def fan_table(sockets: str, found: dict[str, Any]) -> Table:
    """One server a row."""
    columns = (
        "server",
        "deliveries/s",
        "server CPU µs",
        "server / client busy",
        "p50/p99/max ms",
        "at half the load",
    )
    rows = [
        (
            name,
            rate_of(one, "deliveries_s"),
            one.get("server_cpu_us"),
            f"{one.get('server_share')} / {one.get('client_share')}",
            triple(one.get("delivery")),
            triple(one.get("half_load")),
        )
        for name, one in found.items()
    ]
    return Table(f"Fan-out of one event to {sockets} sockets, through Redis", columns, rows)


def send_table(found: dict[str, Any]) -> Table:
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
            rate_of(one, "rate"),
            one.get("server_cpu_us"),
            one.get("database_cpu_us"),
            triple(one.get("ack")),
            "/".join(str(one.get(what)) for what in ("lost", "dup", "reorder")),
        )
        for name, one in found.items()
    ]
    return Table("End to end, 200 sockets in rooms of 10", columns, rows)


def rate_of(one: dict[str, Any], name: str) -> str:
    """The rate, and whether it broke down when it was to be held for longer."""
    return f"{one[name]}" if one["held"] else f"{one[name]} (not held)"


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
