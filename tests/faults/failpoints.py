"""Troubles that no kill and no broken line can bring about at the right moment. Each leaves the rules unbroken.

The amount is a share of the times, or seconds where it says so.
"""

import os
import signal
import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import OperationalError

from accounts import mail
from chatify.jobs import leases, registry
from chatify.jobs import operations as jobs
from chatify.lib import db, ratelimit
from messaging.operations import log, settle
from messaging.realtime import batcher, publish
from messaging.realtime.hub import Hub
from messaging.realtime.link import Link
from tests.faults.seams import Patch, happens, rng


def _late(original: Any, seconds: float) -> Any:
    """Published up to so many seconds after the commit, each batch for itself: later ones overtake."""

    def batch(*args: Any, **options: Any) -> None:
        threading.Timer(rng.uniform(0, seconds), original, args, options).start()

    return batch


def _dies(_: Any, __: float) -> Any:
    """The process ends between commit and publish."""
    return lambda *args, **options: os.kill(os.getpid(), signal.SIGKILL)


def _dies_of_mail(original: Any, _: float) -> Any:
    """The process ends at the work of a letter, given its job or its kind; what else there is to do is done."""

    def work(job: Any) -> Any:
        if getattr(job, "kind", job) == mail.KIND:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(job)

    return work


def _untold(_: Any, __: float) -> Any:
    """Committed, and nobody ever says so."""
    return lambda *args, **options: None


def _rolled_back(original: Any, share: float) -> Any:
    """The database refuses the commit."""

    def append(drafts: Sequence[Any], **options: Any) -> Any:
        with db.atomic():
            outcomes = original(drafts, **options)
            if happens(share):
                raise OperationalError("failpoint: rolled back")
        return outcomes

    return append


def _slow(original: Any, seconds: float) -> Any:
    """The database takes its time, with the locks held."""

    def append(drafts: Sequence[Any], **options: Any) -> Any:
        with db.atomic():
            outcomes = original(drafts, **options)
            time.sleep(seconds)
        return outcomes

    return append


def _drops_messages(original: Any, share: float) -> Any:
    """The layer loses messages on their way to this process."""

    def take(self: Link, message: Any) -> None:
        if not happens(share):
            original(self, message)

    return take


def _drops_events(original: Any, share: float) -> Any:
    """Events are lost inside the process: for where there is no layer."""

    def hear(self: Hub, packets: Any) -> None:
        original(self, [packet for packet in packets if not happens(share)])

    return hear


def _nothing_unsettled(_: Any, __: float) -> Any:
    """The relay finds nothing, as if it were dead."""
    return lambda *args, **options: None


def _cannot_settle(_: Any, __: float) -> Any:
    def fail(*_: Any, **__: Any) -> None:
        raise OperationalError("failpoint: no settling")

    return fail


def _short(_: Any, seconds: float) -> Any:
    return timedelta(seconds=seconds)


def _at_most(_: Any, count: float) -> Any:
    return int(count)


def _few(_: Any, __: float) -> Any:
    """Limits for who would have none: five of everything in a minute."""
    return lambda name: (5, 60)


FAILPOINTS: dict[str, list[Patch]] = {
    "publish_late": [Patch(publish, "batch", _late)],
    "die_before_publish": [Patch(publish, "batch", _dies)],
    "untold": [Patch(publish, "batch", _untold)],
    "rolled_back": [Patch(log, "append", _rolled_back)],
    "slow_database": [Patch(log, "append", _slow)],
    "dies_before_work": [Patch(registry, "work_of", _dies_of_mail)],
    "dies_after_work": [Patch(jobs, "_finish", _dies_of_mail)],
    "short_lease": [Patch(leases, "LEASE", _short)],
    "narrow": [Patch(batcher, "MOST_AT_ONCE", _at_most)],
    "layer_drops": [Patch(Link, "_take", _drops_messages)],
    "hub_drops": [Patch(Hub, "hear", _drops_events)],
    "relay_dead": [Patch(settle, "unsettled", _nothing_unsettled)],
    "few_commands": [Patch(ratelimit, "limit_for", _few)],
    "settle_fails": [Patch(settle, "settle", _cannot_settle)],
}
