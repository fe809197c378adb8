"""A bounded load: N conversations × M members × K messages at a given rate, then levelled and written down.

`python -m tests.load.driver --url http://127.0.0.1:8000 --world world.json --logs DIR [--full]`
It ends by itself: after its sends, or after `--seconds` at the latest.
"""

import argparse
import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

from tests.load.client import Client
from tests.load.fleet import Fleet, World, note_snapshots, note_unread
from tests.load.outbox import Entry


@dataclass(frozen=True)
class Plan:
    """Sizes of a load. `rate` is sends a second in all; `reads` the share of sends beside which somebody reads."""

    conversations: int = 10
    members: int = 5
    messages: int = 100
    rate: float = 100.0
    seconds: float = 60.0
    reads: float = 0.05
    seed: int = 1

    @property
    def sends(self) -> int:
        """How many messages in all."""
        return self.conversations * self.messages


SMALL = Plan()
FULL = Plan(conversations=20, members=10, messages=500, rate=400.0, seconds=180.0)


@dataclass
class Result:
    """What the driver can say itself; the verdict is the checker's. `heals` are seconds, one per fault."""

    sent: int
    seconds: float
    heals: list[float]


class Load:
    """Sends on time whatever the answers are (open loop), and reads at random places."""

    def __init__(self, fleet: Fleet, plan: Plan) -> None:
        self.fleet = fleet
        self.plan = plan
        self.entries: list[Entry] = []
        self.enough = False
        self._rng = random.Random(plan.seed)

    async def run(self) -> None:
        """All sends of the plan, or as many as fit into its seconds and before `enough`."""
        started = time.monotonic()
        names = list(self.fleet.world.conversations)
        for index in range(self.plan.sends):
            await _until(started + index / self.plan.rate)
            if self.enough or time.monotonic() - started > self.plan.seconds:
                break
            self._send_one(names[index % len(names)], index)

    def _send_one(self, conversation: str, index: int) -> None:
        sender = self._rng.choice(self.fleet.of(conversation))
        entry = sender.send(conversation, f"message {index} of the load, from {sender.account.email}")
        entry.intended = time.monotonic()
        self.entries.append(entry)
        if self._rng.random() < self.plan.reads:
            _read_something(self._rng.choice(self.fleet.of(conversation)), conversation, self._rng)


def _read_something(reader: Client, conversation: str, rng: random.Random) -> None:
    cursor = reader.cursors.get(conversation)
    if cursor is not None and cursor.seq:
        kind = "unread" if rng.random() < 0.2 else "read"
        reader.say(kind, conversation=conversation, number=rng.randint(1, cursor.seq))


async def _until(moment: float) -> None:
    wait = moment - time.monotonic()
    if wait > 0:
        await asyncio.sleep(wait)


async def conclude(fleet: Fleet) -> float:
    """Wait for the last ack; seconds from then until all are level. Then what each is shown, and the observer's
    late snapshots, are noted.
    """
    await fleet.drained()
    seconds = await fleet.level(before=time.monotonic())
    await asyncio.gather(*(note_unread(client) for client in fleet.clients))
    await asyncio.gather(*(note_snapshots(client) for client in fleet.clients if client.observer))
    return seconds


async def drive(
    world: World,
    urls: list[str],
    logs: Path,
    plan: Plan = SMALL,
    trouble: Callable[[Fleet], Awaitable[list[float]]] | None = None,
    *,
    whole: bool = False,
    tabs: int = 1,
) -> Result:
    """Run the plan and settle. With `trouble` beside it (it returns how long each fault took to heal) the load
    goes on until the trouble is over, or with `whole` until everything of the plan is sent.
    """
    started = time.monotonic()
    async with Fleet(world, urls, logs, seed=plan.seed, tabs=tabs) as fleet:
        load = Load(fleet, plan)
        running = asyncio.create_task(load.run())
        heals = await trouble(fleet) if trouble is not None else []
        load.enough = trouble is not None and not whole
        await running
        heals.append(await conclude(fleet))
        return Result(len(load.entries), time.monotonic() - started, heals)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", action="append", required=True)
    parser.add_argument("--world", type=Path, required=True)
    parser.add_argument("--logs", type=Path, required=True)
    parser.add_argument("--full", action="store_true", help="20 conversations × 10 members × 500 messages")
    parser.add_argument("--messages", type=int)
    parser.add_argument("--rate", type=float)
    parser.add_argument("--seconds", type=float)
    told = parser.parse_args()
    plan = FULL if told.full else SMALL
    given = {
        key: value for key in ("messages", "rate", "seconds") if (value := getattr(told, key)) is not None
    }
    world = World.parse(json.loads(told.world.read_text("utf-8")))
    plan = replace(plan, conversations=len(world.conversations), **given)
    result = asyncio.run(drive(world, told.url, told.logs, plan))
    print(f"sent={result.sent} seconds={result.seconds:.1f} level_s={result.heals[-1]:.2f}")


if __name__ == "__main__":
    main()
