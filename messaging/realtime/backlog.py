"""How long the oldest item of a batcher has been waiting, seen by looking now and then: items carry no clock."""

import time
from collections import deque
from collections.abc import Callable
from typing import Protocol


class Counts(Protocol):
    """What a Batcher tells of itself."""

    answered: int

    @property
    def submitted(self) -> int: ...


class Backlog:
    """`look()` regularly: the answer is exact to the pause between two looks."""

    def __init__(self, batcher: Counts, clock: Callable[[], float] = time.monotonic) -> None:
        self._batcher = batcher
        self._clock = clock
        # At this time so many had been submitted.
        self._seen: deque[tuple[float, int]] = deque()

    def look(self) -> float:
        """For how many seconds the oldest item without an answer has been waiting; 0 when there is none."""
        now = self._clock()
        self._seen.append((now, self._batcher.submitted))
        while self._seen and self._seen[0][1] <= self._batcher.answered:
            self._seen.popleft()
        return now - self._seen[0][0] if self._seen else 0.0
