"""A reader that does not read costs others nothing, and what was committed but never told is found."""

import asyncio
import time
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from tests.faults.run import ordinarily
from tests.faults.stage import Stage
from tests.load.client import Client, narrow_plug
from tests.load.fleet import Fleet, World, take_position
from tests.services.server import Server, run_python

pytestmark = pytest.mark.process

LONG = "a line of some length that is repeated, because the point is its size, " * 109
STALLED_TABS = 3
# Some 16 KB each on the line, of which a socket may hold 1 MiB. The first fill what the server keeps of any sends.
ALONE = 1_800
BESIDE = 600
MOST_MB = 4.0


@pytest.mark.fault("dead_reader")
async def test_a_reader_that_never_reads_costs_its_neighbours_nothing(
    stage: Stage, tmp_path: Path, seed: int
) -> None:
    """A process on PostgreSQL becomes some 15 MiB larger once or twice after hundreds of sends, whoever reads or does
    not, and stays so: the sends before are many, and of two rounds the better one counts. A queue without bounds would
    grow by ten megabytes in each."""
    ordinarily(stage.name, "sqlite")
    world = stage.world("stalled", people=3, conversations=1, members=3)
    (conversation,) = world.conversations
    watch = Watch(world.people[1].id)
    async with Fleet(
        world, stage.urls[:1], tmp_path, people=world.people[:2], heard=watch.heard, seed=seed
    ) as fleet:
        sender, url = fleet.clients[0], stage.urls[0]
        calm = await watch.typical(sender, conversation, ALONE)
        stalled = [Stalled(world.people[2], url, tmp_path, f"stalled-{tab}") for tab in range(STALLED_TABS)]
        runs = [await tab.begin(world) for tab in stalled]
        rounds = [await watch.round(sender, conversation, stage.servers[0]) for _ in range(2)]
        beside, grown = (min(found) for found in zip(*rounds, strict=True))
        behind = (await fleet.heads() or {})[conversation] - max(_at(tab, conversation) for tab in stalled)
        for tab in stalled:
            tab.stalled.clear()
        seconds = await _all_level(stalled, conversation, await fleet.heads() or {})
        for tab, run in zip(stalled, runs, strict=True):
            await tab.stop()
            run.cancel()
    stage.judge(tmp_path, [seconds])
    print(
        f"[{stage.name}] typical {calm * 1000:.1f} ms alone, {beside * 1000:.1f} ms beside; {grown:.1f} MiB more"
    )
    assert behind > BESIDE / 10, "they did not read"
    assert beside < 1.5 * calm + 0.01
    assert grown < MOST_MB


def _at(tab: Client, conversation: str) -> int:
    return tab.cursors[conversation].seq or 0


class Watch:
    """How long a message takes to reach one neighbour."""

    def __init__(self, reader: str) -> None:
        self._reader = reader
        self._sent: dict[str, float] = {}
        self._delays: list[float] = []

    async def typical(self, sender: Client, conversation: str, count: int) -> float:
        """Send one after the other; the median of the seconds until the neighbour has it."""
        self._delays.clear()
        for number in range(count):
            entry = sender.send(conversation, f"{LONG}{number}")
            self._sent[entry.client_id] = time.monotonic()
            await entry.done
        async with asyncio.timeout(20):
            while len(self._delays) < count:
                await asyncio.sleep(0.02)
        return median(self._delays)

    async def round(self, sender: Client, conversation: str, server: Server) -> tuple[float, float]:
        """The typical seconds of a round of sends, and the MiB by which the server grew in it."""
        before = server.rss_mb()
        seconds = await self.typical(sender, conversation, BESIDE)
        return seconds, server.rss_mb() - before

    def heard(self, client: Client, event: dict[str, Any], now: float) -> None:
        """An event reached somebody."""
        if client.account.id == self._reader:
            self._delays.append(now - self._sent[event["data"]["client_id"]])


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
        return {"sock": narrow_plug(self.url), "max_queue": 1}

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


@pytest.mark.fault("committed_untold")
@pytest.mark.parametrize(("how", "within"), [("crash", 4.0), ("foreign process", 13.0)])
async def test_what_was_committed_but_never_told_reaches_open_sockets(
    stage: Stage, tmp_path: Path, seed: int, how: str, within: float
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

    async with Fleet(world, stage.urls, tmp_path, heard=note, seed=seed) as fleet:
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
