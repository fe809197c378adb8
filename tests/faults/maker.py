"""Makes worlds in a stage's database, in one process for all of them: starting one for each costs seconds."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.services.processes import ROOT, NotStarted, tail

GOODBYE_S = 10


class Maker:
    """Starts with the first wish. `env` is that of a server, `log` takes what it complains of."""

    def __init__(self, env: Mapping[str, str], log: Path) -> None:
        self._env = dict(env)
        self._log = log
        self._process: subprocess.Popen[str] | None = None

    def make(self, run: str, sizes: Mapping[str, int], leave: Sequence[str] = ()) -> dict[str, Any]:
        """A new world (tests/load/world.py) as it was printed. Raises NotStarted with the log."""
        wish = json.dumps({"run": run, "leave": list(leave), **sizes}) + "\n"
        for _ in range(2):  # the database may have crashed under the first one
            try:
                return self._ask(wish)
            except (OSError, ValueError):
                self.close()
        raise NotStarted(f"no world was made:\n{tail(self._log)}")

    def close(self) -> None:
        """End it."""
        process, self._process = self._process, None
        if process is not None:
            try:
                process.communicate(timeout=GOODBYE_S)
            except (subprocess.TimeoutExpired, OSError):
                process.kill()
                process.wait()

    def _ask(self, wish: str) -> dict[str, Any]:
        process = self._process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(wish)
        process.stdin.flush()
        told: dict[str, Any] = json.loads(process.stdout.readline())
        return told

    def _start(self) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "tests.load.world", "--serve"]
        with self._log.open("ab") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=self._env,
                cwd=ROOT,
                text=True,
            )
