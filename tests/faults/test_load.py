"""Nothing lost, doubled or reordered: without a fault, with many writers, with every send issued three times."""

import asyncio
import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults import tables
from tests.faults.run import FULL_RUN
from tests.faults.stage import Stage
from tests.load.browser import Browser
from tests.load.client import Client
from tests.load.door import Account, Api, Refused, in_pool
from tests.load.driver import FULL, SMALL, Load, Plan, conclude, drive
from tests.load.fleet import Fleet, note_snapshots

pytestmark = pytest.mark.process


@pytest.mark.fault("none")
async def test_without_a_fault_everybody_gets_everything_once_and_in_order(
    stage: Stage, tmp_path: Path, seed: int
) -> None:
    plan = replace(FULL if FULL_RUN else SMALL, seed=seed)
    world = stage.world(
        "calm", people=20 if FULL_RUN else 10, conversations=plan.conversations, members=plan.members
    )
    result = await drive(world, stage.urls, tmp_path, plan)
    verdict = stage.judge(tmp_path, result.heals)
    assert verdict.acked == verdict.sent == plan.sends
    assert not stage.complaints()


@pytest.mark.fault("sixteen_writers")
async def test_sixteen_people_write_into_one_conversation_at_once(
    stage: Stage, tmp_path: Path, seed: int
) -> None:
    turns = 625 if FULL_RUN else 20
    world = stage.world("sixteen", people=16, conversations=1, members=16)
    (conversation,) = world.conversations
    async with Fleet(world, stage.urls, tmp_path, seed=seed) as fleet:
        for turn in range(turns):
            for client in fleet.clients:
                client.send(conversation, f"line {turn} of {client.account.email}")
        seconds = await conclude(fleet)
    verdict = stage.judge(tmp_path, [seconds])
    assert verdict.acked == verdict.sent == 16 * turns


@pytest.mark.fault("thrice_at_once")
async def test_a_send_issued_three_times_at_once_is_stored_once(
    stage: Stage, tmp_path: Path, seed: int
) -> None:
    world = stage.world("thrice", people=3, conversations=1, members=3)
    (conversation,) = world.conversations
    times = 1000 if FULL_RUN else 60
    async with Fleet(world, stage.urls, tmp_path, seed=seed) as fleet:
        author = fleet.clients[1]
        async with second_tab(author, stage.urls[-1], tmp_path) as twin:
            for number in range(times):
                await _three_times(author, twin, conversation, f"thrice {number}")
            seconds = await conclude(fleet)
            assert sorted(author.acks) == sorted(twin.acks)
            assert _places(author) == _places(twin)
    verdict = stage.judge(tmp_path, [seconds])
    assert verdict.acked == verdict.sent == times


@asynccontextmanager
async def second_tab(client: Client, url: str, logs: Path) -> AsyncIterator[Client]:
    """Another socket of the same person, on another server where there is one."""
    tab = Client(client.account, urls=[url], logs=logs, name="second-tab")
    tab.start_from({at: cursor.seq or 0 for at, cursor in client.cursors.items()}, client.epoch)
    run = asyncio.create_task(tab.run())
    try:
        async with asyncio.timeout(10):
            await tab.ready.wait()
        yield tab
    finally:
        await tab.stop()
        run.cancel()


async def _three_times(author: Client, twin: Client, conversation: str, body: str) -> None:
    client_id = str(uuid.uuid4())
    http = in_pool(author.api.send, conversation, body, client_id)
    entries = [client.send(conversation, body, client_id=client_id) for client in (author, twin)]
    stored, first, second = await asyncio.gather(http, *(entry.done for entry in entries))
    answers = [stored, first, second]
    assert len({answer["id"] for answer in answers}) == 1
    assert sorted(bool(answer["duplicate"]) for answer in answers) == [False, True, True]


def _places(client: Client) -> dict[str, tuple[int, int]]:
    return {client_id: (ack["seq"], ack["number"]) for client_id, ack in client.acks.items()}


@pytest.mark.fault("snapshot_under_load")
async def test_a_snapshot_taken_under_load_and_the_events_after_it_are_the_snapshot_taken_later(
    stage: Stage, tmp_path: Path, seed: int
) -> None:
    world = stage.world("snapshot", people=5, conversations=1, members=5)
    plan = Plan(conversations=1, members=5, messages=200, rate=50, reads=0, seed=seed)
    async with Fleet(world, stage.urls, tmp_path, seed=seed) as fleet:
        for client in fleet.clients:
            client.observer = True
        load = asyncio.create_task(Load(fleet, plan).run())
        await _every(
            0.6, load, lambda: asyncio.gather(*(note_snapshots(client) for client in fleet.clients[:2]))
        )
        seconds = await conclude(fleet)
    verdict = stage.judge(tmp_path, [seconds])
    assert verdict.acked == 200


@pytest.mark.fault("page_under_load")
async def test_a_page_opened_under_load_shows_everything_up_to_the_position_it_carries(
    stage: Stage, tmp_path: Path, seed: int
) -> None:
    world = stage.world("page", people=3, conversations=1, members=3)
    (conversation,) = world.conversations
    browser = await asyncio.to_thread(Browser, stage.urls[-1], world.people[2])
    pages: list[str] = []

    async def open_page() -> None:
        pages.append(await asyncio.to_thread(browser.read, f"/c/{conversation}/"))

    async with Fleet(world, stage.urls, tmp_path, seed=seed) as fleet:
        plan = Plan(conversations=1, members=3, messages=150, rate=50, reads=0, seed=seed)
        load = asyncio.create_task(Load(fleet, plan).run())
        await _every(0.1, load, open_page)
        seconds = await conclude(fleet)
    stage.judge(tmp_path, [seconds])
    messages = tables.read(stage.database)[conversation].messages
    seen = [_shown_on(page) for page in pages]
    assert len({position for position, _ in seen}) > 3, "the pages were opened while messages arrived"
    for position, numbers in seen:
        assert numbers == list(range(min(numbers, default=1), max(numbers, default=0) + 1))
        due = {message.number for message in messages if message.seq <= position}
        assert {number for number in due if number >= min(numbers, default=1)} <= set(numbers)


def _shown_on(page: str) -> tuple[int, list[int]]:
    """The position that a page's socket resumes from, and the numbers of the messages on it."""
    (timeline,) = re.findall(r'<ol[^>]*id="timeline"[^>]*>', page)
    (position,) = re.findall(r'data-seq="(\d+)"', timeline)
    return int(position), [int(number) for number in re.findall(r'<li[^>]*data-number="(\d+)"', page)]


async def _every(
    seconds: float, while_running: asyncio.Task[None], work: Callable[[], Awaitable[object]]
) -> None:
    while not while_running.done():
        await work()
        await asyncio.sleep(seconds)
    await while_running


async def test_a_wrong_server_answer_is_not_taken_for_an_ack(stage: Stage, tmp_path: Path) -> None:
    """The load itself is honest: what the server refuses is never counted as acknowledged."""
    world = stage.world("honest", people=2, conversations=1, members=2)
    (conversation,) = world.conversations
    async with Fleet(world, stage.urls, tmp_path) as fleet:
        sender = fleet.clients[0]
        refused = await asyncio.wait_for(sender.send(conversation, "x" * 8_001).done, 5)
        assert refused["type"] == "error"
        with pytest.raises(Refused):
            await in_pool(sender.api.send, conversation, "x" * 8_001, str(uuid.uuid4()))
        await conclude(fleet)
    assert stage.judge(tmp_path).acked == 0


def test_the_load_refuses_to_leave_this_machine() -> None:
    with pytest.raises(ValueError, match="this machine"):
        Api("http://192.0.2.1:8000", Account("1", "a@load.test", "x"))
