"""Receipts go out at most once a second, and never back."""

from uuid import UUID, uuid4

import pytest

from messaging.events import ReadState
from messaging.realtime import receipts
from messaging.realtime.receipts import Receipts
from messaging.realtime.typing import TypingSieve

from .fakes import until

CONVERSATION, USER = uuid4(), uuid4()


def state(read: int, *, user: UUID = USER) -> ReadState:
    return ReadState(CONVERSATION, user, read, read, 0)


class Told:
    def __init__(self) -> None:
        self.read: list[int] = []
        self.back: list[int] = []
        self.receipts = Receipts(
            lambda states: self.read.extend(one.read for one in states),
            lambda one: self.back.append(one.read),
        )


async def test_the_first_is_told_at_once_and_the_rest_of_the_second_as_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(receipts, "PAUSE", 0.2)
    told = Told()
    for number in range(1, 6):
        told.receipts.add([state(number)])
    assert told.read == [1]
    await until(lambda: len(told.read) > 1)
    assert told.read == [1, 5]


async def test_nothing_new_is_not_told() -> None:
    told = Told()
    told.receipts.add([state(3)])
    told.receipts.add([state(3)])
    assert told.read == [3]


async def test_marking_unread_is_nobody_elses_business() -> None:
    told = Told()
    told.receipts.add([state(3)])
    told.receipts.add([state(1)])
    assert (told.read, told.back) == ([3], [1])


async def test_people_do_not_wait_for_each_other() -> None:
    told = Told()
    told.receipts.add([state(3), state(4, user=uuid4())])
    assert told.read == [3, 4]
    told.receipts.stop()


def test_typing_passes_once_in_three_seconds_per_person_and_conversation() -> None:
    now = [0.0]
    sieve = TypingSieve(lambda: now[0])
    assert sieve.passes("alice", "c")
    assert not sieve.passes("alice", "c")
    assert sieve.passes("bob", "c")
    assert sieve.passes("alice", "d")
    now[0] = 3.0
    assert sieve.passes("alice", "c")
