"""`bench/run NAME [OPTIONS]`: runs one measurement, prints its table and keeps it in `bench/results/`."""

import argparse
import asyncio

from bench import realtime, report


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="bench/run", description=__doc__)
    benches = parser.add_subparsers(dest="bench", required=True)
    options = benches.add_parser("realtime", help="ack and delivery times, memory, start times")
    options.add_argument("--quick", action="store_true", help="ten seconds of load instead of sixty")
    options.add_argument("--backend", choices=realtime.BACKENDS, action="append", help="default: all")
    options.add_argument("--rate", type=float, default=100.0, help="sends a second")
    told = parser.parse_args()
    seconds = 10.0 if told.quick else 60.0
    for backend in told.backend or realtime.BACKENDS:
        result = asyncio.run(realtime.measure(backend, seconds=seconds, rate=told.rate))
        report.keep("realtime", backend, result)


if __name__ == "__main__":
    main()
