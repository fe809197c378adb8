"""For each rule the product is broken on purpose, and the verdict turns; test_broken_named.py has those that no figure
shows. README.md has the table.

Each run is on a server that nobody else uses. The same runs with every rule in place are this folder's other tests.
"""

import asyncio
import contextlib
from pathlib import Path

import msgpack
import pytest
from redis import Redis

from messaging.realtime import groups
from messaging.realtime.frames import Packet
from tests.faults import tables
from tests.faults.run import until
from tests.faults.stage import Stage
from tests.faults.verdict import Verdict
from tests.load.door import in_pool
from tests.load.fleet import Fleet, note_unread

pytestmark = pytest.mark.process

PATIENCE_S = 4.0


async def talk(
    stage: Stage, logs: Path, failpoints: str, *, drops: bool = False, reads: bool = False
) -> Verdict:
    """Sixty messages of three people while a rule is broken; what the checker says of it after a little patience."""
    world = stage.world(failpoints[:20], people=3, conversations=1, members=3)
    (conversation,) = world.conversations
    async with Fleet(world, stage.urls, logs, tabs=2) as fleet:
        await stage.switch(failpoints)
        for number in range(60):
            client, other_tab = fleet.clients[number % 3], fleet.clients[3 + number % 3]
            sent = client.send(conversation, f"line {number}")
            if number % 20 == 10:  # a retry that overtakes the answer, and not what was sent before it
                await until(lambda sent=sent: sent.tries, 20, "it left")
                other_tab.send(conversation, sent.body, client_id=sent.client_id, ordered=False)
            if drops and number % 10 == 5:
                await asyncio.sleep(0.01)  # it is on its way, and its answer will not be heard
                client.drop()
            if reads:
                client.say("read", conversation=conversation, number=1 + number // 2)
            await asyncio.sleep(0.03)
        with contextlib.suppress(TimeoutError):
            await fleet.drained(PATIENCE_S)
            await fleet.level(PATIENCE_S)
        await asyncio.gather(*(note_unread(client, world.conversations) for client in fleet.clients))
    verdict = stage.verdict(logs)
    print(f"\n[{stage.name}: {failpoints}] {verdict}")
    return verdict


@pytest.mark.parametrize(
    ("rule", "failpoints", "figure"),
    [
        ("R1", "R1=0.2", "lost"),
        ("R2", "R2=0.2", "gap"),
        ("R3", "R3", "dup"),
        ("R7", "R7=0.2", "gap"),
        ("R8", "R8", "gap"),
        ("R10", "R10,hub_drops", "lost"),
        ("R21", "R21", "unread_diff"),
    ],
)
async def test_a_broken_rule_turns_its_figure(
    broken: Stage, tmp_path: Path, rule: str, failpoints: str, figure: str
) -> None:
    verdict = await talk(broken, tmp_path, failpoints, drops=rule == "R8", reads=rule == "R21")
    assert getattr(verdict, figure) > 0, verdict.findings[:5]
    assert not verdict.holds


async def test_the_same_talk_turns_nothing_when_no_rule_is_broken(broken: Stage, tmp_path: Path) -> None:
    """The events of a process are all dropped, and heads, resume and the rest make up for it."""
    verdict = await talk(broken, tmp_path, "hub_drops", drops=True, reads=True)
    assert verdict.holds, verdict.findings[:5]
    assert verdict.acked == verdict.sent == 60


async def test_r12_without_a_relay_events_stay_unsettled(broken: Stage, tmp_path: Path) -> None:
    verdict = await talk(broken, tmp_path, "R12")
    assert verdict.lost == 0, "heads still find what nobody told"
    assert _unsettled(broken) > 0
    await broken.switch("")
    async with asyncio.timeout(15):
        while _unsettled(broken):
            await asyncio.sleep(0.1)


def _unsettled(stage: Stage) -> int:
    return tables.unsettled(stage.database)


async def test_r19_without_the_fence_a_removed_member_hears_on(broken: Stage, tmp_path: Path) -> None:
    world = broken.world("fence", people=3, conversations=1, members=3)
    (conversation,) = world.conversations
    owner_id, _, bob_id = world.conversations[conversation]
    async with Fleet(world, broken.urls, tmp_path) as fleet:
        await broken.switch("R19")
        owner = fleet.client(owner_id)
        await in_pool(owner.api.delete, f"/conversations/{conversation}/members/{bob_id}")
        for number in range(10):
            await asyncio.wait_for(owner.send(conversation, f"among us {number}").done, 10)
        await asyncio.sleep(0.5)
    verdict = broken.verdict(tmp_path)
    print(f"\n[{broken.name}: R19] {verdict}")
    assert verdict.leak > 0


@pytest.mark.parametrize(("failpoints", "believed"), [("", False), ("R14", True)])
async def test_r14_an_event_that_somebody_invents_in_redis(
    broken: Stage, tmp_path: Path, failpoints: str, believed: bool
) -> None:
    world = broken.world("forged", people=2, conversations=1, members=2)
    (conversation,) = world.conversations
    async with Fleet(world, broken.urls, tmp_path) as fleet:
        await broken.switch(failpoints)
        sent = await asyncio.wait_for(fleet.clients[0].send(conversation, "true").done, 10)
        await asyncio.to_thread(_forge, broken, conversation, int(str(sent["seq"])) + 1)
        await asyncio.sleep(0.7)
    verdict = broken.verdict(tmp_path)
    print(f"\n[{broken.name}: {failpoints}] {verdict}")
    assert (verdict.reorder > 0) == believed


def _forge(stage: Stage, conversation: str, seq: int) -> None:
    """Say in Redis that something was sent, as good as can be without the key."""
    assert stage.redis is not None
    at = "2026-11-21T03:00:00.000Z"
    event = {"conversation": conversation, "seq": seq, "event": "message.sent", "actor": None, "at": at}
    packet = Packet.of({**event, "data": {"body": "false"}, "digest": "f" * 64}, version=1)
    (message,) = groups.log_messages("forger", [packet])
    with contextlib.closing(Redis(port=stage.redis.port)) as client:
        for channel in client.pubsub_channels("*hubs*"):
            client.publish(channel, msgpack.packb(message))
