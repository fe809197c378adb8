"""The line to the other processes may fail in any way, and nothing but the doorbell is lost."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from messaging.realtime import groups, link
from messaging.realtime.groups import Message
from messaging.realtime.link import Link
from messaging.realtime.names import new_origin

from .fakes import until


class FakeLayer:
    """One group, any number of listeners; `down` refuses everything, `deaf` swallows."""

    def __init__(self) -> None:
        self.queues: dict[str, asyncio.Queue[Message]] = {}
        self.down = self.deaf = False
        self.flushed = 0
        self.answered: asyncio.Future[None] | None = None

    async def new_channel(self) -> str:
        if self.down:
            raise ConnectionError
        name = str(len(self.queues))
        self.queues[name] = asyncio.Queue()
        return name

    async def group_add(self, group: str, channel: str) -> None:
        assert group == groups.GROUP

    async def group_send(self, group: str, message: Message) -> None:
        if self.down:
            raise ConnectionError
        if self.answered:
            await self.answered
        for queue in () if self.deaf else self.queues.values():
            queue.put_nowait(message)

    async def receive(self, channel: str) -> Message:
        return await self.queues[channel].get()

    async def flush(self) -> None:
        self.flushed += 1
        self.deaf = False


class Pair:
    """Two processes on one layer, and what the second heard."""

    def __init__(self) -> None:
        self.layer = FakeLayer()
        self.heard: list[str] = []
        self.here = Link(self.layer, "here", lambda message: None)
        self.there = Link(self.layer, "there", lambda message: self.heard.append(message["payload"].decode()))

    def say(self, what: str, taken: Any = None) -> None:
        self.here.publish(groups.notice("here", what, {}), taken)

    def has_heard(self, what: str) -> bool:
        return any(what in payload for payload in self.heard)


@pytest.fixture
async def pair(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pair]:
    monkeypatch.setattr(link, "RETRY_SECONDS", 0.01)
    both = Pair()
    both.here.start()
    both.there.start()
    await until(lambda: len(both.layer.queues) == 2)
    yield both
    await both.here.stop()
    await both.there.stop()


async def test_the_others_hear_and_oneself_does_not(pair: Pair) -> None:
    taken: list[bool] = []
    pair.say("hello", lambda: taken.append(True))
    await until(lambda: pair.has_heard("hello"))
    assert taken == [True]


async def test_who_hears_nobody_is_alone_until_somebody_speaks(pair: Pair) -> None:
    assert pair.here.alone and pair.there.alone
    pair.say("hello")
    await until(lambda: pair.has_heard("hello"))
    assert pair.here.alone and not pair.there.alone


async def test_a_worker_that_only_speaks_is_heard_and_is_no_company(pair: Pair) -> None:
    worker = Link(pair.layer, new_origin(listens=False), lambda message: None)
    worker.start()
    worker.publish(groups.notice(worker._origin, "hello", {}))
    await until(lambda: pair.has_heard("hello"))
    assert pair.there.alone
    await worker.stop()


async def test_a_layer_that_refuses_is_not_taken_for_one_that_took_it(pair: Pair) -> None:
    taken: list[bool] = []
    pair.layer.down = True
    pair.say("lost", lambda: taken.append(True))
    await asyncio.sleep(0.02)
    pair.layer.down = False
    pair.say("hello")
    await until(lambda: pair.has_heard("hello"))
    assert not taken
    assert not pair.has_heard("lost")


async def test_a_layer_that_is_away_is_told_of_once(pair: Pair, caplog: pytest.LogCaptureFixture) -> None:
    pair.layer.down = True
    for number in range(50):
        pair.say(f"lost {number}")
    await until(lambda: not pair.here._waiting)
    pair.layer.down = False
    pair.say("back")
    await until(lambda: pair.has_heard("back"))
    lines = [record.message for record in caplog.records if "takes" in record.message]
    assert len(lines) == 2 and "takes messages again" in lines[1]


async def test_a_message_that_is_not_ours_is_dropped(pair: Pair) -> None:
    forged = {**groups.notice("here", "revoke", {}), "payload": b"forged"}
    await pair.layer.group_send(groups.GROUP, forged)
    await pair.layer.group_send(groups.GROUP, {"type": "hub.message"})
    pair.say("hello")
    await until(lambda: pair.has_heard("hello"))
    assert not pair.has_heard("forged")


async def test_a_subscription_that_died_silently_is_made_anew(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "DEAF_SECONDS", 0.05)
    pair.layer.deaf = True

    def check() -> bool:
        pair.there.check()
        return pair.layer.flushed > 0

    await until(check)
    await asyncio.sleep(0.02)
    pair.say("hello")
    await until(lambda: pair.has_heard("hello"))


async def test_it_ends_also_when_the_layer_answers_at_that_very_moment(pair: Pair) -> None:
    answered = asyncio.get_running_loop().create_future()
    pair.layer.answered = answered
    pair.say("the last word")
    await until(lambda: not pair.here._waiting)
    answered.set_result(None)
    await asyncio.sleep(0)
    await asyncio.wait_for(pair.here.stop(), 2)


async def test_a_layer_that_is_away_at_the_start_is_joined_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "RETRY_SECONDS", 0.01)
    late = Pair()
    late.layer.down = True
    late.there.start()
    await asyncio.sleep(0.03)
    late.layer.down = False
    await until(lambda: bool(late.layer.queues))
    late.here.start()
    late.say("hello")
    await until(lambda: late.has_heard("hello"))
    await late.here.stop()
    await late.there.stop()
