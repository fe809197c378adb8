"""Tidying by the clock: rows that have had their time are deleted, once an hour in every process that runs jobs."""

import logging
import time
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from chatify.jobs import operations

log = logging.getLogger(__name__)
FIRST_SECONDS = 60.0
EVERY_SECONDS = 3600.0
DONE_KEPT = timedelta(days=30)

Sweep = Callable[[], object]


def forget_done() -> None:
    """Work that was done a month ago is not remembered."""
    operations.forget_done(before=timezone.now() - DONE_KEPT)


_sweeps: list[Sweep] = [forget_done]


def register(sweep: Sweep) -> None:
    """Have `sweep()` called once an hour; it may run in several processes at once."""
    if sweep not in _sweeps:
        _sweeps.append(sweep)


def sweep() -> None:
    """Do all of it now; one that fails leaves the others their turn."""
    for work in _sweeps:
        try:
            work()
        except Exception as error:
            log.warning("a sweep failed (%s)", type(error).__name__)


class Clock:
    """Says when it is time again, first a minute after the start."""

    def __init__(self) -> None:
        self._next = time.monotonic() + FIRST_SECONDS

    def strikes(self) -> bool:
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + EVERY_SECONDS
        return True
