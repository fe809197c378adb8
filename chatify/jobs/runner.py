"""Doing the work: a thread of the web process on the embedded default, a Celery task where a broker is set."""

import logging
import threading
from collections.abc import Callable

from django.conf import settings
from django.db import close_old_connections

from chatify.jobs import operations, sweeps, wake

log = logging.getLogger(__name__)
IDLE_SECONDS = 2.0
OVERDUE_SECONDS = 5.0


def run_due() -> int:
    """Do everything that is due now. Returns the number of jobs done.

    Where one has more to do it returns after that round and rings for the next: a stop is heard, and a carrier's limit
    on the time of a task is not reached by one long work.
    """
    done = 0
    while jobs := operations.claim():
        ended = [operations.run(job) for job in jobs]
        done += sum(ended)
        if not all(ended):
            wake.ring()
            break
    return done


class Runner:
    """A daemon thread that works whenever it is rung, and looks for itself every two seconds."""

    def __init__(self, work: Callable[[], object] = run_due) -> None:
        self._work = work
        self._ended = threading.Event()
        self._clock = sweeps.Clock()
        self._thread = threading.Thread(target=self._loop, name="jobs", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Let the running job end, then the thread."""
        self._ended.set()
        wake.bell.set()
        self._thread.join(timeout)

    def _loop(self) -> None:
        while not self._ended.is_set():
            wake.bell.wait(IDLE_SECONDS)
            wake.bell.clear()
            self._once()

    def _once(self) -> None:
        close_old_connections()
        try:
            self._work()
            if self._clock.strikes():
                sweeps.sweep()
        except Exception:
            log.exception("the job runner stumbled; it goes on")
        finally:
            close_old_connections()


def for_this_process() -> Runner:
    """The thread that every web process has: it does the work itself, or where Celery carries the jobs it rings
    again for those that nobody took up (an emptied broker loses nothing)."""
    return Runner(ring_for_overdue if settings.CELERY_BROKER_URL else run_due)


def ring_for_overdue() -> None:
    """Ring the carriers once when work has been due for five seconds and nobody holds it."""
    if operations.overdue(seconds=OVERDUE_SECONDS):
        wake.ring()
