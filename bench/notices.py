"""Notices of ten messages to a group of a thousand: seconds, memory and rows on one worker core; both databases."""

import argparse
import contextlib
import json
import tempfile
from pathlib import Path
from typing import Any

from bench import services
from bench.report import Result, Table
from tests.services.server import Server, run_python

DATABASES = ("sqlite", "postgresql")
MEMBERS, MESSAGES = 1_000, 10
NOTES = (
    "Everybody can be pushed to and mailed, nobody is here; one of the ten messages calls everyone.",
    "Grown is the process's largest size after ten messages beyond that after the first.",
)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--only", choices=DATABASES, action="append", help="this database (again for more)")


def measure(options: argparse.Namespace) -> Result:
    """Each database in turn."""
    members = MEMBERS // 10 if options.quick else MEMBERS
    found: dict[str, Any] = {}
    with contextlib.ExitStack() as stack:
        for name in options.only or DATABASES:
            running = stack.enter_context(services.started()) if name == "postgresql" else None
            found[name] = _one(running.database() if running else None, members)
    columns = ("database", "messages", "members", "seconds", "CPU s", "rows", "handed over", "grown MiB")
    rows = [(name, MESSAGES, members, *one.values()) for name, one in found.items()]
    return Result({"notices": found}, [Table("From the log to the channels", columns, rows)], notes=NOTES)


def _one(database_url: str | None, members: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="chatify-bench-", dir="/tmp") as folder:
        server = Server(Path(folder), database_url=database_url)
        server.manage("migrate", "--verbosity", "0")
        sizes = ["--members", str(members), "--messages", str(MESSAGES)]
        told = run_python("-m", "bench.noticing", *sizes, env=server.env).stdout
        return dict(json.loads(told.splitlines()[-1]))
