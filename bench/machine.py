"""Which cores do what, what a process costs, and what all of it ran on."""

import contextlib
import os
import platform
import time
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import psutil

LIBRARIES = ("Django", "channels", "uvicorn", "websockets", "psycopg")


def first_core() -> list[int]:
    """Where servers run while they are measured."""
    return sorted(os.sched_getaffinity(0))[:1]


def last_core() -> list[int]:
    """Where the load comes from."""
    return sorted(os.sched_getaffinity(0))[-1:]


def pin(pid: int, cores: list[int]) -> None:
    """Let a process, its children and all their threads run on these cores only."""
    for task in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
        for thread in task.threads():
            os.sched_setaffinity(thread.id, cores)


def split_cores(servers: list[int]) -> dict[str, list[int]]:
    """Pin these processes and their threads to the first core and this process to the last."""
    first, last = first_core(), last_core()
    for pid in servers:
        pin(pid, first)
    os.sched_setaffinity(0, last)
    return {"server": first, "client": last}


def free_cores() -> None:
    """This process may run anywhere again, and so may what it starts."""
    os.sched_setaffinity(0, range(os.cpu_count() or 1))


@dataclass
class Meter:
    """CPU seconds of processes since the meter was made."""

    pids: list[int]
    _before: dict[int, float] = field(init=False)
    _began: float = field(init=False)

    def __post_init__(self) -> None:
        self._before = {pid: _cpu(pid) for pid in self.pids}
        self._began = time.monotonic()

    def seconds(self, pid: int) -> float:
        """CPU seconds of one process."""
        return _cpu(pid) - self._before[pid]

    def share(self, pid: int) -> float:
        """Part of a core that one process used, 0…1 and more."""
        return self.seconds(pid) / max(0.001, time.monotonic() - self._began)


class TreeMeter:
    """CPU seconds of a process and its children since the meter was made; a child that ended meanwhile is left out."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._before = self._now()

    def seconds(self) -> float:
        return sum(used - self._before.get(pid, 0.0) for pid, used in self._now().items())

    def _now(self) -> dict[int, float]:
        found: dict[int, float] = {}
        for task in [psutil.Process(self._pid), *psutil.Process(self._pid).children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                found[task.pid] = _cpu(task.pid)
        return found


def _cpu(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


def rss_mib(pid: int) -> float:
    """Resident memory of a process in MiB."""
    return psutil.Process(pid).memory_info().rss / 2**20


def describe() -> dict[str, Any]:
    """The machine and the versions, for the head of a result."""
    return {
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2),
        **{name: version(name) for name in LIBRARIES},
    }
