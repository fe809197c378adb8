"""Putting work down, taking it up, ending it."""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from random import random
from typing import Any

from django.db import IntegrityError
from django.db.models import Q, QuerySet
from django.utils import timezone

from chatify.jobs import leases, registry, wake
from chatify.jobs.models import Job
from chatify.jobs.registry import Queue
from chatify.lib import db, ids, strain
from chatify.lib.prepared import Prepared

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 12
FIRST_PAUSE = 2.0
LONGEST_PAUSE = 3600.0


def add(
    *, kind: str, key: str = "", payload: dict[str, Any] | None = None, due: datetime | None = None
) -> Job:
    """Put work down in the running transaction. The same (kind, key) again returns the first row; without a key it is
    work of its own."""
    job = _once(kind, key, payload, due) if key else _create(kind, str(ids.uuid7()), payload, due)
    wake.soon(registry.queue_of(kind))
    return job


def _once(kind: str, key: str, payload: dict[str, Any] | None, due: datetime | None) -> Job:
    if existing := _named(kind, key):
        return existing[0]
    try:
        with db.atomic():
            return _create(kind, key, payload, due)
    except IntegrityError:
        return Job.objects.get(kind=kind, key=key)


_named = Prepared(lambda kind, key: Job.objects.filter(kind=kind, key=key))


def _create(kind: str, key: str, payload: dict[str, Any] | None, due: datetime | None) -> Job:
    return Job.objects.create(kind=kind, key=key, payload=payload or {}, due=due or timezone.now())


def claim(limit: int = 20, *, queue: Queue | None = None) -> list[Job]:
    """Take due jobs, of one queue or of all, by conditional updates: no two runners hold one at a time. What may take
    long is left."""
    now = timezone.now()
    return [job for job in _quick(now, queue, limit) if leases.take(job, now)]


def claim_slow(kinds: Collection[str]) -> Job | None:
    """As `claim_one`; None while this process cannot keep up with what is sent."""
    return None if strain.sheds("preview") else claim_one(kinds)


def claim_one(kinds: Collection[str]) -> Job | None:
    """Take the job of these kinds that waits longest: one at a time, or its time would be over before its turn came."""
    now = timezone.now()
    # Others are looked at only where somebody else was quicker.
    candidates = (job for most in (1, 20) for job in _waiting(now, sorted(kinds), most=most))
    return next((job for job in candidates if leases.take(job, now)), None)


def _due(now: datetime) -> QuerySet[Job]:
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    return Job.objects.filter(free, due__lte=now, done_at=None, failed_at=None)


_waiting = Prepared(lambda now, kinds, most: _due(now).filter(kind__in=kinds).order_by("due")[:most])
_others = Prepared(lambda now, kinds, most: _due(now).exclude(kind__in=kinds).order_by("due")[:most])


def _quick(now: datetime, queue: Queue | None, most: int) -> list[Job]:
    """What is due on this queue and takes moments, and on the default one whatever nobody registered."""
    slow = registry.slow()
    if queue is None:
        return _others(now, sorted(slow), most=most)
    if queue is Queue.DEFAULT:
        elsewhere = registry.on(*(other for other in Queue if other is not queue))
        return _others(now, sorted(slow | elsewhere), most=most)
    return _waiting(now, sorted(registry.on(queue) - slow), most=most)


def overdue(*, seconds: float) -> bool:
    """Whether work has been due for so long and nobody holds it."""
    return _late(seconds).exists()


def overdue_on(*, seconds: float) -> set[Queue]:
    """The queues whose work has been due for so long and nobody holds it."""
    return {registry.queue_of(kind) for kind in _late(seconds).values_list("kind", flat=True).distinct()}


def _late(seconds: float) -> QuerySet[Job]:
    now = timezone.now()
    return _due(now).filter(due__lte=now - timedelta(seconds=seconds))


def failed() -> int:
    """How many failed for good and wait for staff."""
    return Job.objects.filter(done_at=None, failed_at__isnull=False).count()


def run(job: Job) -> bool:
    """Do the work of a claimed job and end it; on failure put it back with a growing pause, and at once where the work
    says `Again`. True when done."""
    try:
        return _tried(job)
    finally:
        leases.end(job)


def _tried(job: Job) -> bool:
    try:
        registry.work_of(job.kind)(job.payload)
    except registry.Again:
        Job.objects.filter(pk=job.pk).update(due=timezone.now(), claimed_until=None, attempts=0, error="")
        return False
    except Exception as error:
        log.warning(
            "job %s failed (attempt %d): %s", job, job.attempts + 1, type(error).__name__, exc_info=True
        )
        _postpone(job, error)
        return False
    _finish(job)
    return True


def _finish(job: Job) -> None:
    # The payload may hold what should not stay (a sign-in code): it goes with the work.
    Job.objects.filter(pk=job.pk).update(
        done_at=timezone.now(), payload={}, claimed_until=None, attempts=job.attempts + 1, error=""
    )


def _postpone(job: Job, error: Exception) -> None:
    attempts = job.attempts + 1
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempts - 1)) * (0.5 + random())
    Job.objects.filter(pk=job.pk).update(
        attempts=attempts,
        due=timezone.now() + timedelta(seconds=pause),
        claimed_until=None,
        error=f"{type(error).__name__}: {error}"[:500],
        failed_at=timezone.now() if attempts >= MOST_ATTEMPTS else None,
    )


def retry(job: Job) -> None:
    """Give a job that failed for good another round of attempts."""
    Job.objects.filter(pk=job.pk).update(failed_at=None, attempts=0, due=timezone.now(), claimed_until=None)
    wake.soon(registry.queue_of(job.kind))


def forget_done(*, before: datetime) -> int:
    """Delete jobs that were done before a time; their keys may then be used again. Returns the number."""
    return Job.objects.filter(done_at__lt=before).delete()[0]
