"""A reader that does not read costs others nothing, and what was committed but never told is found."""

import asyncio
import socket
import time
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.faults.stage import Stage
from tests.load.client import Client
from tests.load.fleet import Fleet, World, take_position
from tests.services.server import run_python

pytestmark = pytest.mark.process

LONG = "a line of some length that is repeated, because the point is its size " * 100
STALLED_TABS = 3
SENDS = 600


async def test_a_reader_that_never_reads_costs_its_neighbours_nothing(stage: Stage, tmp_path: Path) -> None:
    world = stage.world("stalled", people=3, conversations=1, members=3)
    (conversation,) = world.conversations
    delays: list[float] = []
    sent: dict[str, float] = {}
    reader_id = world.people[1].id

    def heard(client: Client, event: dict[str, Any], now: float) -> None:
        if client.account.id == reader_id:
            delays.append(now - sent[event["data"]["client_id"]])

    async with Fleet(world, stage.urls[:1], tmp_path, people=world.people[:2], heard=heard) as fleet:
        sender = fleet.clients[0]
        stalled = [
            Stalled(world.people[2], stage.urls[0], tmp_path, f"stalled-{tab}") for tab in range(STALLED_TABS)
        ]
        runs = [await tab.begin(world) for tab in stalled]
        before = stage.servers[0].rss_mb()
        for number in range(SENDS):
            entry = sender.send(conversation, f"{number} {LONG}")
            sent[entry.client_id] = time.monotonic()
            await asyncio.sleep(0.008)
        await fleet.level()
        grown = stage.servers[0].rss_mb() - before
        for tab in stalled:
            tab.stalled.clear()
        seconds = await _all_level(stalled, conversation, await fleet.heads() or {})
        for tab, run in zip(stalled, runs, strict=True):
            await tab.stop()
            run.cancel()
    stage.judge(tmp_path, [seconds])
    assert len(delays) == SENDS
    assert quantiles(delays, n=100)[98] < 1.0, "a slow neighbour costs nothing"
    # 600 events of some 15 KB are 9 MB for each of three sockets; a socket may hold 1 MiB.
    assert grown < 25, f"{grown:.0f} MiB more for {STALLED_TABS} sockets that do not read"


class Stalled(Client):
    """A tab whose process hangs: its socket is open, and nothing is taken from it while `stalled` holds it."""

    def __init__(self, account: Any, url: str, logs: Path, name: str) -> None:
        super().__init__(account, urls=[url], logs=logs, name=name)
        self.stalled = Hold()

    async def begin(self, world: World) -> asyncio.Task[None]:
        """Connect, be ready, and then stop reading."""
        await take_position(self, world)
        run = asyncio.create_task(self.run())
        async with asyncio.timeout(10):
            await self.ready.wait()
        self.stalled.set()
        return run

    def options(self) -> dict[str, Any]:
        """A small receive buffer, so that the kernel does not read in the tab's place."""
        where = urlsplit(self.url)
        plug = socket.socket()
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        plug.connect((where.hostname, where.port))
        plug.setblocking(False)
        return {"sock": plug, "max_queue": 1}

    async def next_frame(self, open_socket: Any) -> str | bytes:
        await self.stalled.over()
        return await super().next_frame(open_socket)


class Hold:
    """Set: wait. Clear: go on."""

    def __init__(self) -> None:
        self._free = asyncio.Event()
        self._free.set()

    def set(self) -> None:
        """Stop whoever waits for `over`."""
        self._free.clear()

    def clear(self) -> None:
        """Let them go on."""
        self._free.set()

    async def over(self) -> None:
        """Return once nothing is held."""
        await self._free.wait()


async def _all_level(tabs: list[Stalled], conversation: str, heads: dict[str, int]) -> float:
    started = time.monotonic()
    async with asyncio.timeout(40):
        while any((tab.cursors[conversation].seq or 0) < heads[conversation] for tab in tabs):
            await asyncio.sleep(0.05)
    return time.monotonic() - started


NEVER_PUBLISHED = """
import sys, uuid, django
django.setup()
from accounts.models import User
from chatify.lib import events
from messaging.operations import messages
if sys.argv[3] == "crash":
    events._handlers.clear()
sender = User.objects.get(email=sys.argv[2])
room = uuid.UUID(sys.argv[1])
sent = messages.send(sender, conversation=room, body="committed, not told", client_id=uuid.uuid4())
print(sent.client_id)
"""


@pytest.mark.parametrize(("how", "within"), [("crash", 4.0), ("foreign process", 13.0)])
async def test_what_was_committed_but_never_told_reaches_open_sockets(
    stage: Stage, tmp_path: Path, how: str, within: float
) -> None:
    """`crash`: died between commit and publish, the relay tells. Foreign process: told on a layer that nobody
    of the server hears, the heads on the heartbeat find it.
    """
    world = stage.world(f"untold-{how[:1]}", people=2, conversations=1, members=2)
    (conversation,) = world.conversations
    env = {name: value for name, value in stage.servers[0].env.items() if name != "REDIS_URL"}
    heard: dict[str, float] = {}

    def note(client: Client, event: dict[str, Any], now: float) -> None:
        heard.setdefault(event["data"]["client_id"], now)

    async with Fleet(world, stage.urls, tmp_path, heard=note) as fleet:
        email = world.people[0].email
        arguments = ("-c", NEVER_PUBLISHED, conversation, email, how)
        done = await asyncio.to_thread(lambda: run_python(*arguments, env=env))
        committed = time.monotonic()
        async with asyncio.timeout(within):
            while done.stdout.split()[-1] not in heard:
                await asyncio.sleep(0.05)
        print(f"\n[{stage.name}] {how}: told after {heard[done.stdout.split()[-1]] - committed:.1f} s")
        seconds = await fleet.level()
    stage.judge(tmp_path, [seconds])
