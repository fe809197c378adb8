"""One socket's way out: a bounded queue, and the rule for readers that do not keep up."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from messaging.realtime.frames import Frame
from messaging.realtime.outlet import Gone, Outlet, Slow
from messaging.realtime.protocol import Close

MOST_FRAMES = 256
MOST_BYTES = 1024 * 1024

Place = tuple[str, int, bool]


@dataclass(slots=True)
class _Waiting:
    frame: Frame
    place: Place | None
    size: int


class Writer:
    """Frames go out in order. Past 256 frames or 1 MiB waiting, the events among them are dropped and the socket is
    *lagging*: `dropped(places)` says which, `drained()` is called when the rest is out. Without a byte moving for the
    outlet's patience the socket ends with 4008. Answers (acks, errors, heartbeats) are not dropped; a client that
    makes more of them than fit without reading is ended the same way.
    """

    def __init__(
        self, outlet: Outlet, *, dropped: Callable[[list[Place]], object], drained: Callable[[], object]
    ) -> None:
        self.outlet = outlet
        self._dropped = dropped
        self._drained = drained
        self._queue: deque[_Waiting] = deque()
        self._bytes = 0
        self._task: asyncio.Task[None] | None = None
        self._empty: asyncio.Event = asyncio.Event()
        self._empty.set()
        self.lagging = False
        self.closed: int | None = None

    @property
    def busy(self) -> bool:
        """Whether frames wait; the least important ones are better not made then."""
        return bool(self._queue) or self._task is not None

    @property
    def flowing(self) -> bool:
        """Whether frames may go straight to the outlet: nothing waits, nothing was dropped, the peer keeps up."""
        return self._task is None and not self.lagging and self.closed is None and self.outlet.ready

    @property
    def half_full(self) -> bool:
        """Whether somebody who reads on for this socket should wait for `room()` first."""
        return len(self._queue) > MOST_FRAMES // 2 or self._bytes > MOST_BYTES // 2

    def push(self, frame: Frame, place: Place | None = None, *, paced: bool = False) -> None:
        """Send a frame as soon as the peer takes it.

        `place` marks an event: (conversation, seq, whether it is the last for this person). `paced` frames do not
        count against the bytes: whoever pushes them waits for `room()` before each.
        """
        if self.closed is not None:
            return
        if self._task is None and self.outlet.ready:
            self.outlet.write(frame.wire)
            return
        size = 0 if paced else len(frame.wire)
        self._queue.append(_Waiting(frame, place, size))
        self._bytes += size
        self._empty.clear()
        if len(self._queue) > MOST_FRAMES or self._bytes > MOST_BYTES:
            self._overflow()
        if self._task is None and self.closed is None:
            self._task = asyncio.get_running_loop().create_task(self._drain())

    async def room(self) -> None:
        """Wait until nothing is queued any more (or the socket is closed)."""
        await self._empty.wait()

    def close(self, code: int, last: Frame | None = None) -> None:
        """End the socket once, after the answers that still wait and a last frame; events are left to the next one."""
        if self.closed is not None:
            return
        waiting = [item.frame for item in self._queue if item.place is None]
        self._end(code, [*waiting, *([last] if last else [])])

    def forget(self) -> None:
        """The connection is already over."""
        if self.closed is None:
            self.closed = 0
        self._finish()

    def _overflow(self) -> None:
        places = [item.place for item in self._queue if item.place is not None]
        self._queue = deque(item for item in self._queue if item.place is None)
        self._bytes = sum(item.size for item in self._queue)
        if len(self._queue) > MOST_FRAMES or self._bytes > MOST_BYTES or not places:
            self._end(Close.SLOW)
            return
        self.lagging = True
        self._dropped(places)

    async def _drain(self) -> None:
        try:
            while self._queue and self.closed is None:
                item = self._queue.popleft()
                self._bytes -= item.size
                await self.outlet.send(item.frame)
        except Slow:
            self._end(Close.SLOW)
        except Gone:
            self.forget()
        finally:
            self._task = None
        if self.closed is None and not self._queue:
            self._empty.set()
            if self.lagging:
                self._drained()

    def _end(self, code: int, last: Sequence[Frame] = ()) -> None:
        self.closed = code
        self._finish()
        self.outlet.close(code, last, at_once=code == Close.SLOW)

    def _finish(self) -> None:
        self._queue.clear()
        self._bytes = 0
        self._empty.set()
        if self._task is not None and self._task is not asyncio.current_task():
            self._task.cancel()
