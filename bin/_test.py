"""Runs the tests part by part: on SQLite, on PostgreSQL, then the whole product as real processes and in a browser."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.services.postgres import Postgres  # noqa: E402
from tests.services.processes import Unavailable  # noqa: E402

NOTHING_COLLECTED = 5
PART_SECONDS = 25 * 60
GOODBYE_SECONDS = 60
WORKERS = ["-n", str(min(os.cpu_count() or 2, 4))]
APPS = ["accounts", "chatify", "media", "messaging"]
ALONE = "not process and not browser"


@dataclass
class Part:
    """One run of pytest."""

    name: str
    arguments: list[str]
    env: Mapping[str, str] = field(default_factory=dict)


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    return run_everything() if len(sys.argv) == 1 else run_some(sys.argv[1:])


def run_some(arguments: list[str]) -> int:
    """Hand paths and options to pytest, on the database of DATABASE_URL or on SQLite."""
    given = [
        str(Path(argument).absolute()) if Path(argument).exists() else argument for argument in arguments
    ]
    return subprocess.run([sys.executable, "-m", "pytest", "-rs", *given], cwd=ROOT).returncode


def run_everything() -> int:
    sqlite = Part("on SQLite", [*WORKERS, "-m", ALONE])
    whole = [
        Part("as real processes", ["-m", "process and not browser"]),
        Part("in a browser", ["-m", "browser"]),
    ]
    codes = {sqlite.name: run(sqlite)} | run_on_postgres() | {part.name: run(part) for part in whole}
    return verdict(codes)


def run_on_postgres() -> dict[str, int]:
    """The apps' suite again. Tests of the whole product choose their databases themselves."""
    name = "on PostgreSQL"
    try:
        server = Postgres()
    except Unavailable as reason:
        say(f"Skipped: the tests {name}: {reason}")
        return {}
    try:
        url = server.start().database()
        arguments = [*WORKERS, "-m", ALONE, *APPS]
        return {name: run(Part(name, arguments, {"DATABASE_URL": url}))}
    finally:
        server.stop()


def run(part: Part) -> int:
    """Run pytest for the part; a part that hangs is interrupted, so that it still says where."""
    say(f"Tests {part.name}")
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | dict(part.env)
    process = subprocess.Popen([sys.executable, "-m", "pytest", "-rs", *part.arguments], cwd=ROOT, env=env)
    try:
        return process.wait(PART_SECONDS)
    except subprocess.TimeoutExpired:
        say(f"The tests {part.name} took longer than {PART_SECONDS // 60} minutes.")
        return 1
    finally:
        interrupt(process)


def interrupt(process: subprocess.Popen[bytes]) -> None:
    """End pytest as Ctrl-C does, so that it ends the servers and the browser that it started."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(GOODBYE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def verdict(codes: Mapping[str, int]) -> int:
    """0 when something ran and all of it passed. Silent then, so that pytest's closing line is the last."""
    failed = [name for name, code in codes.items() if code not in (0, NOTHING_COLLECTED)]
    if failed:
        say(f"Failed: the tests {', '.join(failed)}")
        return 1
    if all(code == NOTHING_COLLECTED for code in codes.values()):
        say("There was nothing to test.")
        return NOTHING_COLLECTED
    return 0


def say(line: str) -> None:
    print(f"\n{line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
