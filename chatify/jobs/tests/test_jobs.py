"""Work is done once it was put down, however often it fails, and by one runner at a time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from chatify.jobs import leases, operations, registry, runner, sweeps, wake
from chatify.jobs.models import Job
from chatify.jobs.registry import Queue, Turn
from chatify.lib import strain

pytestmark = pytest.mark.django_db


@pytest.fixture
def done():
    """What the work of kind `note` did."""
    notes = []
    registry.register("note", lambda payload: notes.append(payload["text"]))
    return notes


def test_work_is_done_once_and_forgets_its_payload(done):
    operations.add(kind="note", key="1", payload={"text": "secret"})
    assert runner.run_due() == 1
    assert runner.run_due() == 0
    assert done == ["secret"]
    job = Job.objects.get()
    assert job.done_at and job.payload == {}


def test_work_that_can_wait_waits_while_sends_do(done):
    seen = []
    registry.register("picture", lambda payload: seen.append(payload["text"]), turn=Turn.PATIENT)
    for kind in ("picture", "note"):
        operations.add(kind=kind, key="1", payload={"text": kind})
    strain.report(2)
    try:
        runner.run_due()
        assert (done, seen) == (["note"], [])
    finally:
        strain.report(0)
    runner.run_due()
    assert seen == ["picture"]


def test_the_same_key_is_the_same_work(done):
    first = operations.add(kind="note", key="1", payload={"text": "one"})
    assert operations.add(kind="note", key="1", payload={"text": "two"}).id == first.id
    runner.run_due()
    assert done == ["one"]


def test_failing_work_is_tried_again_later_and_not_lost():
    tries = []

    def stumble(payload):
        tries.append(payload)
        if len(tries) < 3:
            raise OSError("not now")

    registry.register("stumble", stumble)
    operations.add(kind="stumble", key="1")
    runner.run_due()
    job = Job.objects.get()
    assert job.due > timezone.now() and "not now" in job.error
    for _ in range(2):
        Job.objects.update(due=timezone.now())
        runner.run_due()
    assert len(tries) == 3 and Job.objects.get().done_at


def test_work_that_fails_for_good_is_kept_and_can_be_run_again(done, monkeypatch):
    monkeypatch.setattr(operations, "MOST_ATTEMPTS", 1)
    operations.add(kind="note", key="1", payload={})
    runner.run_due()
    job = Job.objects.get()
    assert job.failed_at and not job.done_at
    Job.objects.update(payload={"text": "at last"})
    operations.retry(job)
    assert runner.run_due() == 1 and done == ["at last"]


def test_work_whose_runner_died_is_taken_up_after_the_lease(done):
    operations.add(kind="note", key="1", payload={"text": "kept"})
    assert len(operations.claim()) == 1
    assert operations.claim() == []
    Job.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert runner.run_due() == 1


def held_for() -> timedelta:
    return Job.objects.get().claimed_until - timezone.now()


def test_what_is_worked_at_is_held_for_longer_and_no_more_once_it_is_over(done):
    operations.add(kind="note", key="1", payload={"text": "long"})
    (job,) = operations.claim()
    assert held_for() <= leases.LEASE
    leases.renew(timezone.now() + leases.LEASE / 10)
    assert held_for() <= leases.LEASE, "so early it costs nothing"
    leases.renew(timezone.now() + leases.LEASE / 2)
    assert held_for() > leases.LEASE * 1.4
    operations.run(job)
    leases.renew(timezone.now() + leases.LEASE)
    assert Job.objects.get().claimed_until is None


def test_what_somebody_else_took_over_is_let_go(done):
    operations.add(kind="note", key="1", payload={"text": "late"})
    operations.claim()
    taken = timezone.now() + timedelta(seconds=1)
    Job.objects.update(claimed_until=taken)
    for _ in range(2):
        leases.renew(timezone.now() + leases.LEASE)
    assert Job.objects.get().claimed_until == taken


def test_work_that_stands_still_is_not_held_for_ever(done):
    operations.add(kind="note", key="1", payload={"text": "still"})
    operations.claim()
    now = timezone.now()
    for turn in range(1, 60):
        leases.renew(now + turn * leases.LEASE / 2)
    assert leases.LONGEST - leases.LEASE < held_for() < leases.LONGEST + leases.LEASE


def test_work_that_nobody_takes_up_rings_again(done, monkeypatch):
    rung = carried(monkeypatch)
    operations.add(kind="note", key="1", payload={"text": "later"})
    runner.ring_for_overdue()
    assert not rung
    Job.objects.update(due=timezone.now() - timedelta(seconds=10))
    runner.ring_for_overdue()
    assert rung == [Queue.DEFAULT]


def test_each_purpose_is_rung_for_and_done_on_its_own_queue(
    done, monkeypatch, django_capture_on_commit_callbacks
):
    rung, looks = carried(monkeypatch), []
    look = looks.append
    registry.register("film", look, turn=Turn.PATIENT, queue=Queue.MEDIA)
    registry.register("page", look, queue=Queue.MEDIA)
    with django_capture_on_commit_callbacks(execute=True):
        for kind in ("film", "page", "note", "of another release"):
            operations.add(kind=kind, key="1", payload={"text": kind})
    assert rung == [Queue.MEDIA, Queue.MEDIA, Queue.DEFAULT, Queue.DEFAULT]
    assert runner.run_due(Queue.NOTIFY) == 0 and not looks and not done
    assert runner.run_due(Queue.MEDIA) == 2 and [look["text"] for look in looks] == ["page", "film"]
    assert runner.run_due(Queue.DEFAULT) == 1 and done == ["note"]
    assert Job.objects.get(kind="of another release").attempts == 1


def test_one_who_has_more_to_do_rings_for_its_queue_alone(monkeypatch):
    rung = carried(monkeypatch)

    def more(payload):
        raise registry.Again

    registry.register("long", more, queue=Queue.NOTIFY)
    operations.add(kind="long", key="1")
    runner.run_due(Queue.NOTIFY)
    assert rung == [Queue.NOTIFY]


def carried(monkeypatch, served=tuple(Queue)):
    """What a carrier is told."""
    rung = []
    carrier = wake.Carrier(send=rung.append, served=lambda: served)
    monkeypatch.setattr(wake, "_carriers", [carrier])
    return rung


def test_a_broker_that_is_away_fails_nobody(done, monkeypatch, django_capture_on_commit_callbacks):
    def away(queue):
        raise ConnectionError("no broker")

    monkeypatch.setattr(wake, "_carriers", [wake.Carrier(send=away, served=set)])
    with django_capture_on_commit_callbacks(execute=True):
        operations.add(kind="note", key="1", payload={"text": "kept"})
    assert runner.run_due() == 1


@pytest.mark.django_db(transaction=True)
def test_eight_runners_do_each_piece_of_work_once(done):
    for number in range(40):
        operations.add(kind="note", key=str(number), payload={"text": number})

    def work(_):
        try:
            return runner.run_due()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    while runner.run_due():
        pass
    assert sorted(done) == list(range(40))


def test_work_done_a_month_ago_is_forgotten_and_the_rest_kept(done):
    for key, days in (("old", 31), ("new", 29), ("waiting", None)):
        job = operations.add(kind="note", key=key)
        if days:
            Job.objects.filter(pk=job.pk).update(done_at=timezone.now() - timedelta(days=days))
    sweeps.sweep()
    assert set(Job.objects.values_list("key", flat=True)) == {"new", "waiting"}


def test_the_runner_sweeps_a_minute_after_its_start_and_then_by_the_hour(monkeypatch):
    now = 0.0
    monkeypatch.setattr(sweeps.time, "monotonic", lambda: now)
    clock, struck = sweeps.Clock(), []
    for now in (0.0, 59.0, 60.0, 61.0, 3659.0, 3660.0):  # noqa: B007
        struck.append(clock.strikes())
    assert struck == [False, False, True, False, False, True]


def test_patient_work_lets_the_quick_go_first(db, monkeypatch):
    order = []
    monkeypatch.setattr(registry, "_turns", {turn: set() for turn in Turn})
    registry.register("film", lambda payload: order.append(payload["name"]), turn=Turn.PATIENT)
    registry.register("mail", lambda payload: order.append(payload["name"]))
    for kind, name in (("film", "one"), ("film", "two"), ("mail", "letter")):
        operations.add(kind=kind, key=name, payload={"name": name})
    assert runner.run_quick() == 1 and order == ["letter"]
    registry.register(
        "film", lambda payload: operations.add(kind="mail", key="late", payload={"name": "late"})
    )
    runner.run_patient()
    assert order == ["letter", "late"], "what came meanwhile did not wait for the second film"
    assert not operations.overdue(seconds=0)


def test_a_mail_server_that_does_not_answer_delays_letters_alone_and_letters_go_under_strain(db, monkeypatch):
    order = []
    monkeypatch.setattr(registry, "_turns", {turn: set() for turn in Turn})
    registry.register("letter", lambda payload: order.append(payload["name"]), turn=Turn.OUTGOING)
    registry.register("look", lambda payload: order.append(payload["name"]), turn=Turn.DISTANT)
    registry.register("note", lambda payload: order.append(payload["name"]))
    for kind in ("letter", "look", "note"):
        operations.add(kind=kind, key=kind, payload={"name": kind})
    assert runner.run_quick() == 1 and order == ["note"]
    monkeypatch.setattr(operations.strain, "sheds", lambda what: True)
    assert (runner.run_distant(), runner.run_outgoing()) == (0, 1) and order == ["note", "letter"]
    monkeypatch.undo()
    assert runner.run_due() == 1
