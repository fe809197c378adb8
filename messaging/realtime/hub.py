"""One per process: hears every event once and hands it to the sockets that may have it."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeVar

from django.db import DatabaseError

from messaging.queries.sync import SocketMembership
from messaging.realtime import frames
from messaging.realtime.conversation_state import UNKNOWN, Room
from messaging.realtime.frames import Packet
from messaging.realtime.recent import Recent
from messaging.realtime.sockets import Socket
from messaging.realtime.store import PAGE, Store

log = logging.getLogger(__name__)
T = TypeVar("T")
MOST_ABSENT = 20_000
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 5.0
REPLAYS_AT_ONCE = 16
# A round of so many writes is worth looking at its time. What comes meanwhile waits for so many times that, and so long
# at most.
MANY_WRITES = 100
RESTS = 3
LONGEST_REST = 0.01


class Hub:
    """Rooms by conversation, greeted sockets by person. Everything here runs on the server's loop.

    `recent` keeps what was delivered lately, also when everybody has just gone. `absent` remembers conversations
    without a listener here, by membership version: as long as nobody joined, their events need no look at the
    database.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.rooms: dict[str, Room] = {}
        self.people: dict[str, set[Socket]] = {}
        self.absent: OrderedDict[str, int] = OrderedDict()
        self.recent = Recent()
        self.replays = asyncio.Semaphore(REPLAYS_AT_ONCE)
        self._heard: list[Packet] = []
        self._resting = False

    # Events

    def hears(self, conversation: str, version: int) -> bool:
        """Whether an event of this conversation is of use here: somebody listens, or did a moment ago."""
        return self.wants(conversation, version) or self.recent.follows(conversation)

    def wants(self, conversation: str, version: int) -> bool:
        """Whether an event of this conversation may have a listener here."""
        if conversation in self.rooms:
            return True
        return bool(self.people) and self.absent.get(conversation, UNKNOWN) < version

    def hear(self, packets: Iterable[Packet]) -> None:
        """Take events in whatever order, from our own process or from the layer.

        They are handed out at once, unless many sockets were written to just now: then what comes is gathered for
        three times as long as that took, so that a socket gets in one write what was said meanwhile, and three quarters
        of the loop's time are left for everything else.
        """
        self._heard.extend(packets)
        if not self._resting:
            self._hand_out()

    def _hand_out(self) -> None:
        began = time.monotonic()
        heard, self._heard = self._heard, []
        groups: dict[str, list[Packet]] = {}
        for packet in heard:
            groups.setdefault(packet.conversation, []).append(packet)
        writes = sum(self._hear(conversation, group) for conversation, group in groups.items())
        if writes >= MANY_WRITES:
            self._resting = True
            # The writes happen once we return: only the next turn of the loop knows how long they took.
            asyncio.get_running_loop().call_soon(self._rest, began)

    def _rest(self, began: float) -> None:
        pause = min(LONGEST_REST, RESTS * (time.monotonic() - began))
        asyncio.get_running_loop().call_later(pause, self._rested)

    def _rested(self) -> None:
        self._resting = False
        if self._heard:
            self._hand_out()

    def _hear(self, conversation: str, heard: Sequence[Packet]) -> int:
        """Pass on events of one conversation; the number of sockets here that follow it."""
        if not self.wants(conversation, max(packet.version for packet in heard)):
            if self.recent.follows(conversation):
                for packet in heard:
                    self.recent.keep(packet)
            return 0
        room = self.rooms.get(conversation)
        if room is None:
            room = Room(self, conversation, last=heard[0].seq - 1, version=UNKNOWN)
            self.rooms[conversation] = room
        room.hear(heard)
        return len(room.sockets)

    def last(self, conversation: str) -> int:
        """The last seq delivered here; 0 for a conversation without a listener."""
        room = self.rooms.get(conversation)
        return room.last if room else 0

    def touched(self, conversation: str) -> float:
        """When an event was last delivered here, on the monotonic clock."""
        room = self.rooms.get(conversation)
        return room.touched if room else 0.0

    # Sockets

    def greet(self, socket: Socket) -> None:
        """From now on this person is noticed when they join something. Before their memberships are read, so that
        nothing falls between."""
        self.people.setdefault(socket.user_id, set()).add(socket)

    def attach(self, socket: Socket, row: SocketMembership) -> None:
        """Let the socket follow a conversation from the head at which the row found it a member.

        Not from what the hub has seen since: what lies between may be the very removal of this person, and a socket
        that starts before its removal always comes to it.
        """
        conversation = str(row.conversation)
        room = self.rooms.get(conversation)
        if room is None:
            room = self.rooms[conversation] = Room(self, conversation, last=row.head, version=row.version)
        room.sockets.add(socket)
        socket.hush(conversation, row.quiet)
        socket.sent.setdefault(room.conversation, row.head)

    async def still_in(self, socket: Socket, conversation: str) -> bool:
        """Whether a socket that was shown out is of somebody who is a member now: then it stays."""
        _, members = await self.reliably(self.store.members, conversation)
        room = self.rooms.get(conversation)
        if socket.user_id not in members or room is None or conversation not in socket.sent:
            return False
        room.sockets.add(socket)
        socket.stay(conversation)
        return True

    async def attach_missing(self, socket: Socket) -> None:
        """Let the socket follow what its person is in and it does not follow yet: an event that told it was lost."""
        for row in await self.reliably(self.store.memberships, socket.id):
            if str(row.conversation) not in socket.sent:
                self.attach(socket, row)
                socket.say(frames.inbox(str(row.conversation)))

    def admit(self, socket: Socket, room: Room, seq: int, visible_from: int, quiet: bool) -> None:
        """Somebody here is a member and may follow from the event `seq` on."""
        name = room.conversation
        start = max(seq, visible_from) - 1
        known = socket.sent.get(name)
        if known is None:
            socket.sent[name] = start
        elif name in socket.leaving or known < visible_from - 1:
            socket.rejoining[name] = start  # it is still reading towards the end of an earlier stay
        else:
            return
        room.sockets.add(socket)
        socket.hush(name, quiet)
        socket.whisper(frames.inbox(name))

    def detach(self, socket: Socket, conversation: str) -> None:
        """Nothing more of this conversation for this socket, unless they joined again meanwhile."""
        sent = socket.sent.pop(conversation, 0)
        socket.holds.pop(conversation, None)
        socket.leaving.discard(conversation)
        again = socket.rejoining.pop(conversation, None)
        room = self.rooms.get(conversation)
        if room is None:
            return
        if again is not None and again >= sent:  # else it is of the stay that has just ended
            socket.sent[conversation] = again
            socket.fill([conversation])
            return
        room.sockets.discard(socket)
        if not room.sockets and not room.busy:
            self.forget(room)

    def leave(self, socket: Socket) -> None:
        """The socket is gone."""
        socket.rejoining.clear()
        for conversation in list(socket.sent):
            self.detach(socket, conversation)
        group = self.people.get(socket.user_id)
        if group is not None:
            group.discard(socket)
            if not group:
                del self.people[socket.user_id]

    def forget(self, room: Room) -> None:
        """Drop a room without listeners, remembering what its members looked like."""
        waiting = room.stop()
        if self.rooms.get(room.conversation) is not room:
            return
        del self.rooms[room.conversation]
        self.absent[room.conversation] = room.version
        self.absent.move_to_end(room.conversation)
        while len(self.absent) > MOST_ABSENT:
            self.absent.popitem(last=False)
        self.hear(waiting)

    # Care

    async def after(self, conversation: str, since: int) -> Sequence[Packet]:
        """The next events after `since`, at most a page, oldest first: what was delivered here lately, else the log."""
        kept = self.recent.between(conversation, since, self.last(conversation))
        if kept:
            return kept[:PAGE]
        return [Packet.of(event) for event in await self.reliably(self.store.after, conversation, since)]

    async def reliably(self, read: Callable[..., Awaitable[T]], *args: Any) -> T:
        """Read from the database, again and again while it is down."""
        pause = FIRST_PAUSE
        while True:
            try:
                return await read(*args)
            except DatabaseError as error:
                log.warning("the database did not answer (%s)", type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 2)

    def sockets(self) -> Sequence[Socket]:
        """Every greeted socket."""
        return [socket for group in self.people.values() for socket in group]
