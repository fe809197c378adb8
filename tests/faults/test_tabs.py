"""People's own ends: a client killed between send and ack, four tabs that disagree about what is read."""

import asyncio
import random
import time
from pathlib import Path

import pytest

from tests.faults.run import FULL_RUN
from tests.faults.stage import Stage, healed
from tests.load.client import Client
from tests.load.driver import conclude
from tests.load.fleet import Fleet

pytestmark = pytest.mark.process

KILLS = 500 if FULL_RUN else 25
MARKS = 2000 if FULL_RUN else 240


@pytest.mark.fault("client_killed")
async def test_a_client_that_ends_between_send_and_ack_finds_its_message_once(
    stage: Stage, tmp_path: Path, seed: int
) -> None:
    """What was in flight is in its outbox still, and leaves again under the same id."""
    world = stage.world(stage.fault, people=4, conversations=1, members=4)
    (conversation,) = world.conversations
    rng = random.Random(seed)
    async with Fleet(world, stage.urls, tmp_path, seed=seed) as fleet:
        for number in range(KILLS):
            client = fleet.clients[number % len(fleet.clients)]
            async with asyncio.timeout(30):
                await client.ready.wait()
            entry = client.send(conversation, f"in flight {number}")
            await asyncio.sleep(rng.uniform(0, 0.02))
            client.drop()
            if number % 5 == 0:
                await asyncio.wait_for(entry.done, 30)
        heals = [await healed(fleet, time.monotonic()), await conclude(fleet)]
        again = sum(bool(ack["duplicate"]) for client in fleet.clients for ack in client.acks.values())
    verdict = stage.judge(tmp_path, heals)
    assert verdict.acked == verdict.sent == KILLS
    print(f"[{stage.name}] {again} of {KILLS} were stored already when they left again")


@pytest.mark.fault("four_tabs")
async def test_four_tabs_with_random_read_positions_end_with_one_unread_count(
    stage: Stage, tmp_path: Path, seed: int
) -> None:
    world = stage.world(stage.fault, people=3, conversations=2, members=3)
    rng = random.Random(seed)
    async with Fleet(world, stage.urls, tmp_path, seed=seed, tabs=4) as fleet:
        for number in range(MARKS):
            client = rng.choice(fleet.clients)
            conversation = rng.choice(list(world.conversations))
            if number % 4 == 0:
                client.send(conversation, f"line {number}")
            _mark(client, conversation, rng, number)
            await asyncio.sleep(0.01)
        seconds = await conclude(fleet)
    verdict = stage.judge(tmp_path, [seconds])
    assert verdict.unread_diff == 0
    assert verdict.acked == verdict.sent == MARKS // 4


def _mark(client: Client, conversation: str, rng: random.Random, number: int) -> None:
    kind = rng.choices(["read", "got", "unread"], [6, 2, 2])[0]
    client.say(kind, conversation=conversation, number=rng.randint(1, number + 2))
