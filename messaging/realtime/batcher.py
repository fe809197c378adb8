"""Group commit: while one batch is being committed, the next one fills."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Generic, TypeVar

from django.db import InterfaceError, OperationalError

from chatify.lib import db
from messaging.realtime import hop

log = logging.getLogger(__name__)
Item = TypeVar("Item")
Outcome = TypeVar("Outcome")
MOST_AT_ONCE = 200
MOST_WAITING = 5_000
# After a batch of several the next one waits as long as that one took, and so long at most, while more keeps coming and
# until there are enough for it: what a batch costs by itself (as much as twenty messages) is shared by more.
SEVERAL, ENOUGH = 5, 32
LONGEST_REST = 0.01
LOOK_SECONDS = 0.002


class Overloaded(Exception):
    """More is waiting than can be promised: nothing was done with this item."""


class Batcher(Generic[Item, Outcome]):
    """Runs `run(items)` in a thread and with a database connection of its own, one batch at a time.

    Nobody waits when it is idle; under load a batch holds what came meanwhile, at most 200. `run` returns one outcome
    per item. When the database is not there, each item of the batch fails with that error. When one item breaks the
    code or its row the database's rules, the batch is done again item by item, so that the others are answered: items
    must bear repetition. One hop back to the loop answers the whole batch, then tells what it had to tell there.
    """

    def __init__(self, run: Callable[[Sequence[Item]], Sequence[Outcome]], *, name: str) -> None:
        self._run = run
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._waiting: deque[tuple[Item, Callable[[Outcome | Exception], object]]] = deque()
        self._idle = asyncio.Event()
        self._idle.set()
        self._running = 0
        self._began = 0.0
        self._resting: asyncio.TimerHandle | None = None
        self.answered = 0

    @property
    def submitted(self) -> int:
        """How many items it has taken so far; `answered` of them are done."""
        return self.answered + self._running + len(self._waiting)

    async def submit(self, item: Item) -> Outcome:
        """The item's outcome, in the order of submitting. Raises Overloaded, or what went wrong."""
        future: asyncio.Future[Outcome | Exception] = asyncio.get_running_loop().create_future()
        self.put(item, future.set_result)
        outcome = await future
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def put(self, item: Item, answer: Callable[[Outcome | Exception], object]) -> None:
        """Take a place in the next batch; `answer(outcome)` is called on the loop, with an error as a value."""
        if len(self._waiting) >= MOST_WAITING:
            answer(Overloaded())
            return
        self._waiting.append((item, answer))
        if self._idle.is_set():
            self._idle.clear()
            # Not at once: what the loop has read by now comes along.
            asyncio.get_running_loop().call_soon(self._next)
        elif self._resting is not None and len(self._waiting) >= ENOUGH:
            self._resting.cancel()
            self._resting = None
            asyncio.get_running_loop().call_soon(self._go_on)

    async def drained(self) -> None:
        """Wait until everything submitted so far is answered."""
        await self._idle.wait()

    def stop(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _next(self) -> None:
        self._began = time.monotonic()
        self._running = min(MOST_AT_ONCE, len(self._waiting))
        batch = [self._waiting.popleft() for _ in range(self._running)]
        self._executor.submit(self._work, asyncio.get_running_loop(), batch)

    def _work(
        self,
        loop: asyncio.AbstractEventLoop,
        batch: "Sequence[tuple[Item, Callable[[Outcome | Exception], object]]]",
    ) -> None:
        with hop.gathered() as calls:
            outcomes = self._outcomes([item for item, _ in batch])
        answers = [answer for _, answer in batch]
        hop.to(loop, lambda: self._answer(answers, outcomes, calls))

    def _answer(
        self,
        answers: "Sequence[Callable[[Outcome | Exception], object]]",
        outcomes: Sequence[Outcome | Exception],
        calls: Sequence[hop.Call],
    ) -> None:
        rest = self._rest()
        self.answered, self._running = self.answered + self._running, 0
        if rest:
            self._look(-1, until=time.monotonic() + rest)
        else:  # first of all: the database works while the loop writes
            self._go_on()
        for answer, outcome in zip(answers, outcomes, strict=True):
            _call(answer, outcome)
        for call in calls:
            _call(call)

    def _look(self, seen: int, *, until: float) -> None:
        """Go on once nothing more has come since the last look: everybody there is to wait for waits already."""
        waiting = len(self._waiting)
        if waiting == seen or time.monotonic() >= until:
            self._go_on()
        else:
            again = partial(self._look, waiting, until=until)
            self._resting = asyncio.get_running_loop().call_later(LOOK_SECONDS, again)

    def _rest(self) -> float:
        if self._running < SEVERAL or len(self._waiting) >= ENOUGH:
            return 0.0
        return min(LONGEST_REST, time.monotonic() - self._began)

    def _go_on(self) -> None:
        self._resting = None
        if self._waiting:
            self._next()
        else:
            self._idle.set()

    # In the thread

    def _outcomes(self, items: Sequence[Item]) -> Sequence[Outcome | Exception]:
        try:
            outcomes = db.with_care(self._run, items)
            if len(outcomes) != len(items):
                raise RuntimeError("a batch has one outcome per item")
        except (OperationalError, InterfaceError) as error:
            log.warning("a batch of %d failed (%s)", len(items), type(error).__name__)
            return [error] * len(items)
        except Exception as error:
            log.exception("a batch of %d broke", len(items))
            return [error] if len(items) == 1 else [self._outcomes([item])[0] for item in items]
        return outcomes


class Lanes(Generic[Item, Outcome]):
    """Several batchers beside each other: items of the same `key` keep their order, all in one lane, while the batches
    of two lanes wait for the database at the same time."""

    def __init__(
        self,
        run: Callable[[Sequence[Item]], Sequence[Outcome]],
        *,
        name: str,
        count: int,
        key: Callable[[Item], Hashable],
    ) -> None:
        self.lanes: list[Batcher[Item, Outcome]] = [Batcher(run, name=f"{name}_{n}") for n in range(count)]
        self._key = key

    @property
    def waiting(self) -> int:
        """How many items are not answered yet."""
        return sum(lane.submitted - lane.answered for lane in self.lanes)

    def put(self, item: Item, answer: Callable[[Outcome | Exception], object]) -> None:
        """As a batcher's."""
        self.lanes[hash(self._key(item)) % len(self.lanes)].put(item, answer)

    async def drained(self) -> None:
        """Wait until everything submitted so far is answered."""
        await asyncio.gather(*(lane.drained() for lane in self.lanes))

    def stop(self) -> None:
        for lane in self.lanes:
            lane.stop()


def _call(call: Callable[..., object], *args: object) -> None:
    """What one answer breaks must not cost the others theirs."""
    try:
        call(*args)
    except Exception:
        log.exception("an answer failed")
