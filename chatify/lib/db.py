"""The one way to open a transaction, and the way to reach the database from the event loop."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, ParamSpec, TypeVar

from django.db import close_old_connections, connection, transaction
from django.db.models import Model

P = ParamSpec("P")
T = TypeVar("T")

READS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="reads")


class FairLock:
    """A mutual exclusion that is granted in the order of asking.

    SQLite lets one writer in at a time and wakes the others by polling: under load some threads wait for seconds
    while others pass again and again. Queueing inside the process keeps the wait even.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._taken = False

    def acquire(self) -> None:
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        turn.acquire()

    def release(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


_sqlite_turn = FairLock()
_mine = threading.local()


@contextmanager
def atomic() -> Iterator[None]:
    """Run the block in one transaction, or as part of the one that is already open."""
    # What is called after a commit may write too, and is called while its thread still has the turn.
    if connection.vendor != "sqlite" or connection.in_atomic_block or getattr(_mine, "turn", False):
        with transaction.atomic():
            yield
        return
    _sqlite_turn.acquire()
    _mine.turn = True
    try:
        with transaction.atomic():
            yield
    finally:
        _mine.turn = False
        _sqlite_turn.release()


def vendor() -> str:
    """`sqlite` or `postgresql`."""
    return connection.vendor


def analyze(*models: type[Model]) -> None:
    """Tell the query planner how large these tables have become, from a sample of their rows."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # Reading all of a large table would hold the only writer up for seconds.
            cursor.execute("PRAGMA analysis_limit=1000")
        for model in models:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")


async def in_thread(executor: Executor, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Await `work(*args)` in a thread of `executor`, closing stale connections of that thread around it."""
    call: partial[Any] = partial(with_care, work, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(executor, call)


def with_care(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """`work(*args)` in a thread that keeps no stale connection."""
    close_old_connections()
    try:
        return work(*args, **kwargs)
    finally:
        close_old_connections()
