"""Who is here: online while a socket is open anywhere, told to those who share a conversation. Dies by itself."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from django.core.cache import cache

from chatify.lib import db
from chatify.lib.digest import stamp
from messaging.realtime import frames
from messaging.realtime.hub import Hub
from messaging.realtime.sockets import Socket

log = logging.getLogger(__name__)
GRACE = 8.0
KEPT_SECONDS = 35
MOST_ROOMS = 200
LARGEST_ROOM = 100
MOST_TOLD = 300

Tell = Callable[[str, dict[str, Any]], object]


class Presence:
    """Knows the local people from the hub and those of other processes from notices.

    A reload is not an absence: going is told after eight seconds. Rooms with more than a hundred sockets here do not
    exchange it. Each process keeps a key per person alive in the shared cache; when it dies, the others see the keys
    go. `tell(kind, body)` reaches the other processes, and is None where there are none.
    """

    def __init__(self, hub: Hub, tell: Tell | None) -> None:
        self._hub = hub
        self._tell = tell
        self._remote: dict[str, list[str]] = {}
        self._going: dict[str, asyncio.TimerHandle] = {}

    def arrived(self, socket: Socket) -> None:
        """A socket is open: show it who is here, and the others that this person is."""
        for user in self._here_for(socket):
            socket.whisper(frames.presence(user, online=True, last_seen=None))
        going = self._going.pop(socket.user_id, None)
        if going is not None:
            going.cancel()
        elif len(self._hub.people.get(socket.user_id, ())) == 1:
            self._announce(socket.user_id, list(socket.sent)[-MOST_ROOMS:], online=True)

    def left(self, user: str, rooms: Iterable[str]) -> None:
        """The last socket of somebody here is gone; perhaps they come back at once."""
        if user not in self._hub.people and user not in self._going:
            loop = asyncio.get_running_loop()
            self._going[user] = loop.call_later(GRACE, self._gone, user, list(rooms)[-MOST_ROOMS:])

    def hear(self, body: dict[str, Any]) -> None:
        """News of people on another process."""
        user, rooms, online = body["user"], body["rooms"], body["online"]
        if online:
            self._remote[user] = rooms
        else:
            self._remote.pop(user, None)
        if user not in self._hub.people:
            self._show(user, rooms, online=online)
        elif not online:  # they are still here: the others hear it again
            self._announce(user, rooms, online=True)

    def roll_call(self) -> None:
        """Somebody new asks who is here."""
        if self._tell is None:
            return
        for user, sockets in self._hub.people.items():
            rooms = next((list(socket.sent)[-MOST_ROOMS:] for socket in sockets), [])
            self._tell("presence", {"user": user, "rooms": rooms, "online": True})

    async def refresh(self) -> None:
        """Keep our people's keys alive, and notice whose keys have gone."""
        if self._tell is None:
            return
        mine, others = list(self._hub.people), list(self._remote)
        try:
            alive = await db.in_thread(db.READS, _refresh, mine, others)
        except Exception as error:
            log.warning("presence is not kept (%s)", type(error).__name__)
            return
        for user in others:
            if user not in alive:
                rooms = self._remote.pop(user, [])
                if user not in self._hub.people:
                    self._show(user, rooms, online=False)

    def stop(self) -> None:
        for timer in self._going.values():
            timer.cancel()

    def _gone(self, user: str, rooms: list[str]) -> None:
        self._going.pop(user, None)
        if user not in self._hub.people:
            self._announce(user, rooms, online=False)

    def _announce(self, user: str, rooms: list[str], *, online: bool) -> None:
        if online or user not in self._remote:
            self._show(user, rooms, online=online)
        if self._tell is not None:
            self._tell("presence", {"user": user, "rooms": rooms, "online": online})

    def _show(self, user: str, rooms: Iterable[str], *, online: bool) -> None:
        frame = frames.presence(user, online=online, last_seen=None if online else stamp(datetime.now(UTC)))
        for socket in self._sharing(rooms):
            if socket.user_id != user:
                socket.whisper(frame)

    def _sharing(self, rooms: Iterable[str]) -> set[Socket]:
        small = (self._hub.rooms.get(name) for name in rooms)
        return {
            socket for room in small if room and len(room.sockets) <= LARGEST_ROOM for socket in room.sockets
        }

    def _here_for(self, socket: Socket) -> list[str]:
        rooms = socket.sent.keys()
        local = {other.user_id for other in self._sharing(rooms)}
        remote = {user for user, theirs in self._remote.items() if not rooms.isdisjoint(theirs)}
        return list((local | remote) - {socket.user_id})[:MOST_TOLD]


def _refresh(mine: list[str], others: list[str]) -> set[str]:
    if mine:
        cache.set_many({f"presence:{user}": 1 for user in mine}, timeout=KEPT_SECONDS)
    found = cache.get_many([f"presence:{user}" for user in others]) if others else {}
    return {name.removeprefix("presence:") for name in found}
