"""Calls the workshop: starts it when it is needed, one file at a time, and outlives whatever happens in there."""

import json
import os
import select
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

# What the answer may take longer than the worker's own limit.
PATIENCE = 10.0
_LOST = {"failed": "It could not be opened."}
# A fork begins without memory: pictures get theirs in large pages, and what one step leaves is there for the next.
# Where the C library knows none of this, it takes no notice.
_MEMORY = (
    "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=268435456:glibc.malloc.trim_threshold=1073741824"
)


@dataclass(slots=True)
class Workshop:
    """One child process and who may use it."""

    _process: subprocess.Popen[str] | None = None
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def do(self, task: dict[str, Any]) -> dict[str, Any]:
        """The answer of `media.processing.child`: what was made, or `failed` or `refused` with a reason."""
        with self._turn:
            return self._ask(task) or self._ask(task) or dict(_LOST)

    def close(self) -> None:
        """End it now."""
        with self._turn:
            self._end()

    def _ask(self, task: dict[str, Any]) -> dict[str, Any] | None:
        """None when there was nobody to ask: it ends by itself after a quiet minute."""
        process = self._running()
        if process.stdin is None or process.stdout is None:
            return None
        try:
            process.stdin.write(json.dumps(task) + "\n")
            process.stdin.flush()
            if not select.select([process.stdout], [], [], task["seconds"] + PATIENCE)[0]:
                self._end()
                return dict(_LOST)
            answer = process.stdout.readline()
        except OSError:
            answer = ""
        if not answer:
            self._end()
            return None
        return dict(json.loads(answer))

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "media.processing.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=settings.BASE_DIR,
                stderr=subprocess.DEVNULL,
                # Nothing of the server's secrets.
                env={
                    "PATH": os.defpath,
                    "PYTHONPATH": str(settings.BASE_DIR),
                    "LANG": "C.UTF-8",
                    "GLIBC_TUNABLES": _MEMORY,
                },  # fmt: skip
            )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(OSError):
            process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()


workshop = Workshop()
# Its own, so that the card of a link does not wait for a film.
reading_room = Workshop()
