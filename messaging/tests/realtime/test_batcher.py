"""Group commit: one batch in flight, the next one fills, everybody is answered."""

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import OperationalError

from messaging.realtime import batcher, hop
from messaging.realtime.batcher import Batcher, Lanes, Overloaded


def put(group: Batcher[int, int], number: int) -> asyncio.Future[Any]:
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    group.put(number, future.set_result)
    return future


class Work:
    """Doubles numbers; `gate` holds it, -1 breaks it, `broken` is a database that is away."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.broken = False

    def __call__(self, items: Sequence[int]) -> list[int]:
        self.gate.wait(5)
        self.batches.append(list(items))
        if self.broken:
            raise OperationalError("gone away")
        if -1 in items:
            raise ZeroDivisionError
        return [item * 2 for item in items]


@pytest.fixture
def work() -> Work:
    return Work()


async def test_an_idle_batcher_works_at_once(work: Work) -> None:
    assert await Batcher(work, name="t").submit(2) == 4
    assert work.batches == [[2]]


async def test_what_comes_meanwhile_is_one_batch_in_order(work: Work) -> None:
    work.gate.clear()
    group = Batcher(work, name="t")
    futures = [put(group, number) for number in range(10)]
    work.gate.set()
    assert [await future for future in futures] == [number * 2 for number in range(10)]
    assert [number for batch in work.batches for number in batch] == list(range(10))
    assert len(work.batches) == 1


async def test_a_batch_has_at_most_two_hundred(work: Work) -> None:
    group = Batcher(work, name="t")
    futures = [put(group, number) for number in range(450)]
    await group.drained()
    assert all(future.done() for future in futures)
    assert max(len(batch) for batch in work.batches) == 200


async def test_without_a_database_every_item_fails_and_the_next_may_succeed(work: Work) -> None:
    group = Batcher(work, name="t")
    work.broken = True
    futures = [put(group, number) for number in range(3)]
    await group.drained()
    assert all(isinstance(future.result(), OperationalError) for future in futures)
    work.broken = False
    assert await group.submit(1) == 2


async def test_one_item_that_breaks_the_code_does_not_take_the_others_along(work: Work) -> None:
    group = Batcher(work, name="t")
    futures = [put(group, number) for number in (1, -1, 3)]
    await group.drained()
    assert futures[0].result() == 2
    assert isinstance(futures[1].result(), ZeroDivisionError)
    assert futures[2].result() == 6


async def test_more_than_can_wait_is_refused(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batcher, "MOST_WAITING", 2)
    group = Batcher(work, name="t")
    futures = [put(group, number) for number in range(3)]
    await group.drained()
    assert isinstance(futures[2].result(), Overloaded)
    assert futures[0].result() == 0


async def test_answers_come_before_what_the_batch_announces_and_in_one_hop(work: Work) -> None:
    told: list[str] = []
    loop = asyncio.get_running_loop()

    def announce(items: Sequence[int]) -> list[int]:
        assert hop.to(loop, lambda: told.append("event"))
        return work(items)

    group = Batcher(announce, name="t")
    for number in range(3):
        group.put(number, lambda outcome: told.append(f"ack {outcome}"))
    await group.drained()
    assert told == ["ack 0", "ack 2", "ack 4", "event"]


async def test_an_answer_that_fails_does_not_cost_the_others_theirs(work: Work) -> None:
    group = Batcher(work, name="t")

    def fail(outcome: object) -> None:
        raise ZeroDivisionError

    group.put(1, fail)
    assert await put(group, 2) == 4


async def test_a_batch_of_several_is_followed_after_a_rest(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batcher, "LONGEST_REST", 0.2)
    monkeypatch.setattr(batcher.Batcher, "_rest", lambda _: 0.05)
    group = Batcher(work, name="t")
    first = [put(group, number) for number in range(batcher.SEVERAL)]
    await asyncio.gather(*first)
    later = [put(group, 10)]
    await asyncio.sleep(0)
    later.append(put(group, 11))
    await group.drained()
    assert work.batches == [list(range(batcher.SEVERAL)), [10, 11]]
    assert [future.result() for future in later] == [20, 22]


async def test_it_rests_no_longer_once_there_are_enough(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batcher.Batcher, "_rest", lambda _: 60.0)
    group = Batcher(work, name="t")
    await asyncio.gather(*(put(group, number) for number in range(batcher.SEVERAL)))
    later = [put(group, number) for number in range(batcher.ENOUGH + 3)]
    async with asyncio.timeout(5):
        await asyncio.gather(*later)
    assert len(work.batches) == 2


async def test_it_goes_on_once_nothing_more_comes(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batcher.Batcher, "_rest", lambda _: 60.0)
    group = Batcher(work, name="t")
    await asyncio.gather(*(put(group, number) for number in range(batcher.SEVERAL)))
    later = [put(group, number) for number in range(3)]
    async with asyncio.timeout(5):
        await asyncio.gather(*later)
    assert len(work.batches) == 2


@pytest.mark.parametrize(
    ("done", "wait", "rests"),
    [(batcher.SEVERAL - 1, 3, False), (batcher.SEVERAL, 3, True), (batcher.SEVERAL, batcher.ENOUGH, False)],
)
async def test_it_rests_only_where_more_may_come_along(work: Work, done: int, wait: int, rests: bool) -> None:
    group = Batcher(work, name="t")
    group._running = done
    group._waiting.extend([(1, lambda _: None)] * wait)
    assert 0 <= group._rest() <= batcher.LONGEST_REST
    assert bool(group._rest()) is rests


async def test_lanes_keep_the_order_of_a_key_and_do_not_wait_for_each_other() -> None:
    gates = {0: threading.Event(), 1: threading.Event()}
    done: list[int] = []

    def run(items: Sequence[int]) -> list[int]:
        gates[items[0] % 2].wait(5)
        done.extend(items)
        return [item * 2 for item in items]

    lanes = Lanes(run, name="t", count=2, key=lambda item: item % 2)
    told: list[object] = []
    for item in range(6):
        lanes.put(item, told.append)
    assert lanes.waiting == 6
    gates[1].set()
    async with asyncio.timeout(5):
        while len(told) < 3:
            await asyncio.sleep(0.001)
    assert (done, told) == ([1, 3, 5], [2, 6, 10])
    gates[0].set()
    await lanes.drained()
    assert done[3:] == [0, 2, 4] and lanes.waiting == 0
    lanes.stop()
