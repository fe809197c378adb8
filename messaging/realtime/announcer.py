"""Committed events on their way to the other processes: at once where one listens, gathered where none is known to.

What a publish to Redis costs does not depend on what it says. Alone, a process would spend a third of its loop on words
that nobody hears but itself; one that comes up is heard as it asks who is here, and has subscribed before it asks.
"""

import asyncio
from collections.abc import Callable, Sequence

from messaging.realtime import groups
from messaging.realtime.frames import Packet
from messaging.realtime.link import Link
from messaging.realtime.publish import Taken

PAUSE_SECONDS = 0.05


class Announcer:
    """Says events over the link, in their order, and calls `taken()` once the layer has all that it was told."""

    def __init__(self, link: Link, origin: str) -> None:
        self._link = link
        self._origin = origin
        self._packets: list[Packet] = []
        self._taken: list[Taken] = []
        self._timer: asyncio.TimerHandle | None = None

    def say(self, packets: Sequence[Packet], taken: Taken) -> None:
        """Events of one batch."""
        self._packets.extend(packets)
        self._taken.append(taken)
        if not self._link.alone:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(PAUSE_SECONDS, self.flush)

    def flush(self) -> None:
        """Say now what was gathered."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        packets, taken = self._packets, self._taken
        self._packets, self._taken = [], []
        messages = list(groups.log_messages(self._origin, packets, named=self._link.alone))
        each = _after(len(messages), taken)
        for message in messages:
            self._link.publish(message, each)


def _after(count: int, calls: Sequence[Taken]) -> Callable[[], None]:
    """Something to call `count` times, which then makes these calls; at once where nothing is to be waited for."""
    left = count

    def once() -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            for call in calls:
                call()

    if not count:
        once()
    return once
