"""Doing the work: a thread of the web process on the embedded default, a Celery task where a broker is set."""

import logging
import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.db import close_old_connections

from chatify.jobs import operations, registry, sweeps, wake
from chatify.jobs.registry import Queue, Turn

log = logging.getLogger(__name__)
IDLE_SECONDS = 2.0
OVERDUE_SECONDS = 5.0
PATIENT_SECONDS = 60.0


def run_due(queue: Queue | None = None) -> int:
    """Do everything that is due now, on one queue or on all: the slow last, then the letters about it. Returns the
    number of jobs done."""
    told = run_quick(queue) + run_outgoing(queue)
    return told + run_distant(queue) + run_patient(queue) + run_outgoing(queue)


def run_quick(queue: Queue | None = None) -> int:
    """Do what is due and takes moments. Returns the number of jobs done.

    Where one has more to do it returns after that round and rings for the next: a stop is heard, and a carrier's limit
    on the time of a task is not reached by one long work.
    """
    done = 0
    while jobs := operations.claim(queue=queue):
        ended = [operations.run(job) for job in jobs]
        done += sum(ended)
        if not all(ended):
            _ring(queue)
            break
    return done


def run_patient(queue: Queue | None = None) -> int:
    """Do what is due and takes long, one after the other, with what came meanwhile in between. After a minute it
    rings for the next, for the same reasons."""
    return _run_slow(Turn.PATIENT, queue)


def run_distant(queue: Queue | None = None) -> int:
    """The same for what asks other servers."""
    return _run_slow(Turn.DISTANT, queue)


def run_outgoing(queue: Queue | None = None) -> int:
    """The same for letters: a mail server that does not answer delays only these."""
    return _run_slow(Turn.OUTGOING, queue)


def _run_slow(turn: Turn, queue: Queue | None) -> int:
    claim = operations.claim_one if turn is Turn.OUTGOING else operations.claim_slow
    done, until = 0, time.monotonic() + PATIENT_SECONDS
    while (kinds := registry.of(turn, queue)) and (job := claim(kinds)):
        done += operations.run(job) + run_quick(queue)
        if time.monotonic() > until:
            _ring(queue)
            break
    return done


def _ring(queue: Queue | None) -> None:
    wake.ring(*([queue] if queue else Queue))


class Runner:
    """Daemon threads, each with work of its own: it works whenever it is rung, and looks for itself every two
    seconds. The first one also sweeps."""

    def __init__(self, *work: Callable[[], object]) -> None:
        self._ended = threading.Event()
        self._clock = sweeps.Clock()
        self._bells = [wake.new_bell() for _ in work]
        self._threads = [
            threading.Thread(target=self._loop, args=(each, bell, place == 0), name="jobs", daemon=True)
            for place, (each, bell) in enumerate(zip(work, self._bells, strict=True))
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Let the running jobs end, then the threads."""
        self._ended.set()
        for bell in self._bells:
            bell.set()
        until = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _loop(self, work: Callable[[], object], bell: threading.Event, sweeps_too: bool) -> None:
        while not self._ended.is_set():
            bell.wait(IDLE_SECONDS)
            bell.clear()
            self._once(work, sweeps_too)

    def _once(self, work: Callable[[], object], sweeps_too: bool) -> None:
        close_old_connections()
        try:
            work()
            if sweeps_too and self._clock.strikes():
                sweeps.sweep()
        except Exception:
            log.exception("the job runner stumbled; it goes on")
        finally:
            close_old_connections()


def for_this_process() -> Runner:
    """The threads that every web process has: they do the work themselves, or where Celery carries the jobs one rings
    again for those that nobody took up (an emptied broker loses nothing)."""
    return (
        Runner(ring_for_overdue)
        if settings.CELERY_BROKER_URL
        else Runner(run_quick, run_outgoing, run_patient, run_distant)
    )


def ring_for_overdue() -> None:
    """Ring the carriers once for the queues whose work has been due for five seconds and nobody holds it."""
    if queues := operations.overdue_on(seconds=OVERDUE_SECONDS):
        wake.ring(*queues)
