"""What is told and not kept: receipts, typing, presence, revocations. Said here, and to the other processes."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any
from uuid import UUID

import orjson

from accounts import reach
from accounts.reach import Reach
from chatify.lib import db, strain
from messaging.events import ReadState
from messaging.realtime import frames
from messaging.realtime.hints import Hints
from messaging.realtime.hub import Hub
from messaging.realtime.outside import receipts_body
from messaging.realtime.presence import Presence
from messaging.realtime.receipts import Receipts
from messaging.realtime.sessions import Sessions
from messaging.realtime.sockets import Socket

HANDSHAKE_SECONDS = 10.0

log = logging.getLogger(__name__)
Body = dict[str, Any]
Tell = Callable[[str, Body], object]


class Notices:
    """One fixed table of kinds; a notice from another process does here exactly what our own does."""

    def __init__(self, hub: Hub, sessions: Sessions, tell: Tell | None) -> None:
        self._hub = hub
        self._sessions = sessions
        self._tell = tell
        self.presence = Presence(hub, tell)
        self.receipts = Receipts(self._send_receipts, self._went_back)
        self._hints = Hints(lambda user, name: self.everywhere("row", {"user": user, "conversation": name}))
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed: set[str] = set()
        self._kinds: dict[str, Callable[[Body], None]] = {
            "receipts": self._show_receipts,
            "row": self._show_row,
            "typing": self._show_typing,
            "presence": self.presence.hear,
            "who": lambda _: self.presence.roll_call(),
            "revoke": self._revoke,
            "reach": self._look_again,
            "met": lambda body: self.presence.met(body["user"], body["conversation"]),
            "told": self._show_told,
            "ping": lambda _: None,
        }

    def everywhere(self, kind: str, body: Body) -> None:
        """Do it here and tell the others."""
        self._kinds[kind](body)
        if self._tell is not None:
            self._tell(kind, body)

    def hear(self, payload: bytes) -> None:
        """Do what another process said."""
        said = orjson.loads(payload)
        handler = self._kinds.get(said["kind"])
        if handler is not None:
            handler(said["body"])

    def stop(self) -> None:
        self.presence.stop()
        self.receipts.stop()
        self._hints.stop()

    def _send_receipts(self, states: Sequence[ReadState]) -> None:
        self.everywhere("receipts", receipts_body(states))

    def _went_back(self, state: ReadState) -> None:
        self._hints.give(str(state.user), str(state.conversation))

    def _show_receipts(self, body: Body) -> None:
        for conversation, user, delivered, read, shown in body["items"]:
            room = self._hub.rooms.get(conversation)
            if room is None:
                continue
            frame = frames.receipt(ReadState(UUID(conversation), UUID(user), delivered, read, 0))
            for socket in room.sockets:
                open_to = socket.reach.receipts and conversation not in socket.quiet
                theirs = shown and open_to and user not in socket.reach.parted
                if theirs or socket.user_id == user:
                    socket.whisper(frame)

    def rows(self, user: str, conversations: Sequence[str]) -> None:
        """Rows of a person's own inbox are to be looked at again."""
        for name in conversations:
            self._hints.give(user, name)

    def _show_row(self, body: Body) -> None:
        for socket in self._hub.people.get(body["user"], ()):
            socket.whisper(frames.inbox(body["conversation"]))

    def _show_told(self, body: Body) -> None:
        for socket in self._hub.people.get(body["user"], ()):
            for shape in body["fresh"]:
                socket.whisper(frames.notify(shape))
            socket.whisper(frames.notices(body["waiting"]))

    def _show_typing(self, body: Body) -> None:
        if strain.sheds("typing"):  # what another process forwarded
            return
        room = self._hub.rooms.get(body["conversation"])
        frame = frames.typing(body["conversation"], body["user"])
        for socket in room.sockets if room else ():
            heard = socket.reach.typing and body["conversation"] not in socket.quiet
            allowed = heard and body["user"] not in socket.reach.parted
            if allowed and socket.user_id != body["user"]:
                socket.whisper(frame)

    async def introduce(self, socket: Socket) -> None:
        """Learn what a new socket's person shows, and to whom. Its row was read when the line opened, and says it all
        for most people; who has changed something since is read again."""
        known = None if socket.user_id in self._changed else reach.plain(socket.user)
        socket.reach = known or await self._read_reach(socket.user_id) or socket.reach

    def _look_again(self, body: Body) -> None:
        """Somebody's switches, contacts or blocks are others: read them for their sockets here."""
        user = body["user"]
        self._changed.add(user)
        asyncio.get_running_loop().call_later(HANDSHAKE_SECONDS, self._changed.discard, user)
        if user in self._hub.people:
            self._run(self._reach(user))

    async def _read_reach(self, user: str) -> Reach | None:
        async def read(user: UUID) -> Reach | None:
            return await db.in_thread(db.READS, reach.by_id, user)

        return await self._hub.reliably(read, UUID(user))

    async def _reach(self, user: str) -> None:
        after = await self._read_reach(user)
        sockets = list(self._hub.people.get(user, ()))
        if after is None or not sockets:
            return
        before = sockets[0].reach
        for socket in sockets:
            socket.reach = after
        self.presence.reached(user, before)

    def _revoke(self, body: Body) -> None:
        self._run(self._sessions.revoke(body["user"], body["session"]))

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
