"""One open socket: who it is, what it was sent of each conversation, and the rule that it sees no hole."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any, Protocol, TypeVar
from uuid import UUID

from accounts.queries import SocketIdentity
from accounts.reach import OPEN
from messaging.realtime.frames import Format, Frame, Packet
from messaging.realtime.names import digest_of
from messaging.realtime.outlet import Outlet
from messaging.realtime.protocol import Close
from messaging.realtime.recent import Recent
from messaging.realtime.runs import Run
from messaging.realtime.store import PAGE, Store
from messaging.realtime.writer import Place, Writer

log = logging.getLogger(__name__)
MOST_HELD = 256
T = TypeVar("T")


@dataclass(slots=True)
class Hold:
    """A conversation whose past is being read: what arrives meanwhile waits here, bounded."""

    packets: deque[Packet] = field(default_factory=lambda: deque(maxlen=MOST_HELD))


class Home(Protocol):
    """What a socket needs of the hub."""

    @property
    def store(self) -> Store: ...
    @property
    def recent(self) -> Recent: ...
    @property
    def replays(self) -> asyncio.Semaphore: ...
    def last(self, conversation: str) -> int: ...
    def touched(self, conversation: str) -> float: ...
    def detach(self, socket: "Socket", conversation: str) -> None: ...
    def leave(self, socket: "Socket") -> None: ...
    async def attach_missing(self, socket: "Socket") -> None: ...
    async def after(self, conversation: str, since: int) -> Sequence[Packet]: ...
    async def still_in(self, socket: "Socket", conversation: str) -> bool: ...
    async def reliably(self, read: Callable[..., Awaitable[T]], *args: Any) -> T: ...


class Socket:
    """For each conversation it emits `sent + 1` and nothing else: lower is dropped, a hole is filled first."""

    def __init__(
        self,
        hub: Home,
        identity: SocketIdentity,
        outlet: Outlet,
        ended: Callable[["Socket", list[str]], object] | None = None,
    ) -> None:
        self.hub = hub
        self.identity = identity
        self.user = identity.user
        self.user_id = str(identity.user.id)
        self.session = digest_of(identity.session_key)
        self.reach = OPEN
        self.quiet: set[str] = set()
        self.format = Format("json", "en")
        self.writer = Writer(outlet, dropped=self._dropped, drained=self._drained)
        self._ended = ended
        self.open = False
        self.sent: dict[str, int] = {}
        self.holds: dict[str, Hold] = {}
        self.leaving: set[str] = set()
        self.rejoining: dict[str, int] = {}
        self.beat = 0
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def id(self) -> UUID:
        return UUID(self.user_id)

    def run(self, work: Any) -> asyncio.Task[Any]:
        """Do something beside the receive loop; it ends with the socket, and the socket with its failure: a client
        that comes back starts from what it has."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ran)
        return task

    def _ran(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("a socket's work failed", exc_info=error)
            self.close(Close.SERVER)

    def speak(self, kind: str, language: str) -> None:
        """How this client wants its events."""
        self.format = Format(kind, language)

    def hush(self, conversation: str, quiet: bool) -> None:
        """Whether this person shows nothing of themselves there and sees nothing of others, for now."""
        (self.quiet.add if quiet else self.quiet.discard)(conversation)

    def say(self, frame: Frame) -> None:
        """An answer: never dropped."""
        self.writer.push(frame)

    def whisper(self, frame: Frame) -> None:
        """Typing, presence, receipts: left out for a socket that is behind."""
        if self.open and not self.writer.busy:
            self.writer.push(frame)

    def close(self, code: int, last: Frame | None = None) -> None:
        """End it; the hub forgets it at once, so that nothing more reaches it."""
        self.writer.close(code, last)
        self.end()

    def end(self) -> None:
        """The connection is over, whoever ended it."""
        self.open = False
        self.writer.forget()
        rooms = list(self.sent)
        self.hub.leave(self)
        ended, self._ended = self._ended, None
        if ended is not None:
            ended(self, rooms)
        for task in list(self._tasks):
            if task is not asyncio.current_task():
                task.cancel()

    # Events

    def take(self, run: Run) -> bool:
        """What `emit` does for each event of a run, in one write, where nothing stands in the way; else False.

        Each socket of a conversation costs this once per batch: 0.6 µs, beside the kernel's four.
        """
        conversation = run.conversation
        if self.sent.get(conversation) != run.before or conversation in self.holds:
            return False
        if not (self.open and self.writer.flowing):
            return False
        self.sent[conversation] = run.last
        self.writer.outlet.write(run.wire(self.format))
        return True

    def emit(self, packet: Packet) -> None:
        """Take an event from the hub."""
        sent = self.sent.get(packet.conversation)
        if sent is None or not self.open or packet.seq <= sent:
            return
        hold = self.holds.get(packet.conversation)
        if hold is not None:
            hold.packets.append(packet)
        elif self.writer.lagging:
            return
        elif packet.seq == sent + 1:
            self.deliver(packet)
        else:
            self.hold(packet.conversation).packets.append(packet)
            self.fill([packet.conversation])

    def deliver(self, packet: Packet) -> None:
        """Send the next event of its conversation. The removal of this person is the last."""
        self.sent[packet.conversation] = packet.seq
        last = packet.removes(self.user_id)
        if last:  # before it is pushed: a full queue may take it back, and then it is still to be sent
            self.hub.detach(self, packet.conversation)
        self.writer.push(packet.frame_for(self.user_id, self.format), (packet.conversation, packet.seq, last))

    def hold(self, conversation: str) -> Hold:
        """Let this conversation's live events wait until `release`."""
        return self.holds.setdefault(conversation, Hold())

    def release(self, conversation: str) -> None:
        """Emit what waited, and go on live."""
        hold = self.holds.pop(conversation, None)
        for packet in hold.packets if hold else ():
            self.emit(packet)

    def raise_to(self, conversation: str, seq: int) -> None:
        """The client has this conversation up to `seq` by another way (replay, reset)."""
        if conversation in self.sent:
            self.sent[conversation] = max(self.sent[conversation], seq)

    # Catching up

    def behind(self) -> list[str]:
        """Conversations of which the hub has seen more than this socket was sent."""
        return [
            conversation
            for conversation, sent in self.sent.items()
            if conversation in self.leaving
            or (sent < self.hub.last(conversation) and conversation not in self.holds)
        ]

    def fill(self, conversations: Iterable[str]) -> None:
        """Read from the database what is missing, beside everything else."""
        for conversation in conversations:
            self.hold(conversation)
            self.run(self._fill(conversation))

    def depart(self, conversation: str) -> None:
        """This person was removed: send what is theirs up to the removal, then nothing."""
        self.leaving.add(conversation)
        self.rejoining.pop(conversation, None)
        if conversation not in self.holds and not self.writer.lagging:
            self.fill([conversation])

    def stay(self, conversation: str) -> None:
        """It was no removal of this stay."""
        self.leaving.discard(conversation)
        self.rejoining.pop(conversation, None)

    async def _fill(self, conversation: str) -> None:
        if await self._read_on(conversation):
            self.release(conversation)
        else:
            self.holds.pop(conversation, None)

    async def _read_on(self, conversation: str) -> bool:
        """Send pages until the log's end. False when the socket fell behind meanwhile or is no longer in it."""
        while (sent := self.sent.get(conversation)) is not None:
            packets = await self._after(conversation, sent)
            lost = conversation in self.leaving and not self._comes_to_the_end(packets)
            # The removal lies behind us: it belongs to an earlier stay, or nothing here is theirs any more.
            if lost and not await self.hub.still_in(self, conversation):
                break
            for packet in packets:
                if self.writer.half_full:
                    await self.writer.room()
                if not self._next(packet):
                    return False
            if len(packets) < PAGE:
                return conversation not in self.leaving
        self.hub.detach(self, conversation)
        return False

    async def _after(self, conversation: str, since: int) -> Sequence[Packet]:
        if conversation not in self.leaving:
            return await self.hub.after(conversation, since)
        # The removal may not have been delivered here yet: only the log is sure to hold it.
        events = await self.hub.reliably(self.hub.store.after, conversation, since)
        return [Packet.of(event) for event in events]

    def _comes_to_the_end(self, packets: Sequence[Packet]) -> bool:
        """Whether reading on leads to this person's removal; if not, none of it is theirs."""
        return len(packets) == PAGE or any(packet.removes(self.user_id) for packet in packets)

    def _next(self, packet: Packet) -> bool:
        sent = self.sent.get(packet.conversation)
        if sent is None or not self.open:
            return False
        if packet.seq == sent + 1:
            self.deliver(packet)
        return not self._overflowed

    @property
    def _overflowed(self) -> bool:
        return self.writer.lagging and not self._catching_up

    # Lagging

    _catching_up = False

    def _dropped(self, places: list[Place]) -> None:
        for conversation, group in groupby(sorted(places), key=itemgetter(0)):
            self._take_back(conversation, [(seq, last) for _, seq, last in group])

    def _take_back(self, conversation: str, dropped: list[tuple[int, bool]]) -> None:
        """These events were never sent. Where a removal is among them, what follows it is of a later stay."""
        removal = next((seq for seq, last in dropped if last), None)
        first, known = dropped[0][0], self.sent.get(conversation)
        if removal is not None:
            self.leaving.add(conversation)
            if known is not None:
                self.rejoining[conversation] = min(
                    [seq - 1 for seq, _ in dropped if seq > removal] or [known]
                )
        self.sent[conversation] = first - 1

    def _drained(self) -> None:
        if not self._catching_up and self.open:
            self._catching_up = True
            self.run(self._catch_up())

    async def _catch_up(self) -> None:
        try:
            while self.open and (behind := self.behind()):
                for conversation in behind:
                    await self._read_on(conversation)
            self.writer.lagging = False
            await self.hub.attach_missing(self)
        finally:
            self._catching_up = False
