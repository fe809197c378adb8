"""Events on their way to other processes: gathered while nobody is there, in their order and none forgotten."""

import asyncio
from typing import Any

import pytest

from messaging.realtime import announcer, groups
from messaging.realtime.announcer import Announcer
from messaging.realtime.frames import Packet

from .fakes import until


class FakeLink:
    def __init__(self, *, alone: bool) -> None:
        self.alone = alone
        self.said: list[tuple[list[int], bool]] = []
        self.taken: list[Any] = []

    def publish(self, message: groups.Message, taken: Any) -> None:
        heard = groups.packets(message, lambda conversation, version: True)
        self.said.append(([packet.seq for packet in heard], bool(message["payload"])))
        self.taken.append(taken)


def packets(*seqs: int, size: int = 10) -> list[Packet]:
    return [Packet("c", seq, 1, event(seq, size)) for seq in seqs]


def event(seq: int, size: int) -> dict[str, Any]:
    data = {"body": "x" * size}
    return {"event": "message.sent", "conversation": "c", "seq": seq, "actor": "a", "data": data}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcer, "PAUSE_SECONDS", 0.01)


async def test_where_somebody_listens_every_batch_is_said_at_once() -> None:
    link, done = FakeLink(alone=False), []
    said = Announcer(link, "me")
    said.say(packets(1, 2), lambda: done.append("first"))
    said.say(packets(3), lambda: done.append("second"))
    assert link.said == [([1, 2], True), ([3], True)]
    link.taken[0]()
    assert done == ["first"], "taken is what the layer has, and nothing else"


async def test_alone_it_gathers_places_and_says_them_in_one() -> None:
    link, done = FakeLink(alone=True), []
    said = Announcer(link, "me")
    for seq in range(1, 6):
        said.say(packets(seq), lambda seq=seq: done.append(seq))
    assert not link.said
    await until(lambda: bool(link.said))
    assert link.said == [([1, 2, 3, 4, 5], False)]
    assert not done
    link.taken[0]()
    assert done == [1, 2, 3, 4, 5]
    said.say(packets(6), lambda: done.append(6))
    await until(lambda: len(link.said) == 2)


async def test_who_comes_meanwhile_hears_all_of_it_and_in_order() -> None:
    link = FakeLink(alone=True)
    said = Announcer(link, "me")
    said.say(packets(1), lambda: None)
    link.alone = False
    said.say(packets(2), lambda: None)
    assert link.said == [([1, 2], True)]
    await asyncio.sleep(0.03)
    assert len(link.said) == 1, "the timer has nothing left to say"


async def test_what_needs_several_messages_is_taken_once_all_of_them_are() -> None:
    link, done = FakeLink(alone=False), []
    said = Announcer(link, "me")
    said.say(packets(*range(1, 30), size=5_000), lambda: done.append(True))
    assert len(link.taken) > 1
    for taken in link.taken[:-1]:
        taken()
    assert not done
    link.taken[-1]()
    assert done == [True]


async def test_at_the_end_what_waits_is_said() -> None:
    link = FakeLink(alone=True)
    said = Announcer(link, "me")
    said.say(packets(1), lambda: None)
    said.flush()
    assert link.said == [([1], False)]
    said.flush()
    assert len(link.said) == 1
