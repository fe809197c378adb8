"""What was said is read into the index in one thread, again after a refusal, and at the end of the process at once."""

import threading
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError

from messaging import indexing
from messaging.operations import search

soon = indexing.soon  # the tests' own fixture puts nothing in its place here


@pytest.fixture
def pace(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(indexing, "close_old_connections", lambda: None)
    monkeypatch.setattr(indexing, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(indexing, "AGAIN_SECONDS", 0.01)
    yield
    indexing.flush()


def until(true: Any) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_it_never_meets_itself(pace: None, monkeypatch: pytest.MonkeyPatch) -> None:
    inside, most, read = [0], [0], set()

    def steps(batch: Any) -> Iterator[int]:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        time.sleep(0.02)
        read.update(batch)
        inside[0] -= 1
        yield 1

    monkeypatch.setattr(search, "steps", steps)
    wanted = [uuid4() for _ in range(8)]
    for one in wanted:
        soon([one])
        time.sleep(0.01)
    until(lambda: read == set(wanted))
    assert most == [1]


@pytest.mark.parametrize("error", [IntegrityError("taken"), RuntimeError("a bug")])
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_refusal_is_not_the_end_of_it(
    pace: None, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    tries: list[list[Any]] = []

    def steps(batch: list[Any]) -> Iterator[int]:
        tries.append(batch)
        if len(tries) == 1:
            raise error
        yield 1

    monkeypatch.setattr(search, "steps", steps)
    first, second = uuid4(), uuid4()
    soon([first])
    until(lambda: len(tries) == 1)
    soon([second])
    until(lambda: any(second in batch for batch in tries[1:]))
    if isinstance(error, IntegrityError):
        assert any(first in batch for batch in tries[1:])


def test_the_end_of_the_process_does_not_wait_for_a_rest(pace: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing.strain, "REST", 100_000.0)
    started, done = threading.Event(), threading.Event()

    def steps(batch: Any) -> Iterator[int]:
        if not batch:
            return
        started.set()
        time.sleep(0.01)
        yield 1
        done.set()

    monkeypatch.setattr(search, "steps", steps)
    soon([uuid4()])
    assert started.wait(10)
    indexing.flush()
    assert done.wait(10)
