"""Who is writing: forwarded at most once in three seconds, kept nowhere, gone by itself."""

import time
from collections.abc import Callable

PAUSE = 3.0
MOST_REMEMBERED = 10_000


class TypingSieve:
    """Lets the first of a burst through, per person and conversation."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last: dict[tuple[str, str], float] = {}

    def passes(self, user: str, conversation: str) -> bool:
        now = self._clock()
        key = user, conversation
        if now - self._last.get(key, -PAUSE) < PAUSE:
            return False
        if len(self._last) >= MOST_REMEMBERED:
            self._last = {key: at for key, at in self._last.items() if now - at < PAUSE}
        self._last[key] = now
        return True
