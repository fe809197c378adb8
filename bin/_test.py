"""Runs the tests: on SQLite, on PostgreSQL, then the whole product as real processes and in a browser.

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
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.services.postgres import Postgres  # noqa: E402
from tests.services.processes import Unavailable  # noqa: E402

FAILED, INTERRUPTED, NOTHING_COLLECTED = 1, 2, 5
PART_SECONDS = 25 * 60
TOGETHER_SECONDS = 30 * 60
GOODBYE_SECONDS = 60
AGAIN_SECONDS = 5 * 60
MOST_AGAIN = 5
WORKERS = ["-n", str(min(os.cpu_count() or 2, 4)), "--dist", "worksteal"]
# A file is one world with one server and one Chromium; the files are shared among two.
BROWSERS = ["-n", str(min(os.cpu_count() or 2, 2)), "--dist", "loadfile"]
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
    whole = [
        Part("as real processes on PostgreSQL", [*processes, "-k", "postgresql"], files="process"),
        Part("as real processes", [*processes, "-k", "not postgresql"], files="process"),
        Part("in a browser", [*BROWSERS, "-m", "browser", "--durations=15"], files="browser"),
    ]
    with ThreadPoolExecutor(1) as beside:
        postgres = beside.submit(own_postgres)
        codes = {sqlite.name: run(sqlite)} | run_on_postgres(postgres)
    codes |= run_together(whole)
    return verdict(codes | run_alone([part for part in whole if codes[part.name] == FAILED]))


def own_postgres() -> tuple[Postgres, str]:
    """A server with a migrated database, and its URL."""
    server = Postgres()
    atexit.register(server.stop)
    return server.start(), server.migrated()


def run_on_postgres(made: Future[tuple[Postgres, str]]) -> dict[str, int]:
    """The apps' suite again. Tests of the whole product choose their databases themselves."""
    name = "on PostgreSQL"
    try:
        server, url = made.result()
    except Unavailable as reason:
        say(f"Skipped: the tests {name}: {reason}")
        return {}
    try:
        env = {"DATABASE_URL": url, "CHATIFY_TEST_TEMPLATE": urlsplit(url).path[1:]}
        return {name: run(Part(name, [*WORKERS, "-m", f"{ALONE} and not once", *APPS], env=env))}
    finally:
        server.stop()


def run(part: Part, seconds: int = PART_SECONDS) -> int:
    """Run pytest for the part; a part that hangs is interrupted, so that it still says where."""
    say(f"Tests {part.name}")
    process = begin(part)
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        say(f"The tests {part.name} took longer than {seconds // 60} minutes.")
        return 1
    finally:
        interrupt(process)


def run_together(parts: Sequence[Part]) -> dict[str, int]:
    """Run parts side by side and show what each said when all are done: they wait more than they work."""
    say(f"Tests {' and '.join(part.name for part in parts)}, side by side …")
    with contextlib.ExitStack() as stack:
        outputs = [stack.enter_context(tempfile.TemporaryFile("w+")) for _ in parts]
        processes = [begin(part, output) for part, output in zip(parts, outputs, strict=True)]
        for process in processes:
            stack.callback(interrupt, process)
        deadline = time.monotonic() + TOGETHER_SECONDS
        for process in processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(1, deadline - time.monotonic()))
        late = [process.poll() is None for process in processes]
        for process in processes:
            interrupt(process)
        return {each[0].name: show(*each) for each in zip(parts, processes, outputs, late, strict=True)}


def run_alone(parts: Sequence[Part]) -> dict[str, int]:
    """What failed beside two other parts gets a second run by itself, in which nothing takes the processor from it: a
    few seconds are then enough for what has to happen in a few seconds. It is said which tests needed one."""
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


def show(part: Part, process: subprocess.Popen[bytes], output: IO[str], late: bool) -> int:
    """Print what a part said; its code, that of an interruption when it took too long."""
    output.seek(0)
    say(f"Tests {part.name}")
    print(output.read(), flush=True)
    if late:
        say(f"The tests {part.name} took longer than {TOGETHER_SECONDS // 60} minutes.")
    return INTERRUPTED if late else process.returncode


def begin(part: Part, output: IO[str] | None = None) -> subprocess.Popen[bytes]:
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
