"""What one process knows of one conversation, and its two promises: no hole, and nobody who was removed."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from messaging.realtime import runs
from messaging.realtime.frames import Packet
from messaging.realtime.recent import Recent
from messaging.realtime.runs import Run
from messaging.realtime.sockets import Socket
from messaging.realtime.store import PAGE, Standing, Store

log = logging.getLogger(__name__)
PATIENCE = 0.5
MOST_WAITING = 1000
UNKNOWN = -1
T = TypeVar("T")


class Surroundings(Protocol):
    """What a room needs of the hub."""

    @property
    def store(self) -> Store: ...
    @property
    def recent(self) -> Recent: ...
    @property
    def people(self) -> Mapping[str, Collection[Socket]]: ...
    def admit(self, socket: Socket, room: "Room", seq: int, visible_from: int, quiet: bool) -> None: ...
    def forget(self, room: "Room") -> None: ...
    async def reliably(self, read: Callable[..., Awaitable[T]], *args: Any) -> T: ...


class Room:
    """Delivers `last + 1` and nothing else to the sockets in it.

    A lower event is dropped. A higher one waits at most half a second, then what is missing is read once for all. An
    event of a newer membership version waits until the members are read: newcomers are let in just before it, and
    who is no member any more gets what is theirs up to the removal, from the database, and is out.
    """

    __slots__ = (
        "_hub",
        "_task",
        "_timer",
        "_waiting",
        "conversation",
        "last",
        "sockets",
        "touched",
        "version",
    )

    def __init__(self, hub: Surroundings, conversation: str, *, last: int, version: int) -> None:
        self._hub = hub
        self._waiting: dict[int, Packet] = {}
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.conversation = conversation
        self.last = last
        self.version = version
        self.touched = 0.0
        self.sockets: set[Socket] = set()

    @property
    def busy(self) -> bool:
        """Whether the database is being asked; the version may be about to change."""
        return self._task is not None

    def hear(self, packets: Sequence[Packet]) -> None:
        """Take events in whatever order they come."""
        if self._in_step(packets):
            for run in runs.cut(packets):
                self._pass_on(run)
            return
        for packet in packets:
            if packet.seq > self.last and len(self._waiting) < MOST_WAITING:
                self._waiting.setdefault(packet.seq, packet)
        if self._task is None:
            self._pump()

    def _in_step(self, packets: Sequence[Packet]) -> bool:
        """Whether these are exactly the next events, with nothing to be asked or decided first."""
        if self._task is not None or self._waiting:
            return False
        version = self.version
        return all(
            packet.seq == seq and packet.version <= version and packet.plain
            for seq, packet in enumerate(packets, self.last + 1)
        )

    def _pass_on(self, run: Run) -> None:
        self.last = run.last
        self.touched = time.monotonic()
        for packet in run.packets:
            self._hub.recent.keep(packet)
        for socket in tuple(self.sockets):
            if not socket.take(run):
                for packet in run.packets:
                    socket.emit(packet)

    def reach(self, head: int) -> None:
        """The log is known to go up to `head`: read what never arrived."""
        if head > self.last and self._task is None:
            self._start(self._catch_up())

    def stop(self) -> list[Packet]:
        """Nobody listens any more; returns what still waited, which may let somebody in."""
        self._disarm()
        if self._task is not None:
            self._task.cancel()
        waiting, self._waiting = self._waiting, {}
        return [waiting[seq] for seq in sorted(waiting)]

    def _pump(self) -> None:
        while (packet := self._waiting.get(self.last + 1)) is not None:
            if packet.event is None:
                self._start(self._catch_up())
                return
            if packet.version > self.version or self._lets_in(packet):
                self._start(self._read_members(packet))
                return
            self._deliver(packet)
        self._disarm()
        if self._waiting:
            self._timer = asyncio.get_running_loop().call_later(PATIENCE, self._out_of_patience)

    def _out_of_patience(self) -> None:
        self._timer = None
        if self._task is None:
            self._start(self._catch_up())

    def _deliver(self, packet: Packet) -> None:
        self.last = packet.seq
        self._hub.recent.keep(packet)
        self.touched = time.monotonic()
        self._waiting.pop(packet.seq, None)
        for socket in tuple(self.sockets):
            socket.emit(packet)
            if packet.removes(socket.user_id) and socket.sent.get(self.conversation, packet.seq) < packet.seq:
                self._show_out(socket)  # it could not take the event now: it will read it

    def _start(self, work: Any) -> None:
        self._disarm()
        self._task = asyncio.get_running_loop().create_task(work)
        self._task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._task = None
        if task.cancelled():
            return
        if error := task.exception():
            log.error("conversation %s stumbled", self.conversation, exc_info=error)
            self._waiting.clear()
        if not self.sockets:
            self._hub.forget(self)
        elif not error:
            self._pump()

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def _read_members(self, packet: Packet) -> None:
        _, members = await self._hub.reliably(self._hub.store.members, self.conversation)
        self._admit(members, packet.seq)
        self._dismiss(members, packet)
        # Not the version just read: what it adds has an event of its own, which is yet to come.
        self.version = packet.version
        self._deliver(packet)

    async def _catch_up(self) -> None:
        """Read the missing events once for everybody here, then who may have them."""
        events: Sequence[dict[str, Any]] = [{}] * PAGE
        while len(events) == PAGE:
            events = await self._hub.reliably(self._hub.store.after, self.conversation, self.last)
            version, members = await self._hub.reliably(self._hub.store.members, self.conversation)
            if not events:
                break
            self._admit(members, self.last + 1)
            self._dismiss(members, Packet.of(events[0]))
            self.version = max(self.version, version)
            for event in events:
                packet = Packet.of(event)
                if packet.joins:
                    self._admit(members, packet.seq)
                if packet.seq == self.last + 1:
                    self._deliver(packet)
        self._drop_unreadable()

    def _drop_unreadable(self) -> None:
        """What still waits without its row, or below the end, would only be asked for again at once."""
        for seq, packet in list(self._waiting.items()):
            if seq <= self.last or packet.event is None:
                del self._waiting[seq]

    def _lets_in(self, packet: Packet) -> bool:
        """Whether somebody here joins with this event whom the version did not tell of."""
        sockets = self._hub.people.get(packet.joins or "", ())
        return any(socket not in self.sockets for socket in sockets)

    def _admit(self, members: Mapping[str, Standing], seq: int) -> None:
        for user in self._hub.people.keys() & members.keys():
            for socket in self._hub.people[user]:
                self._hub.admit(socket, self, seq, *members[user])

    def _dismiss(self, members: Mapping[str, Standing], packet: Packet) -> None:
        for socket in tuple(self.sockets):
            if socket.user_id not in members and not packet.removes(socket.user_id):
                self._show_out(socket)

    def _show_out(self, socket: Socket) -> None:
        self.sockets.discard(socket)
        socket.depart(self.conversation)
