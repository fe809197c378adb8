"""The product as a process of its own, as an operator would start it."""

import atexit
import contextlib
import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import psutil
import psycopg

from .ports import free_port
from .processes import ROOT, NotStarted, clean_environment, end, spawn, tail, wait_until

READY = re.compile(r"Chatify is ready at (http://\S+)")
START_SECONDS = 60
SQLITE = "chatify.sqlite3"


class Server:
    """`manage.py serve` on a free port of 127.0.0.1 with a data folder of its own and CHATIFY_LIMITS=off.

    Two servers on one `database_url` share a world; give them one `redis_url` too. `env` is put on top (for example
    `{"CHATIFY_LIMITS": "1"}`). With `static=True` pages find their style and scripts. `entry` is what Python runs in
    place of manage.py, `options` are more of `serve`, `database` is a migrated SQLite database whose copy it begins
    with. Use it as a context manager, or call `close()`.
    """

    def __init__(
        self,
        data_dir: Path | None = None,
        *,
        database_url: str | None = None,
        redis_url: str | None = None,
        env: Mapping[str, str] | None = None,
        port: int | None = None,
        static: bool = False,
        entry: Sequence[str] = ("manage.py",),
        options: Sequence[str] = (),
        database: Path | None = None,
    ) -> None:
        self._own_folder = data_dir is None
        self.data_dir = data_dir or Path(tempfile.mkdtemp(prefix="chatify-", dir="/tmp"))
        self.log_path = self.data_dir / "server.log"
        self.env = clean_environment(
            CHATIFY_DATA=str(self.data_dir), CHATIFY_LIMITS="off", CHATIFY_PREVIEWS="off"
        )
        if database_url:
            self.env["DATABASE_URL"] = database_url
        if redis_url:
            self.env["REDIS_URL"] = redis_url
        if static:
            self.env["CHATIFY_STATIC"] = str(collected_static())
        self.env.update(env or {})
        self._entry, self._options = entry, options
        self._fixed_port, self.port = port, port or 0
        self._database = database
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0
        self._migrated = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws/"

    @property
    def pid(self) -> int:
        assert self._process is not None, "not started"
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> str:
        """Everything it wrote, over all its lives."""
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def start(self) -> "Server":
        """Migrate (the first time), start, and return once it says that it is ready. Raises NotStarted."""
        self.prepare()
        for attempt in range(3):
            port = self.port or free_port()
            try:
                self._start_on(port)
            except NotStarted:
                if self._fixed_port or self.port or attempt == 2:
                    raise
                continue  # perhaps somebody took the port between our look and its start
            self.port = port
            return self
        raise AssertionError("unreachable")

    def prepare(self) -> None:
        """Make its tables, once."""
        if not self._migrated:
            self._migrate()
            self._migrated = True

    def kill(self) -> None:
        """SIGKILL, as a crash would."""
        if self._process:
            end(self._process, signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM; returns the exit code (0 for a graceful end, -9 when it had to be killed after 30 s)."""
        assert self._process is not None, "not started"
        return end(self._process, signal.SIGTERM)

    def restart(self) -> "Server":
        """Stop it when it runs, and start it again on the same port and data."""
        if self.running:
            self.stop()
        return self.start()

    def close(self) -> None:
        """End it and remove its data folder unless that was given."""
        if self.running:
            self.stop()
        if self._own_folder:
            shutil.rmtree(self.data_dir, ignore_errors=True)

    def rss_mb(self) -> float:
        """Resident memory of the process and its children, in MiB."""
        process = psutil.Process(self.pid)
        total = 0
        for one in [process, *process.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                total += one.memory_info().rss
        return total / 2**20

    def manage(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a management command against this server's data and return its output."""
        return run_python("manage.py", *arguments, env=self.env, check=check)

    def __enter__(self) -> "Server":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def _migrate(self) -> None:
        """A new SQLite database is a copy of one that was migrated before: that takes longer than all the rest. One of
        PostgreSQL that has tables (`Postgres.migrated()`) has them all."""
        database = self.data_dir / SQLITE
        if "DATABASE_URL" in self.env:
            if not _has_tables(self.env["DATABASE_URL"]):
                self.manage("migrate", "--verbosity", "0")
            return
        if database.exists():
            self.manage("migrate", "--verbosity", "0")
            return
        self.data_dir.mkdir(parents=True, exist_ok=True)
        shutil.copy(self._database or migrated_sqlite(), database)

    def _start_on(self, port: int) -> None:
        self._log_start = self.log_path.stat().st_size if self.log_path.exists() else 0
        command = [sys.executable, *self._entry, "serve", "--port", str(port), *self._options]
        self._process = spawn(command, log=self.log_path, env=self.env | {"PORT": str(port)})
        wait_until(self._says_ready, self._process, self.log_path, START_SECONDS)

    def _says_ready(self) -> bool:
        with contextlib.suppress(FileNotFoundError), self.log_path.open(errors="replace") as file:
            file.seek(self._log_start)
            return READY.search(file.read()) is not None
        return False


def _has_tables(url: str) -> bool:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT to_regclass('django_migrations')").fetchone() != (None,)


def run_python(
    *arguments: str, env: Mapping[str, str], stdin: str | None = None, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run our Python on `arguments` from the project's root. Raises NotStarted with its output when it fails."""
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=dict(env), input=stdin or "", capture_output=True, text=True)
    if check and done.returncode != 0:
        raise NotStarted(
            f"{command!r} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-4000:]}"
        )
    return done


@cache
def migrated_sqlite() -> Path:
    """A migrated, empty SQLite database, made once in a test run."""
    return kept("migrated", _migrate_into) / SQLITE


@cache
def collected_static() -> Path:
    """The folder of collected static files, made once in a test run."""
    return kept("static", _collect_into) / "files"


def _migrate_into(folder: Path) -> None:
    run_python("manage.py", "migrate", "--verbosity", "0", env=clean_environment(CHATIFY_DATA=str(folder)))


def _collect_into(folder: Path) -> None:
    env = clean_environment(CHATIFY_STATIC=str(folder / "files"), CHATIFY_DATA=str(folder / "data"))
    run_python("manage.py", "collectstatic", "--noinput", "--verbosity", "0", env=env)


def kept(name: str, fill: Callable[[Path], None]) -> Path:
    """A folder that was filled once: by whoever came first of the processes that share CHATIFY_TEST_KEPT, or by us."""
    shared = os.environ.get("CHATIFY_TEST_KEPT")
    if not shared:
        folder = Path(tempfile.mkdtemp(prefix=f"chatify-{name}-", dir="/tmp"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        fill(folder)
        return folder
    folder = Path(shared, name)
    with Path(shared, f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            making = Path(tempfile.mkdtemp(dir=shared))
            fill(making)
            making.rename(folder)
    return folder


def last_lines(server: Server) -> str:
    """The end of the server's log, for the message of an assertion."""
    return tail(server.log_path)
