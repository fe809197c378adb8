"""This process's line to the others: what it says goes out in order, what the others say comes in."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from messaging.realtime import groups, names
from messaging.realtime.groups import Message

log = logging.getLogger(__name__)
MOST_WAITING = 2000
SEND_SECONDS = 2.0
RETRY_SECONDS = 1.0
DEAF_SECONDS = 35.0

Taken = Callable[[], object]


class Link:
    """The process's only member of the layer's group. Errors of the layer are logged and go no further: what it
    loses, heads and the relay bring back."""

    def __init__(self, layer: Any, origin: str, hear: Callable[[Message], object]) -> None:
        self._layer = layer
        self._origin = origin
        self._hear = hear
        self._waiting: deque[tuple[Message, Taken | None]] = deque(maxlen=MOST_WAITING)
        self._bell = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._heard_myself = time.monotonic()
        self._heard_others = float("-inf")
        self._said_something = 0.0
        self._failing = False

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._listen()), loop.create_task(self._talk())]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def publish(self, message: Message, taken: Taken | None = None) -> None:
        """Queue a message for the others; `taken()` is called once the layer has it. Beyond the queue the oldest is
        forgotten."""
        self._waiting.append((message, taken))
        self._bell.set()

    @property
    def crowded(self) -> bool:
        """Whether so much waits that repeating anything would only make it more."""
        return len(self._waiting) > MOST_WAITING // 10

    @property
    def alone(self) -> bool:
        """Whether no other process with sockets has said a word for longer than a heartbeat. One that has just come up
        is heard as it asks who is here; what it was only told the names of until then it reads in the log. A worker or
        a command only speaks."""
        return time.monotonic() - self._heard_others > DEAF_SECONDS

    def check(self) -> None:
        """Once a heartbeat: a subscription that has silently died is noticed because we do not hear ourselves."""
        now = time.monotonic()
        if self._said_something > self._heard_myself and now - self._heard_myself > DEAF_SECONDS:
            log.warning("the channel layer is deaf: subscribing anew")
            self._heard_myself = now
            self._tasks[0].cancel()
            self._tasks[0] = asyncio.get_running_loop().create_task(self._listen(anew=True))
        self.publish(groups.notice(self._origin, "ping", {}))

    async def _talk(self) -> None:
        while True:
            await self._bell.wait()
            self._bell.clear()
            while self._waiting:
                message, taken = self._waiting.popleft()
                await self._send(message, taken)

    async def _send(self, message: Message, taken: Taken | None) -> None:
        try:
            # Not wait_for: it costs a task, and in Python 3.11 it loses a cancellation that comes just as the layer
            # answers, so that `stop` would wait for ever.
            async with asyncio.timeout(SEND_SECONDS):
                await self._layer.group_send(groups.GROUP, message)
        except Exception as error:
            if not self._failing:  # once, not for each of the hundreds that follow
                log.warning("the channel layer takes no messages (%s): the relay will", type(error).__name__)
            self._failing = True
            return
        if self._failing:
            log.warning("the channel layer takes messages again")
        self._failing = False
        self._said_something = time.monotonic()
        if taken is not None:
            taken()

    async def _listen(self, *, anew: bool = False) -> None:
        while True:
            try:
                if anew:
                    await self._layer.flush()
                channel = await self._layer.new_channel()
                await self._layer.group_add(groups.GROUP, channel)
                while True:
                    await self._hear_next(channel)
            except Exception as error:
                log.warning("the channel layer cannot be heard (%s)", type(error).__name__)
                anew = True
                await asyncio.sleep(RETRY_SECONDS)

    async def _hear_next(self, channel: str) -> None:
        try:
            message = await self._layer.receive(channel)
        except (
            ValueError,
            TypeError,
        ):  # bytes that are no message; subscribing anew would lose the real ones
            log.warning("something on the channel layer was no message: dropped")
        else:
            self._take(message)

    def _take(self, message: Message) -> None:
        # Our own words come back to us, 64 KiB at a time: who they are from is all that we want to know of them.
        if isinstance(message, dict) and message.get("origin") == self._origin:
            self._heard_myself = time.monotonic()
        elif groups.genuine(message):
            if names.listens(message["origin"]):
                self._heard_others = time.monotonic()
            self._hear(message)
        else:
            log.warning("a message of the channel layer was not ours: dropped")
