"""Telling a person's sockets to fetch a row: at once, then at most once in five seconds, and never for the last time
too early."""

import asyncio
from collections.abc import Callable

PAUSE = 5.0


class Hints:
    """Calls `tell(user, conversation)`; what comes within the pause becomes one call at its end."""

    def __init__(self, tell: Callable[[str, str], object]) -> None:
        self._tell = tell
        self._quiet: dict[tuple[str, str], asyncio.TimerHandle] = {}
        self._again: set[tuple[str, str]] = set()

    def give(self, user: str, conversation: str) -> None:
        key = user, conversation
        if key in self._quiet:
            self._again.add(key)
        else:
            self._now(key)

    def stop(self) -> None:
        for timer in self._quiet.values():
            timer.cancel()

    def _now(self, key: tuple[str, str]) -> None:
        self._quiet[key] = asyncio.get_running_loop().call_later(PAUSE, self._over, key)
        self._tell(*key)

    def _over(self, key: tuple[str, str]) -> None:
        del self._quiet[key]
        if key in self._again:
            self._again.discard(key)
            self._now(key)
