"""What this process has taken up. A lease is short and is renewed while the process lives: what it held when it died is
soon free, and what takes long is not taken from it. Work that stands still is free after five minutes all the same."""

import logging
import os
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone

from chatify.jobs.models import Job

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=20)
LONGEST = timedelta(minutes=5)
RENEWALS = 4
"""In the time of one lease: a database that does not answer at once costs none."""


@dataclass(slots=True)
class Lease:
    since: datetime
    until: datetime


_held: dict[UUID, Lease] = {}
_lock = threading.Lock()
_keeper: threading.Thread | None = None


def take(job: Job, now: datetime) -> bool:
    """Hold the job, unless somebody else was quicker."""
    same = Job.objects.filter(pk=job.pk, claimed_until=job.claimed_until, done_at=None)
    until = now + LEASE
    taken = bool(same.update(claimed_until=until))
    if taken:
        _held[job.pk] = Lease(now, until)
        keep()
    return taken


def end(job: Job) -> None:
    """Its work is over, however it went."""
    _held.pop(job.pk, None)


def renew(now: datetime) -> None:
    """Hold for longer what is still worked at. A lease that somebody else took over, or that is too old, is let go."""
    for job, lease in list(_held.items()):
        if now < lease.until - LEASE * (1 - 1 / RENEWALS):
            continue
        until = now + LEASE
        same = Job.objects.filter(pk=job, claimed_until=lease.until, done_at=None)
        if now < lease.since + LONGEST and same.update(claimed_until=until):
            lease.until = until
        else:
            _held.pop(job, None)


def keep() -> None:
    """Renew from now on, until nothing is held."""
    global _keeper
    with _lock:
        if _keeper is None:
            _keeper = threading.Thread(target=_keep, name="leases", daemon=True)
            _keeper.start()


def _keep() -> None:
    pause = threading.Event()
    while _any():
        pause.wait((LEASE / RENEWALS).total_seconds())
        try:
            renew(timezone.now())
        except Exception:
            log.exception("leases could not be renewed; they are tried again")
        finally:
            connection.close()


def _any() -> bool:
    global _keeper
    with _lock:
        if not _held:
            _keeper = None
        return _keeper is not None


def _begin_anew() -> None:
    """In a process that was split off from one that held work: it holds none, and no thread came along."""
    global _keeper, _lock
    _held.clear()
    _keeper, _lock = None, threading.Lock()


os.register_at_fork(after_in_child=_begin_anew)
