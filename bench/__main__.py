"""`bench/run NAME [OPTIONS]`: runs one bench, prints its tables and keeps them in `bench/results/`."""

import argparse
import asyncio
import inspect
import signal
import sys
from collections.abc import Awaitable, Sequence
from pathlib import Path
from typing import Protocol

from bench import finding, herd, machine, media, memory, notices, pages, profile, realtime, report, store
from bench.report import Result
from tests.services.processes import NotStarted, Unavailable


class Bench(Protocol):
    """A module: its docstring's first line is the help, `measure` may be a coroutine function."""

    __doc__: str | None

    def add_options(self, parser: argparse.ArgumentParser) -> None: ...
    def measure(self, options: argparse.Namespace) -> Result | Awaitable[Result]: ...


BENCHES: dict[str, Bench] = {
    "pages": pages,
    "search": finding,
    "realtime": realtime,
    "store": store,
    "profile": profile,
    "memory": memory,
    "herd": herd,
    "notices": notices,
    "media": media,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line. However it ends, what it started is ended: a signal unwinds like an error."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = _parser().parse_args(arguments)
    try:
        result = measured(BENCHES[options.bench], options)
    except (Unavailable, NotStarted) as reason:
        sys.exit(f"bench/run {options.bench}: {reason}")
    except KeyboardInterrupt:
        sys.exit(130)
    report.keep(options.bench, result, options.json)


def measured(bench: Bench, options: argparse.Namespace) -> Result:
    """The bench's result, awaited where it is to be awaited, with the machine as it was before."""
    before = machine.describe()
    found = bench.measure(options)
    result = asyncio.run(_awaited(found)) if inspect.isawaitable(found) else found
    result.machine = before
    return result


async def _awaited(result: Awaitable[Result]) -> Result:
    return await result


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench/run", description=__doc__)
    benches = parser.add_subparsers(dest="bench", required=True)
    for name, bench in BENCHES.items():
        summary = (bench.__doc__ or "").splitlines()[0]
        options = benches.add_parser(name, help=summary, description=summary)
        options.add_argument("--quick", action="store_true", help="once and short, for a first look")
        options.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
        bench.add_options(options)
    return parser


if __name__ == "__main__":
    main()
