"""A worker that is killed at random moments through two hundred tasks: each has its effect once, none is lost."""

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connections
from django.utils import timezone

from accounts.models import User
from chatify.jobs import leases, operations, runner
from chatify.jobs.models import Job
from chatify.lib import strain
from messaging.models import Conversation, Message, Notice, Scheduled, Unsettled
from messaging.notifications import channels, following
from messaging.operations import conversations, holding, messages, notices, scheduled, settle

pytestmark = pytest.mark.django_db(transaction=True)
TASKS, KILLS, WITHIN_S = 200, 8, 60.0
HANDED = "test.handed"
KEEP = leases.keep


@contextmanager
def worker() -> Iterator[int]:
    """A process that does what is due, without a stop; killed at the end, wherever it is."""
    connections.close_all()  # no connection may be shared with it
    process = multiprocessing.get_context("fork").Process(target=_work, daemon=True)
    process.start()
    try:
        yield process.pid or 0
    finally:
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()


def _work() -> None:
    while True:
        runner.run_quick()
        time.sleep(0.01)


def put(person: User, row: Notice) -> None:
    """The channel: its own work, put down within the transaction that marks the notice handed over."""
    operations.add(kind=HANDED, key=str(row.pk), due=row.created_at + timedelta(days=1))


def undone() -> int:
    return Job.objects.filter(done_at=None).exclude(kind=HANDED).count()


def until(check: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not check():
        assert time.monotonic() < deadline, f"{undone()} tasks are left"
        time.sleep(0.01)


def wait_until(left: int) -> None:
    until(lambda: undone() <= left)


@pytest.fixture
def chat(alice: User, bob: User, acquainted: None) -> Conversation:
    return conversations.start_group(alice, title="Garden", members=[bob], client_id=uuid4())


def put_down(alice: User, bob: User, chat: Conversation) -> None:
    """A hundred notices, and a hundred messages that go at their time."""
    for number in range(TASKS // 2):
        notices.tell(bob.pk, event="missed_call", key=f"call:{number}", actor=alice.pk, conversation=chat.pk)
    soon = timezone.now() + timedelta(hours=1)
    for number in range(TASKS // 2):
        scheduled.hold(alice, conversation=chat.pk, body=f"at {number}", client_id=uuid4(), send_at=soon)
    Scheduled.objects.update(due_at=timezone.now())
    Job.objects.update(due=timezone.now())


def test_each_effect_happens_once(
    alice: User, bob: User, chat: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "LEASE", timedelta(seconds=0.5))
    monkeypatch.setattr(holding, "MOST", TASKS)
    monkeypatch.setattr(channels, "_channels", {})
    channels.register("push", put, reaches=list)
    put_down(alice, bob, chat)
    assert undone() == TASKS
    seed = random.randrange(10**6)
    moments = sorted(random.Random(seed).sample(range(5, TASKS - 5), KILLS), reverse=True)
    for left in moments:
        with worker():
            wait_until(left)
        messages.send(alice, conversation=chat.pk, body="the web process goes on", client_id=uuid4())
    with worker():
        Job.objects.filter(kind="notices.due").update(due=timezone.now())
        wait_until(0)
    told = Notice.objects.filter(user=bob, kind="missed_call")
    assert told.count() == TASKS // 2, f"seed {seed}"
    bodies = Message.objects.filter(conversation=chat).values_list("body", flat=True)
    assert sorted(bodies) == sorted(
        [*(f"at {n}" for n in range(TASKS // 2)), *["the web process goes on"] * KILLS]
    )
    assert Scheduled.objects.exclude(state="sent").count() == 0
    Notice.objects.update(push_due=timezone.now())
    operations.add(kind="notices.due", key="once more")
    with worker():
        wait_until(0)
    assert Job.objects.filter(kind=HANDED).count() == told.exclude(push_sent=None).count() == TASKS // 2


def test_what_rests_is_held_while_its_process_lives_and_free_soon_after(
    alice: User, bob: User, chat: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two conversations the first has its notice; then its worker rests, and is killed."""
    other = conversations.start_group(alice, title="Shed", members=[bob], client_id=uuid4())
    tell_who_is_called()
    monkeypatch.setattr(leases, "keep", KEEP)
    monkeypatch.setattr(leases, "LEASE", timedelta(seconds=0.4))
    for group in (chat, other):
        messages.send(alice, conversation=group.pk, body="@bob are you there?", client_id=uuid4())
    calls = Notice.objects.filter(user=bob, kind="mention")
    with monkeypatch.context() as resting:
        resting.setattr(following, "RANGES_AT_ONCE", 1)
        resting.setattr(following, "LONGEST_REST_S", WITHIN_S)
        resting.setattr(strain, "rest", lambda worked: WITHIN_S)
        settle.settle(list(Unsettled.objects.values_list("pk", flat=True)))
        with worker():
            until(calls.exists)
            taken = held_until()
            until(lambda: held_until() > taken + leases.LEASE)
            assert operations.claim() == []
    assert calls.count() == 1
    with worker():
        until(lambda: calls.count() == 2)


def held_until() -> datetime:
    lease = Job.objects.get(kind=settle.FOLLOW, done_at=None).claimed_until
    assert lease
    return lease


def tell_who_is_called() -> None:
    """Do what follows all that was said so far."""
    settle.settle(list(Unsettled.objects.values_list("pk", flat=True)))
    runner.run_quick()
