"""Group commit: while one batch is being committed, the next one fills."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from django.db import InterfaceError, OperationalError

from chatify.lib import db

log = logging.getLogger(__name__)
Item = TypeVar("Item")
Outcome = TypeVar("Outcome")
MOST_AT_ONCE = 200
MOST_WAITING = 5_000


class Overloaded(Exception):
    """More is waiting than can be promised: nothing was done with this item."""


class Batcher(Generic[Item, Outcome]):
    """Runs `run(items)` in a thread and with a database connection of its own, one batch at a time.

    Nobody waits when it is idle; under load a batch holds what came meanwhile, at most 200. `run` returns one outcome
    per item. When the database is not there, each item of the batch fails with that error. When one item breaks the
    code or its row the database's rules, the batch is done again item by item, so that the others are answered: items
    must bear repetition.
    """

    def __init__(self, run: Callable[[Sequence[Item]], Sequence[Outcome]], *, name: str) -> None:
        self._run = run
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._waiting: deque[tuple[Item, asyncio.Future[Outcome]]] = deque()
        self._task: asyncio.Task[None] | None = None

    async def submit(self, item: Item) -> Outcome:
        """The item's outcome, in the order of submitting. Raises Overloaded, or what went wrong."""
        return await self.put(item)

    def put(self, item: Item) -> "asyncio.Future[Outcome]":
        """Take a place in the next batch at once; the future has the outcome."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Outcome] = loop.create_future()
        if len(self._waiting) >= MOST_WAITING:
            future.set_exception(Overloaded())
            return future
        self._waiting.append((item, future))
        if self._task is None:
            self._task = loop.create_task(self._work())
        return future

    async def drained(self) -> None:
        """Wait until everything submitted so far is answered."""
        while self._task is not None:
            await asyncio.wait([self._task])

    def stop(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)

    async def _work(self) -> None:
        try:
            while self._waiting:
                count = min(MOST_AT_ONCE, len(self._waiting))
                await self._commit([self._waiting.popleft() for _ in range(count)])
        finally:
            self._task = None

    async def _commit(self, batch: "Sequence[tuple[Item, asyncio.Future[Outcome]]]") -> None:
        try:
            outcomes = await self._in_thread([item for item, _ in batch])
        except (OperationalError, InterfaceError) as error:
            log.warning("a batch of %d failed (%s)", len(batch), type(error).__name__)
            _fail(batch, error)
        except Exception as error:
            log.exception("a batch of %d broke", len(batch))
            await self._one_by_one(batch, error)
        else:
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                if not future.done():
                    future.set_result(outcome)

    async def _one_by_one(
        self, batch: "Sequence[tuple[Item, asyncio.Future[Outcome]]]", error: Exception
    ) -> None:
        if len(batch) == 1:
            _fail(batch, error)
            return
        for pair in batch:
            await self._commit([pair])

    async def _in_thread(self, items: Sequence[Item]) -> Sequence[Outcome]:
        outcomes = await db.in_thread(self._executor, self._run, items)
        if len(outcomes) != len(items):
            raise RuntimeError("a batch has one outcome per item")
        return outcomes


def _fail(batch: "Sequence[tuple[Item, asyncio.Future[Outcome]]]", error: Exception) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(error)
