"""Anything may happen in any order: nobody sees a hole, a repetition or what is not theirs, and all get level."""

import asyncio
import random
from collections import defaultdict
from types import SimpleNamespace
from uuid import UUID

import pytest

from messaging.realtime import conversation_state, heartbeat, resume, writer
from messaging.realtime.frames import Packet
from messaging.realtime.hub import Hub
from messaging.realtime.protocol import Hello
from messaging.realtime.sockets import Socket

from .fakes import FakeOutlet, FakeStore, outlet, position, settled, until

NAMES = [f"00000000-0000-7000-8000-00000000000{place}" for place in range(3)]
Stay = list[int | None]


class World:
    """People who come and go, speak and stop reading, over a layer that loses, repeats and reorders."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.store = FakeStore()
        self.hub = Hub(self.store)
        self.users = [f"00000000-0000-7000-8000-0000000000a{place}" for place in range(4)]
        self.stays: defaultdict[tuple[str, str], list[Stay]] = defaultdict(list)
        self.sockets: list[Socket] = []
        self.flying: list[Packet] = []
        for name in NAMES:
            for user in self.users[:3]:
                self.store.memberships_of[name][user] = 0
                self.stays[user, name].append([0, None])

    async def live(self, steps: int) -> None:
        acts = [self.speak] * 8 + [self.deliver] * 8
        acts += [self.come, self.go, self.stall, self.read, self.remove, self.join, self.slow_database]
        for _ in range(steps):
            self.chance.choice(acts)()
            if self.chance.random() < 0.02:
                await heartbeat.beat(self.hub)
            await settled(self.chance.randrange(4))

    def speak(self) -> None:
        for _ in range(self.chance.randrange(1, 6)):
            self.flying.append(self.store.say(conversation=self.chance.choice(NAMES)))

    def deliver(self) -> None:
        self.chance.shuffle(self.flying)
        for _ in range(min(len(self.flying), self.chance.randrange(8))):
            packet = self.flying.pop()
            fate = self.chance.random()
            if fate < 0.1:
                continue
            if fate < 0.2:
                packet = Packet(packet.conversation, packet.seq, packet.version, None)
            self.hub.hear([packet] * self.chance.choice([1, 1, 2]))

    def come(self) -> None:
        if len(self.sockets) > 8:
            return
        user = self.chance.choice(self.users)
        identity = SimpleNamespace(user=SimpleNamespace(id=UUID(user)), session_key="k" * 32)
        socket = Socket(self.hub, identity, FakeOutlet())  # type: ignore[arg-type]
        cursors = {name: self.chance.randrange(len(self.store.logs[name]) + 1) for name in NAMES[:2]}
        self.sockets.append(socket)
        socket.run(
            resume.begin(
                self.hub, socket, Hello("epoch", cursors, "json", "en"), epoch="epoch", heartbeat_ms=1
            )
        )

    def go(self) -> None:
        if len(self.sockets) > 3:
            self.chance.choice(self.sockets).end()

    def stall(self) -> None:
        if self.sockets:
            outlet(self.chance.choice(self.sockets)).stalled = True

    def read(self) -> None:
        for socket in self.sockets:
            outlet(socket).takes()

    def slow_database(self) -> None:
        if self.store.gate.is_set():
            self.store.gate.clear()
            asyncio.get_running_loop().call_later(0.003, self.store.gate.set)

    def remove(self) -> None:
        name, user = self.chance.choice(NAMES), self.chance.choice(self.users)
        if user in self.store.memberships_of[name]:
            packet = self.store.remove(user, name)
            self.stays[user, name][-1][1] = packet.seq
            self.flying.append(packet)

    def join(self) -> None:
        name, user = self.chance.choice(NAMES), self.chance.choice(self.users)
        if user not in self.store.memberships_of[name]:
            packet = self.store.join(user, name)
            self.stays[user, name].append([packet.seq, None])
            self.flying.append(packet)

    async def heal(self) -> None:
        """What a server does by itself within two heartbeats."""
        for _ in range(3):
            self.read()
            self.store.gate.set()
            await until(lambda: not any(socket.holds or socket.writer.busy for socket in self.open_ones()))
            await heartbeat.beat(self.hub)
            await until(lambda: not any(room.busy for room in self.hub.rooms.values()))
            await heartbeat.complete(self.hub)

    def open_ones(self) -> list[Socket]:
        return [socket for socket in self.sockets if socket.open]

    def check(self) -> None:
        for socket in self.sockets:
            for name in NAMES:
                self._check_order(socket, name)

    def _check_order(self, socket: Socket, name: str) -> None:
        seqs = outlet(socket).seqs(name)
        assert seqs == sorted(set(seqs)), f"repeated or out of order: {seqs}"
        stays = self.stays[socket.user_id, name]
        for stay in stays:
            start, end = stay[0] or 0, stay[1] or len(self.store.logs[name])
            part = [seq for seq in seqs if start <= seq <= end]
            assert part == list(range(part[0], part[-1] + 1)) if part else True, f"a hole: {part}"
        foreign = [seq for seq in seqs if not any((s or 0) <= seq <= (e or seq) for s, e in stays)]
        assert not foreign, f"not theirs: {foreign}"

    def check_level(self) -> None:
        for socket in self.open_ones():
            self._check_level(socket)

    def _check_level(self, socket: Socket) -> None:
        for name in NAMES:
            head = len(self.store.logs[name])
            if socket.user_id in self.store.memberships_of[name]:
                assert socket.sent.get(name) == head, f"{name} at {socket.sent.get(name)} of {head}"
                assert position(outlet(socket), name) in (head, None)
            else:
                assert name not in socket.sent


@pytest.mark.parametrize("seed", range(60))
async def test_whatever_happens(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation_state, "PATIENCE", 0.002)
    monkeypatch.setattr(writer, "MOST_FRAMES", 12)
    world = World(seed)
    await world.live(250)
    world.check()
    await world.heal()
    world.check()
    world.check_level()
