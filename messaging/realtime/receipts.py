"""How far members have read: at most once a second per person and conversation, and never back."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from uuid import UUID

from messaging.events import ReadState

PAUSE = 1.0
MOST_REMEMBERED = 50_000
Key = tuple[UUID, UUID]


class Receipts:
    """Collects states and calls `send(states)`: at once for who was quiet, later and merged for who was not.

    `back(state)` is called for somebody who marked messages unread: that is nobody else's business.
    """

    def __init__(
        self, send: Callable[[Sequence[ReadState]], object], back: Callable[[ReadState], object]
    ) -> None:
        self._send = send
        self._back = back
        self._waiting: dict[Key, ReadState] = {}
        self._known: OrderedDict[Key, tuple[float, int, int]] = OrderedDict()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, states: Sequence[ReadState]) -> None:
        for state in states:
            delivered, read = self._furthest((state.conversation, state.user))
            if state.read < read:
                self._back(state)
            elif (state.delivered, state.read) != (delivered, read):
                self._waiting[state.conversation, state.user] = state
        self._flush()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _furthest(self, key: Key) -> tuple[int, int]:
        if waiting := self._waiting.get(key):
            return waiting.delivered, waiting.read
        return self._known.get(key, (0.0, -1, -1))[1:]

    def _flush(self) -> None:
        now = time.monotonic()
        due = [state for key, state in self._waiting.items() if now - self._said(key) >= PAUSE]
        for state in due:
            key = state.conversation, state.user
            del self._waiting[key]
            self._known[key] = (now, state.delivered, state.read)
            self._known.move_to_end(key)
        while len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
        if due:
            self._send(due)
        if self._waiting and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(PAUSE / 4, self._again)

    def _said(self, key: Key) -> float:
        return self._known.get(key, (-PAUSE, 0, 0))[0]

    def _again(self) -> None:
        self._timer = None
        self._flush()
