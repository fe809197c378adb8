"""Who is here: online while a socket is open anywhere, told to those who share a conversation and may know."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.core.cache import cache

from accounts.operations import privacy
from accounts.reach import Reach
from chatify.lib import db, strain
from chatify.lib.digest import stamp
from messaging.queries.presence import cache_key
from messaging.realtime import frames
from messaging.realtime.hub import Hub
from messaging.realtime.sockets import Socket

log = logging.getLogger(__name__)
GRACE = 8.0
KEPT_SECONDS = 35
NOTED_SECONDS = 300.0
MOST_NOTED = 200
MOST_ROOMS = 200
LARGEST_ROOM = 100
MOST_TOLD = 300

Tell = Callable[[str, dict[str, Any]], object]


@dataclass(frozen=True, slots=True)
class Absent:
    """Somebody whose sockets are elsewhere or just gone: where they are known, and to whom they show themselves."""

    rooms: list[str]
    reach: Reach
    heard: float = 0.0


class Presence:
    """Knows the local people from the hub and those of other processes from notices.

    A reload is not an absence: going is told after eight seconds. Rooms with more than a hundred sockets here do not
    exchange it. Each process keeps a key per person alive in the shared cache, which pages read too; when it dies, the
    others see the keys go. When somebody was here is written down when they go, and every five minutes before: a
    process that is killed leaves it no older than that. Under strain, coming and going is told later. `tell(kind,
    body)` reaches the other processes, and is None where there are none.
    """

    def __init__(self, hub: Hub, tell: Tell | None) -> None:
        self._hub = hub
        self._tell = tell
        self._remote: dict[str, Absent] = {}
        self._going: dict[str, tuple[asyncio.TimerHandle, Absent]] = {}
        self._owed: dict[str, tuple[Absent, bool]] = {}
        self._noted: dict[str, float] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    def arrived(self, socket: Socket) -> None:
        """A socket is open: show it who is here, and the others that this person is."""
        for user in self._here_for(socket):
            socket.whisper(frames.presence(user, online=True, last_seen=None))
        going = self._going.pop(socket.user_id, None)
        if going is not None:
            timer, before = going
            timer.cancel()
            self._back(socket, before)
        elif len(self._hub.people.get(socket.user_id, ())) == 1:
            self._announce(socket.user_id, _place(socket), online=True)
            self._keep(_remember, [socket.user_id])

    def left(self, socket: Socket, rooms: Iterable[str]) -> None:
        """The last socket of somebody here is gone; perhaps they come back at once."""
        user = socket.user_id
        if user not in self._hub.people and user not in self._going:
            place = Absent(_shown(socket, rooms), socket.reach)
            timer = asyncio.get_running_loop().call_later(GRACE, self._gone, user, place)
            self._going[user] = timer, place

    def hear(self, body: dict[str, Any]) -> None:
        """News of people on another process."""
        user, online = body["user"], body["online"]
        now = asyncio.get_running_loop().time()
        place = Absent(body["rooms"], Reach.unpacked(body["reach"]), now)
        known = self._remote.pop(user, None)
        if online:
            self._remote[user] = place
        if user not in self._hub.people:
            if online and known:  # perhaps they show themselves to others now
                self._turn_for_all(user, place, known.reach)
            else:
                self._show(user, place, online=online)
        elif not online:  # they are still here: the others hear it again
            self._announce(user, place, online=True)

    def roll_call(self) -> None:
        """Somebody new asks who is here."""
        for user, sockets in self._hub.people.items():
            self._tell_of(user, _place(next(iter(sockets))), online=True)

    def met(self, user: str, conversation: str) -> None:
        """Somebody takes part in a conversation from now on: those in it see each other."""
        room = self._hub.rooms.get(conversation)
        inside = list(room.sockets) if room else []
        theirs = [socket for socket in inside if socket.user_id == user]
        for socket in theirs:
            socket.hush(conversation, False)
            for other in self._here_for(socket):
                socket.whisper(frames.presence(other, online=True, last_seen=None))
        place = _place(theirs[0]) if theirs else self._remote.get(user)
        if place is None:
            return
        for socket in inside:
            if socket.user_id != user and _may_see(socket, user, place.reach):
                socket.whisper(frames.presence(user, online=True, last_seen=None))
        if theirs:
            self._tell_of(user, place, online=True)

    def reached(self, user: str, before: Reach) -> None:
        """Somebody here shows themselves to others than `before`: they appear or vanish, and so does whom they see."""
        for socket in self._hub.people.get(user, ()):
            place = _place(socket)
            self._turn_for_all(user, place, before)
            for other in self._sharing(place.rooms):
                if other.user_id != user:
                    _turn(socket, other.user_id, other.reach, other.reach, mine=before)
            for name, remote in self._remote.items():
                if not (socket.sent.keys() - socket.quiet).isdisjoint(remote.rooms):
                    _turn(socket, name, remote.reach, remote.reach, mine=before)
            self._tell_of(user, place, online=True)

    async def refresh(self) -> None:
        """Keep our people's keys alive, and notice whose keys have gone."""
        self._catch_up()
        # Of whom we heard a moment ago, the key may not be written yet.
        settled = asyncio.get_running_loop().time() - GRACE
        mine = list(self._hub.people)
        others = [user for user, place in self._remote.items() if place.heard <= settled]
        try:
            alive = await db.in_thread(db.READS, _refresh, mine, others, self._to_note())
        except Exception as error:
            log.warning("presence is not kept (%s)", type(error).__name__)
            return
        for user in others:
            if user not in alive:
                place = self._remote.pop(user, None)
                if place and user not in self._hub.people:
                    self._show(user, place, online=False)

    def _to_note(self) -> list[str]:
        """Whose being here is to be written down again, a part of them at a time."""
        now = asyncio.get_running_loop().time()
        self._noted = {user: at for user, at in self._noted.items() if user in self._hub.people}
        due = [
            user for user in self._hub.people if now - self._noted.get(user, -NOTED_SECONDS) >= NOTED_SECONDS
        ]
        self._noted |= dict.fromkeys(due[:MOST_NOTED], now)
        return due[:MOST_NOTED]

    def stop(self) -> None:
        for timer, _ in self._going.values():
            timer.cancel()

    def _back(self, socket: Socket, before: Absent) -> None:
        """Who comes back is no news but where they were not seen before: what they accepted meanwhile."""
        place = _place(socket)
        if fresh := [name for name in place.rooms if name not in before.rooms]:
            self._show(socket.user_id, Absent(fresh, place.reach), online=True)
            self._tell_of(socket.user_id, place, online=True)

    def _gone(self, user: str, place: Absent) -> None:
        self._going.pop(user, None)
        if user not in self._hub.people:
            self._announce(user, place, online=False)
            self._keep(_forget, user)

    def _announce(self, user: str, place: Absent, *, online: bool) -> None:
        if online or user not in self._remote:
            self._show(user, place, online=online)
        self._tell_of(user, place, online=online)

    def _tell_of(self, user: str, place: Absent, *, online: bool) -> None:
        if self._tell is not None:
            body = {"user": user, "rooms": place.rooms, "online": online, "reach": place.reach.packed()}
            self._tell("presence", body)

    def _show(self, user: str, place: Absent, *, online: bool) -> None:
        """Tell who may know; when somebody went, the time only to those who both show and may see it."""
        if strain.sheds("presence"):
            self._owed[user] = place, online
            return
        now = stamp(privacy.to_minute(datetime.now(UTC)))
        for socket in self._sharing(place.rooms):
            if socket.user_id == user or not _may_see(socket, user, place.reach):
                continue
            dated = not online and place.reach.last_seen and socket.reach.last_seen
            socket.whisper(frames.presence(user, online=online, last_seen=now if dated else None))

    def _catch_up(self) -> None:
        """Tell what was not told under strain, once that is over."""
        owed, self._owed = self._owed, {}
        for user, (place, online) in owed.items():
            self._show(user, place, online=online)

    def _turn_for_all(self, user: str, place: Absent, before: Reach) -> None:
        for socket in self._sharing(place.rooms):
            if socket.user_id != user:
                _turn(socket, user, before, place.reach)

    def _sharing(self, rooms: Iterable[str]) -> set[Socket]:
        small = (self._hub.rooms.get(name) for name in rooms)
        return {
            socket
            for room in small
            if room and len(room.sockets) <= LARGEST_ROOM
            for socket in room.sockets
            if room.conversation not in socket.quiet
        }

    def _here_for(self, socket: Socket) -> list[str]:
        rooms = socket.sent.keys() - socket.quiet
        local = {
            other.user_id for other in self._sharing(rooms) if _may_see(socket, other.user_id, other.reach)
        }
        remote = {
            user
            for user, place in self._remote.items()
            if not rooms.isdisjoint(place.rooms) and _may_see(socket, user, place.reach)
        }
        return list((local | remote) - {socket.user_id})[:MOST_TOLD]

    def _keep(self, work: Callable[..., None], *args: Any) -> None:
        """Write it where pages read it, beside everything else."""
        task = asyncio.get_running_loop().create_task(db.in_thread(db.READS, work, *args))
        self._tasks.add(task)
        task.add_done_callback(self._kept)

    def _kept(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.warning("presence is not kept (%s)", type(error).__name__)


def _place(socket: Socket) -> Absent:
    return Absent(_shown(socket, socket.sent), socket.reach)


def _shown(socket: Socket, rooms: Iterable[str]) -> list[str]:
    """Where this person shows themselves."""
    return [name for name in rooms if name not in socket.quiet][-MOST_ROOMS:]


def _may_see(socket: Socket, user: str, reach: Reach) -> bool:
    """Whether this socket's person may know that `user` is here. Blocks are known to either side."""
    return socket.reach.meets(reach, me=socket.user_id, them=user)


def _turn(socket: Socket, user: str, before: Reach, after: Reach, *, mine: Reach | None = None) -> None:
    """Let `user` appear to or vanish from a socket, where its own reach (before: `mine`) or theirs changed."""
    past = mine or socket.reach
    saw = past.meets(before, me=socket.user_id, them=user)
    sees = _may_see(socket, user, after)
    if saw != sees:
        socket.whisper(frames.presence(user, online=sees, last_seen=None))


def _remember(users: list[str]) -> None:
    cache.set_many({cache_key(user): 1 for user in users}, timeout=KEPT_SECONDS)


def _forget(user: str) -> None:
    """Gone from here; a process where they still are sets the key again within a heartbeat."""
    cache.delete(cache_key(user))
    privacy.seen([UUID(user)], datetime.now(UTC))


def _refresh(mine: list[str], others: list[str], note: list[str]) -> set[str]:
    if mine:
        _remember(mine)
    if note:
        privacy.seen([UUID(user) for user in note], datetime.now(UTC))
    found = cache.get_many([cache_key(user) for user in others]) if others else {}
    return {user for user in others if cache_key(user) in found}
