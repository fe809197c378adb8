"""What one serving process has: its hub, its batchers, its line to the others, and what it does by the clock."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings

from chatify.lib import db, strain
from messaging.events import PublishedEvent, ReadState
from messaging.operations import settle
from messaging.operations.inbox import Advance
from messaging.realtime import frames, groups, heartbeat, hop, publish, render, sending, settling
from messaging.realtime.announcer import Announcer
from messaging.realtime.backlog import Backlog
from messaging.realtime.batcher import Batcher, Lanes
from messaging.realtime.gathering import Gathering
from messaging.realtime.groups import Message
from messaging.realtime.hub import Hub
from messaging.realtime.link import Link
from messaging.realtime.names import new_origin
from messaging.realtime.notices import Notices
from messaging.realtime.protocol import Close
from messaging.realtime.publish import Taken
from messaging.realtime.sending import Posting
from messaging.realtime.sessions import Sessions
from messaging.realtime.sockets import Socket
from messaging.realtime.store import DatabaseStore
from messaging.realtime.typing import TypingSieve

log = logging.getLogger(__name__)
CHECK_SECONDS = 25.0
RELAY_SECONDS = 1.0
STRAIN_SECONDS = 0.25
# Where several transactions write at the same time; elsewhere one.
LANES = {"postgresql": 2}
BYE_WITHIN_MS = (500, 5000)


class ServingProcess:
    """Everything of realtime that lives as long as the server. Made and used on the server's loop."""

    def __init__(self, *, heartbeat_seconds: float) -> None:
        self.heartbeat_seconds = heartbeat_seconds
        self.loop = asyncio.get_running_loop()
        self.origin = new_origin()
        self.arrivals = Gathering()
        self.hub = Hub(DatabaseStore(self.arrivals))
        self.sessions = Sessions()
        lanes = LANES.get(db.vendor(), 1)
        self.sends: Lanes[Posting, Any] = Lanes(sending.post, name="sends", count=lanes, key=sending.lane)
        self.marks: Batcher[Advance, Any] = Batcher(sending.mark, name="marks")
        self._backlogs = [Backlog(lane) for lane in self.sends.lanes]
        layer = get_channel_layer()
        shared = layer is not None and getattr(layer, "shared", True)
        self.link = Link(layer, self.origin, self._heard) if shared else None
        self._announcer = Announcer(self.link, self.origin) if self.link else None
        self.notices = Notices(self.hub, self.sessions, self._tell_others if shared else None)
        self.stopping = False
        self._typing = TypingSieve()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        render.warm()
        if self.link:
            self.link.start()
            self._tell_others("who", {})
        for pause, work in (
            (self.heartbeat_seconds, self._beat),
            (CHECK_SECONDS, self._check),
            (RELAY_SECONDS, self._relay),
            (STRAIN_SECONDS, self._weigh),
        ):
            self._tasks.append(self.loop.create_task(_regularly(pause, work)))
        publish.serve_with(self)

    async def stop(self) -> None:
        publish.serve_with(None)
        strain.idle()
        self.notices.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.link:
            await self.link.stop()
        self.sends.stop()
        self.marks.stop()
        self.arrivals.stop()

    async def farewell(self) -> None:
        """Answer what was promised, tell everybody when to come back, and close."""
        self.stopping = True
        try:
            await asyncio.wait_for(asyncio.gather(self.sends.drained(), self.marks.drained()), 5.0)
        except TimeoutError:
            log.warning("the last batches are still in the database")
        if self._announcer:
            self._announcer.flush()
        for socket in self.sessions.all():
            socket.close(Close.RESTART, frames.bye(random.randint(*BYE_WITHIN_MS)))

    def ended(self, socket: Socket, rooms: list[str]) -> None:
        """A socket is over; it was in these rooms."""
        self.sessions.exit(socket)
        self.notices.presence.left(socket, rooms)

    # Publishing (see publish.py)

    def hop(self, work: Callable[[], object]) -> bool:
        """Run `work` on the server's loop soon; False when the server is gone."""
        return hop.to(self.loop, work)

    def log(self, rows: Sequence[PublishedEvent], taken: Taken) -> None:
        """To our own sockets at once, then to the other processes."""
        packets = groups.packets_of(rows)
        self.hub.hear(packets)
        if self._announcer is None:
            taken()
        else:
            self._announcer.say(packets, taken)

    def receipts(self, states: Sequence[ReadState]) -> None:
        self.notices.receipts.add(states)

    def revoke(self, user: str, session: str | None) -> None:
        self.notices.everywhere("revoke", {"user": user, "session": session})

    def reach(self, users: Sequence[str]) -> None:
        for user in users:
            self.notices.everywhere("reach", {"user": user})

    def rows(self, user: str, conversations: Sequence[str]) -> None:
        self.notices.rows(user, conversations)

    def met(self, user: str, conversation: str) -> None:
        self.notices.everywhere("met", {"user": user, "conversation": conversation})

    def told(self, user: str, waiting: int, fresh: Sequence[dict[str, Any]]) -> None:
        self.notices.everywhere("told", {"user": user, "waiting": waiting, "fresh": list(fresh)})

    def typing(self, socket: Socket, conversation: str) -> None:
        """Somebody writes; only members are heard, others are ignored without a word."""
        if not socket.reach.typing or conversation in socket.quiet or strain.sheds("typing"):
            return
        if conversation in socket.sent and self._typing.passes(socket.user_id, conversation):
            self.notices.everywhere("typing", {"conversation": conversation, "user": socket.user_id})

    # The others

    def _tell_others(self, kind: str, body: dict[str, Any]) -> None:
        if self.link is not None:
            self.link.publish(groups.notice(self.origin, kind, body))

    def _heard(self, message: Message) -> None:
        if message["kind"] == "notice":
            self.notices.hear(message["payload"])
        else:
            self.hub.hear(groups.packets(message, self.hub.hears))

    # By the clock

    async def _beat(self) -> None:
        await heartbeat.beat(self.hub)
        await self.notices.presence.refresh()
        if self.link:
            self.link.check()

    async def _check(self) -> None:
        await self.sessions.check(self.sessions.all())
        await heartbeat.complete(self.hub)

    async def _weigh(self) -> None:
        """How far behind we are decides what is left undone (strain.py)."""
        strain.report(max(backlog.look() for backlog in self._backlogs))
        strain.weigh(self.sends.waiting)

    async def _relay(self) -> None:
        """Announce what a crash, here or elsewhere, left between commit and publishing."""
        if self.link and self.link.crowded:
            return
        while left := await db.in_thread(db.READS, settle.unsettled, but=settling.announced()):
            taken = asyncio.Event()
            self.log(left.rows, taken.set)
            await asyncio.sleep(RELAY_SECONDS / 2)
            if not taken.is_set():  # the layer takes nothing now
                return
            await db.in_thread(db.READS, settle.settle, left.batches)


async def _regularly(pause: float, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(pause * random.uniform(0.9, 1.1))
        try:
            await work()
        except Exception as error:
            log.warning("%s failed (%s)", work.__name__.strip("_"), type(error).__name__)
            log.info("it failed like this", exc_info=True)


_current: ServingProcess | None = None


def current() -> ServingProcess:
    """The process of this loop, started on first use where the server has no lifespan."""
    global _current
    if _current is None or _current.loop is not asyncio.get_running_loop():
        _current = ServingProcess(heartbeat_seconds=settings.CHATIFY_HEARTBEAT_SECONDS)
        _current.start()
    return _current


async def stop() -> None:
    """End what `current` started."""
    global _current
    if _current is not None:
        await _current.stop()
        _current = None
