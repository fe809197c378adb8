"""A database, a connection and a person that tests can steer."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from django.db import OperationalError

from chatify.lib.errors import NotFound
from messaging.queries.sync import Missing, SocketMembership, Sync
from messaging.realtime.frames import Frame, Packet
from messaging.realtime.hub import Hub
from messaging.realtime.outlet import Gone, Slow
from messaging.realtime.sockets import Socket

CONVERSATION = "00000000-0000-7000-8000-00000000000c"


class FakeStore:
    """Logs and members by conversation; `gate` holds reads back, `broken` makes them fail."""

    def __init__(self) -> None:
        self.logs: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self.memberships_of: defaultdict[str, dict[str, int]] = defaultdict(dict)
        self.versions: defaultdict[str, int] = defaultdict(lambda: 1)
        self.reads: list[tuple[str, Any]] = []
        self.broken = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def after(self, conversation: str, since: int) -> list[dict[str, Any]]:
        await self._read("after", (conversation, since))
        return [event for event in self.logs[conversation] if event["seq"] > since][:100]

    async def members(self, conversation: str) -> tuple[int, dict[str, tuple[int, bool]]]:
        await self._read("members", conversation)
        members = self.memberships_of[conversation]
        return self.versions[conversation], {user: (start, False) for user, start in members.items()}

    async def memberships(self, user: UUID) -> list[SocketMembership]:
        rows = [
            SocketMembership(UUID(name), len(self.logs[name]), self.versions[name], members[str(user)])
            for name, members in self.memberships_of.items()
            if str(user) in members
        ]
        await self._read("memberships", user)
        return rows

    async def heads(self, conversations: list[str]) -> dict[str, int]:
        await self._read("heads", conversations)
        return {name: len(self.logs[name]) for name in conversations}

    async def counts(self, users: list[str]) -> dict[str, int]:
        await self._read("counts", users)
        return {user: sum(user in members for members in self.memberships_of.values()) for user in users}

    async def missed(self, ranges: Sequence[Missing]) -> dict[str, list[dict[str, Any]]]:
        await self._read("missed", ranges)
        return {
            str(one.conversation): self.logs[str(one.conversation)][one.since : one.until] for one in ranges
        }

    async def since(self, user: Any, conversation: str, since: int) -> Sync:
        await self._read("since", (conversation, since))
        if str(user.id) not in self.memberships_of[conversation]:
            raise NotFound
        head = len(self.logs[conversation])
        since = max(since, self.memberships_of[conversation][str(user.id)] - 1)
        if since > head:
            return Sync("reset", head, [])
        events = self.logs[conversation][since : since + 500]
        return Sync("replay" if events else "level", head, events)

    async def epoch(self) -> str:
        return "epoch"

    async def _read(self, what: str, about: Any) -> None:
        self.reads.append((what, about))
        await self.gate.wait()
        if self.broken:
            self.broken -= 1
            raise OperationalError("gone away")

    # What operations would do

    def member(self, *users: str, conversation: str = CONVERSATION) -> None:
        for user in users:
            self.memberships_of[conversation][user] = 0

    def say(self, *, conversation: str = CONVERSATION, kind: str = "message.sent", **data: Any) -> Packet:
        """Append an event and return it as the hub would hear it."""
        seq = len(self.logs[conversation]) + 1
        event = {
            "conversation": conversation,
            "seq": seq,
            "event": kind,
            "actor": None,
            "at": "2026-11-21T09:41:00.000Z",
            "data": data,
            "digest": f"{seq:064x}",
        }
        self.logs[conversation].append(event)
        return Packet(conversation, seq, self.versions[conversation], event)

    def remove(self, user: str, conversation: str = CONVERSATION) -> Packet:
        del self.memberships_of[conversation][user]
        self.versions[conversation] += 1
        return self.say(conversation=conversation, kind="member.left", user={"id": user})

    def join(self, user: str, conversation: str = CONVERSATION) -> Packet:
        self.versions[conversation] += 1
        packet = self.say(conversation=conversation, kind="member.joined", user={"id": user})
        self.memberships_of[conversation][user] = packet.seq
        return packet


class FakeOutlet:
    """Collects frames. `stalled` is a peer that does not read; `takes()` lets it read again."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self.writes = 0
        self.paused = False
        self.closed: list[int] = []
        self.stalled = False
        self.slow = False
        self._reading = asyncio.Event()

    @property
    def ready(self) -> bool:
        return not self.stalled and not self.closed

    def write(self, data: bytes) -> None:
        self.writes += 1
        while data:
            start, size = {126: (4, data[2:4]), 127: (10, data[2:10])}.get(data[1], (2, data[1:2]))
            end = start + int.from_bytes(size, "big")
            self.frames.append(json.loads(data[start:end]))
            data = data[end:]

    def listen(self, hear: Any) -> None: ...

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False

    async def send(self, frame: Frame) -> None:
        while self.stalled:
            self._reading.clear()
            await self._reading.wait()
            if self.slow:
                raise Slow
        if self.closed:
            raise Gone
        self.write(frame.wire)

    def close(self, code: int, last: Any = (), *, at_once: bool = False) -> None:
        for frame in last:
            self.write(frame.wire)
        self.closed.append(code)

    def takes(self) -> None:
        self.stalled = False
        self._reading.set()

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [frame for frame in self.frames if frame["type"] == kind]

    def seqs(self, conversation: str = CONVERSATION) -> list[int]:
        """The seqs of the events received, in the order of receiving, replays included."""
        seqs: list[int] = []
        for frame in self.frames:
            if frame.get("conversation") == conversation and frame["type"] in ("event", "replay"):
                seqs += [event["seq"] for event in frame.get("events", [frame])]
        return seqs


def position(outlet: FakeOutlet, conversation: str) -> int | None:
    """Where a client that heard all this stands in a conversation."""
    stands = None
    for frame in outlet.frames:
        if frame.get("conversation") != conversation:
            continue
        if frame["type"] in ("level", "reset"):
            stands = frame["head"]
        elif frame["type"] in ("event", "replay"):
            stands = frame.get("events", [frame])[-1]["seq"]
        elif frame["type"] == "inbox":
            stands = None  # it fetches the row, and starts where that stands
    return stands


def new_user() -> str:
    return str(uuid4())


def open_socket(hub: Hub, user: str, *conversations: str, at: int | None = None) -> Socket:
    """A greeted, open socket in these conversations at their heads (or at `at`)."""
    identity = SimpleNamespace(user=SimpleNamespace(id=UUID(user)), session_key="k" * 32)
    socket = Socket(hub, identity, FakeOutlet())  # type: ignore[arg-type]
    hub.greet(socket)
    store: Any = hub.store
    for name in conversations or (CONVERSATION,):
        head = len(store.logs[name]) if at is None else at
        hub.attach(socket, SocketMembership(UUID(name), head, store.versions[name], 0))
    socket.open = True
    return socket


def outlet(socket: Socket) -> FakeOutlet:
    return socket.writer.outlet  # type: ignore[return-value]


async def settled(turns: int = 50) -> None:
    """Let everything that can run, run."""
    for _ in range(turns):
        await asyncio.sleep(0)


async def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait for something that takes its time."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)
