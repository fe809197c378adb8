"""What was said can be found a moment later: conversations with news are read into the index, many at a time.

It waits for nobody and nobody waits for it: it rests four times as long as it works, longer in a process that is busy
(chatify/lib/strain.py), so that those who talk keep the core to themselves, and reads in one thread, so that it never
meets itself. What a crash forgets, the sweep reads from the log.
"""

import logging
import threading
import time
from collections.abc import Iterable
from uuid import UUID

from django.db import DatabaseError, close_old_connections

from chatify.lib import strain
from messaging.operations import search

log = logging.getLogger(__name__)
PAUSE_SECONDS = 0.5
AGAIN_SECONDS = 2.0

_guard = threading.Lock()
_reading = threading.Lock()
_hurry = threading.Event()
_waiting: set[UUID] = set()
_timer: threading.Timer | None = None


def soon(conversations: Iterable[UUID]) -> None:
    """Read these within a moment."""
    with _guard:
        _waiting.update(conversations)
        _arm(PAUSE_SECONDS)


def flush() -> None:
    """Read what waits, now and without another rest: the process ends."""
    _hurry.set()
    try:
        _read()
    finally:
        _hurry.clear()


def _arm(seconds: float) -> None:
    global _timer
    if _timer is None and _waiting:
        _timer = threading.Timer(seconds, _read)
        _timer.daemon = True
        _timer.start()


def _read() -> None:
    global _timer
    pause = AGAIN_SECONDS
    try:
        with _reading:
            with _guard:
                batch = list(_waiting)
                _waiting.clear()
            if _follow(batch):
                pause = PAUSE_SECONDS
    finally:
        with _guard:
            _timer = None
            _arm(pause)


def _follow(batch: list[UUID]) -> bool:
    """False when the database refused: then all of it waits again."""
    began = time.monotonic()
    try:
        for _ in search.steps(batch):
            worked = time.monotonic() - began
            _hurry.wait(max(strain.REST * worked, strain.rest(worked)))
            began = time.monotonic()
    except DatabaseError as error:
        log.warning("%d conversations were not indexed (%s): again soon", len(batch), type(error).__name__)
        with _guard:
            _waiting.update(batch)
        return False
    finally:
        close_old_connections()
    return True
