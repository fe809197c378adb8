"""Runs the tests: on SQLite, on PostgreSQL and in a browser; beside these the whole product as real processes.

`bin/test --faults [NAME] [--json FILE]` runs the faults of tests/faults at full size instead, all or one by name.
"""

import argparse
import atexit
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NamedTuple
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.services.postgres import Postgres  # noqa: E402
from tests.services.processes import Unavailable  # noqa: E402

FAILED, INTERRUPTED, NOTHING_COLLECTED = 1, 2, 5
PART_SECONDS = 25 * 60
GOODBYE_SECONDS = 60
AGAIN_SECONDS = 5 * 60
MOST_AGAIN = 5
WORKERS = ["-n", str(min(os.cpu_count() or 2, 4)), "--dist", "worksteal"]
# A file is one world with one server. A page waits now and then: there is room for one more than there are cores.
BROWSERS = ["-n", str(min((os.cpu_count() or 2) + 1, 3)), "--dist", "loadfile"]
APPS = ["accounts", "chatify", "media", "messaging"]
ALONE = "not process and not browser"
FAULTS_AT = ["tests/faults", "tests/jobs"]
FULL_SIZE = {
    "CHATIFY_TEST_FULL_LOAD": "1",
    "CHATIFY_TEST_FAULT_SEEDS": "5",
    "CHATIFY_TEST_FAULT_ROUNDS": "5",
}


@dataclass
class Part:
    """One run of pytest. `files` names the marker whose tests it runs, where it does not look through all of them."""

    name: str
    arguments: list[str]
    files: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    memory: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(dir=os.environ["CHATIFY_TEST_KEPT"])))

    def places(self) -> list[str]:
        """The files to look through: those that an earlier part found, or all."""
        kept = Path(os.environ["CHATIFY_TEST_KEPT"], f"{self.files}.files")
        return kept.read_text().split("\n") if self.files and kept.exists() else []

    def failed(self) -> list[str]:
        """The tests that failed when it ran last."""
        kept = self.memory / "v" / "cache" / "lastfailed"
        return list(json.loads(kept.read_text())) if kept.exists() else []


class Running(NamedTuple):
    """A part that was begun. `output` holds what it says, where that is shown later."""

    part: Part
    process: subprocess.Popen[bytes]
    output: IO[str] | None


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    keep_what_is_compiled()
    keep_what_is_made()
    arguments = sys.argv[1:]
    if arguments[:1] == ["--faults"]:
        return run_faults(arguments[1:])
    return run_some(arguments) if arguments else run_everything()


def keep_what_is_made() -> None:
    """Every part needs a migrated database and the static files: the first that asks makes them for all."""
    folder = tempfile.mkdtemp(prefix="chatify-kept-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["CHATIFY_TEST_KEPT"] = folder


def keep_what_is_compiled() -> None:
    """Hundreds of processes start: where Python is told to leave nothing beside the sources, it is kept elsewhere for
    as long as the tests run. To compile it anew takes as long as all the rest of a start.
    """
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        folder = tempfile.mkdtemp(prefix="chatify-compiled-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        os.environ["PYTHONPYCACHEPREFIX"] = folder


def run_faults(arguments: list[str]) -> int:
    """Every fault with 10,000 sends and five seeds, unless the environment says otherwise; a table at the end."""
    parser = argparse.ArgumentParser(prog="bin/test --faults", description=run_faults.__doc__)
    parser.add_argument("name", nargs="?", help="one fault; an unknown name is answered with the known ones")
    parser.add_argument("--json", type=Path, help="write the table to this file")
    told = parser.parse_args(arguments)
    options = ["--fault", told.name] if told.name else []
    if told.json:
        options += ["--faults-json", str(told.json.absolute())]
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "tests.faults.report", *options, *FAULTS_AT]
    return subprocess.run(command, cwd=ROOT, env=FULL_SIZE | os.environ).returncode


def run_some(arguments: list[str]) -> int:
    """Hand paths and options to pytest, on the database of DATABASE_URL or on SQLite."""
    given = [
        str(Path(argument).absolute()) if Path(argument).exists() else argument for argument in arguments
    ]
    return subprocess.run([sys.executable, "-m", "pytest", "-rs", *given], cwd=ROOT).returncode


def run_everything() -> int:
    sqlite = Part("on SQLite", [*WORKERS, "-m", ALONE])
    processes = ["-m", "process and not browser", "--durations=15"]
    waiting = [
        Part("as real processes on PostgreSQL", [*processes, "-k", "postgresql"], files="process"),
        Part("as real processes", [*processes, "-k", "not postgresql"], files="process"),
    ]
    browser = Part("in a browser", [*BROWSERS, "-m", "browser", "--durations=15"], files="browser")
    with ThreadPoolExecutor(1) as making, contextlib.ExitStack() as stack:
        made = making.submit(own_postgres)
        first = stack.enter_context(begun(sqlite))
        wait_for_places(first)
        beside = [stack.enter_context(begun(part, apart=True)) for part in waiting]
        codes = {sqlite.name: end(first)}
        parts = [sqlite, *on_postgres(made), browser]
        codes |= {part.name: run(part) for part in parts[1:]}
        codes |= {running.part.name: end(running) for running in beside}
    return verdict(codes | run_alone([part for part in parts + waiting if codes[part.name] == FAILED]))


def own_postgres() -> tuple[Postgres, str]:
    """A server with a migrated database, and its URL."""
    server = Postgres()
    atexit.register(server.stop)
    return server.start(), server.migrated()


def on_postgres(made: Future[tuple[Postgres, str]]) -> list[Part]:
    """The apps' suite again, where there is a server. Tests of the whole product choose their databases themselves."""
    name = "on PostgreSQL"
    try:
        _, url = made.result()
    except Unavailable as reason:
        say(f"Skipped: the tests {name}: {reason}")
        return []
    env = {"DATABASE_URL": url, "CHATIFY_TEST_TEMPLATE": urlsplit(url).path[1:]}
    return [Part(name, [*WORKERS, "-m", f"{ALONE} and not once", *APPS], env=env)]


def run(part: Part, seconds: int = PART_SECONDS) -> int:
    """Run pytest for the part."""
    with begun(part) as running:
        return end(running, seconds)


@contextlib.contextmanager
def begun(part: Part, *, apart: bool = False) -> Iterator[Running]:
    """pytest at work on the part; what it says is shown at once, or with `apart` at its end."""
    say(f"Tests {part.name}" + (", beside the others …" if apart else ""))
    with contextlib.ExitStack() as stack:
        output = stack.enter_context(tempfile.TemporaryFile("w+")) if apart else None
        process = start(part, output)
        stack.callback(interrupt, process)
        yield Running(part, process, output)


def wait_for_places(first: Running) -> None:
    """Until the part that looks through all files has found where the tests of the others stand."""
    while (
        first.process.poll() is None and not Path(os.environ["CHATIFY_TEST_KEPT"], "process.files").exists()
    ):
        time.sleep(0.1)


def end(running: Running, seconds: int = PART_SECONDS) -> int:
    """The code of a part that was begun; one that hangs is interrupted, so that it still says where."""
    part, process, output = running
    late = False
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        late = True
        interrupt(process)
    if output:
        show(part, output)
    if late:
        say(f"The tests {part.name} took longer than {seconds // 60} minutes.")
    return INTERRUPTED if late else process.returncode


def run_alone(parts: Sequence[Part]) -> dict[str, int]:
    """What failed beside other parts gets a second run by itself, in which nothing takes the processor from it: a few
    seconds are then enough for what has to happen in a few seconds. It is said which tests needed one."""
    codes = {}
    for part in parts:
        names = part.failed()
        if 0 < len(names) <= MOST_AGAIN:
            only = [*part.arguments, "-n0", "--last-failed", "--last-failed-no-failures", "none"]
            again = Part(f"{part.name}, once more and alone", only, part.files, part.env, part.memory)
            codes[part.name] = run(again, AGAIN_SECONDS)
            if not codes[part.name]:
                say(f"Passed only when run alone: {', '.join(names)}")
    return codes


def show(part: Part, output: IO[str]) -> None:
    output.seek(0)
    say(f"Tests {part.name}")
    print(output.read(), flush=True)


def start(part: Part, output: IO[str] | None = None) -> subprocess.Popen[bytes]:
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | dict(part.env)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-rs",
        "-o",
        f"cache_dir={part.memory}",
        *part.arguments,
        *part.places(),
    ]
    return subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=output and subprocess.STDOUT)


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
