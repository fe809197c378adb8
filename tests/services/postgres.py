"""A PostgreSQL server of one's own, with a fresh database per use."""

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from .ports import free_port
from .processes import NotStarted, Unavailable, clean_environment, end, spawn, wait_until
from .server import run_python

GIVEN = "CHATIFY_TEST_DATABASE_URL"
CONFIGURATION = """
max_connections = 200
unix_socket_directories = '{folder}'
listen_addresses = '127.0.0.1'
"""
HASTY = """
fsync = off
full_page_writes = off
"""


class Postgres:
    """A server in a folder of its own, or the one that CHATIFY_TEST_DATABASE_URL names.

    `database()` creates databases, and `migrated()` such that have the product's tables; `crash()` and `start()` try
    recovery (own server only). Crashes of the processes lose nothing although fsync is off: only a crash of the
    machine would. `durable=True` leaves it on, as operators do. Raises Unavailable without binaries.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self._durable = durable
        self._given = os.environ.get(GIVEN, "")
        self._process: subprocess.Popen[bytes] | None = None
        self._password = secrets.token_hex(16)
        self.port = 0
        self._created: list[str] = []
        self._template = ""
        if not self._given:
            self._folder = Path(tempfile.mkdtemp(prefix="chatify-pg-", dir="/tmp"))
            self._log = self._folder / "log"
            self._log.touch()
            self._user = _unprivileged_user()
            self._binaries = _reachable(find_binaries(), self._folder, self._user)
            self._initialise()

    @property
    def own(self) -> bool:
        """Whether this is a server that a test may crash."""
        return not self._given

    @property
    def pid(self) -> int:
        assert self._process is not None, "not started, or not our own"
        return self._process.pid

    @property
    def user(self) -> int | None:
        """The numeric user it runs as where it is not ours."""
        return self._user

    def url(self, name: str = "postgres") -> str:
        """The URL of the database `name` on this server."""
        if self._given:
            return urlunsplit(urlsplit(self._given)._replace(path=f"/{name}"))
        return f"postgres://postgres:{self._password}@127.0.0.1:{self.port}/{name}"

    def start(self) -> "Postgres":
        """Start it: on a free port the first time, on the same port later. Nothing to do for a given server."""
        for _ in range(0 if self._given else 3):
            port = self.port or free_port()
            command = [self._binaries / "postgres", "-D", self._folder / "data", "-p", str(port)]
            self._process = spawn(command, log=self._log, user=self._user, cwd=self._folder)
            try:
                wait_until(lambda port=port: self._answers(port), self._process, self._log, 30)  # type: ignore[misc]
            except NotStarted:
                continue  # somebody took the port
            self.port = port
            return self
        if self._given:
            return self
        raise NotStarted(f"postgres: {self._log.read_text()[-2000:]}")

    def database(self) -> str:
        """Create an empty database and return its URL."""
        return self._copy_of("template0")

    def migrated(self) -> str:
        """As `database()`, with the product's tables: they are made once, and copied in a hundredth of the time."""
        if not self._template:
            url = self.database()
            with tempfile.TemporaryDirectory(prefix="chatify-migrated-", dir="/tmp") as folder:
                env = clean_environment(DATABASE_URL=url, CHATIFY_DATA=folder)
                run_python("manage.py", "migrate", "--verbosity", "0", env=env)
            self._template = url.rsplit("/", 1)[1]
        return self._copy_of(self._template)

    def _copy_of(self, template: str) -> str:
        name = f"chatify_{secrets.token_hex(5)}"
        wish = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._administer(wish.format(sql.Identifier(name), sql.Identifier(template)))
        self._created.append(name)
        return self.url(name)

    def crash(self) -> None:
        """End it at once and without a checkpoint, as `pg_ctl stop -m immediate` does; `start()` recovers."""
        assert self._process is not None, "only a server of our own may be crashed"
        end(self._process, signal.SIGQUIT)

    def stop(self) -> None:
        """End an own server and remove its folder; drop what was created on a given one."""
        if self._process:
            end(self._process, signal.SIGINT)
            shutil.rmtree(self._folder, ignore_errors=True)
        for name in self._created if self._given else ():
            self._administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _administer(self, statement: sql.Composed) -> None:
        with psycopg.connect(self._given or self.url(), autocommit=True) as connection:
            connection.execute(statement)

    def _initialise(self) -> None:
        data, secret = self._folder / "data", self._folder / "secret"
        data.mkdir()
        secret.write_text(self._password)
        if self._user is not None:
            for path in (self._folder, data, secret, self._log):
                os.chown(path, self._user, -1)
        command = [self._binaries / "initdb", "-D", data, "-U", "postgres", "--encoding=UTF8", "--locale=C"]
        command += ["--auth=scram-sha-256", f"--pwfile={secret}", "--no-sync"]
        made = subprocess.run(command, user=self._user, cwd=self._folder, capture_output=True, text=True)
        if made.returncode != 0:
            raise Unavailable(f"initdb failed: {made.stderr or made.stdout}")
        with (data / "postgresql.conf").open("a") as configuration:
            configuration.write(CONFIGURATION.format(folder=self._folder) + ("" if self._durable else HASTY))

    def _answers(self, port: int) -> bool:
        """Whether our own process listens: nobody else's server knows the password."""
        url = f"postgres://postgres:{self._password}@127.0.0.1:{port}/postgres"
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(url, connect_timeout=2).close()
            return True
        return False


def find_binaries() -> Path:
    """Folder of `initdb` and `postgres`: from a wheel, else from the machine. Raises Unavailable."""
    spec = importlib.util.find_spec("pgserver")
    bundled = [Path(spec.origin).parent / "pginstall" / "bin"] if spec and spec.origin else []
    on_path = [Path(os.path.realpath(found)).parent for found in [shutil.which("postgres")] if found]
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in [*bundled, *on_path, *debian]:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise Unavailable(f"no PostgreSQL: neither the pgserver package, nor one on the PATH, nor {GIVEN}")


def _unprivileged_user() -> int | None:
    """Whom to become: PostgreSQL refuses to run as root. None where we are not root."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


def _reachable(binaries: Path, folder: Path, user: int | None) -> Path:
    """The binaries, copied where `user` can read them if they lie in a closed folder such as /root."""
    if user is None:
        return binaries
    try:
        if (
            subprocess.run(
                [binaries / "initdb", "--version"], user=user, cwd="/", capture_output=True
            ).returncode
            == 0
        ):
            return binaries
    except PermissionError:
        pass
    copy = folder / "install"
    shutil.copytree(binaries.parent, copy, ignore=shutil.ignore_patterns("include"))
    folder.chmod(0o755)
    return copy / "bin"
