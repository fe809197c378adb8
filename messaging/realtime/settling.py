"""Settling: remembering that a batch was announced, a little after the ack and many at a time."""

import logging
import threading
from uuid import UUID

from django.db import DatabaseError, close_old_connections

from messaging.operations import settle

log = logging.getLogger(__name__)
PAUSE_SECONDS = 0.2
# When so many batches came in that time the next ones wait longer: settling costs the same for many as for one.
MANY, LONG_PAUSE_SECONDS = 4, 0.7

_guard = threading.Lock()
_waiting: set[UUID] = set()
_settling: list[UUID] = []
_timer: threading.Timer | None = None
_pause = PAUSE_SECONDS


def soon(batch: UUID) -> None:
    """Settle it within a moment. What a crash forgets, the relay announces again: receivers know it already."""
    global _timer
    with _guard:
        _waiting.add(batch)
        if _timer is None:
            _timer = threading.Timer(_pause, flush)
            _timer.daemon = True
            _timer.start()


def flush() -> None:
    """Settle what waits, now."""
    global _timer, _pause, _settling
    with _guard:
        batches, _timer = list(_waiting), None
        _waiting.clear()
        _settling = batches
        _pause = LONG_PAUSE_SECONDS if len(batches) >= MANY else PAUSE_SECONDS
    if not batches:
        return
    try:
        settle.settle(batches)
    except DatabaseError as error:
        log.warning("settling %d batches failed (%s): the relay will", len(batches), type(error).__name__)
    finally:
        _settling = []
        close_old_connections()


def announced() -> set[UUID]:
    """The batches that are about to be settled here: nobody need announce them again."""
    with _guard:
        return _waiting.union(_settling)
