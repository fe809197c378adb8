"""Settling: remembering that a batch was announced, a little after the ack and many at a time."""

import logging
import threading
from uuid import UUID

from django.db import DatabaseError, close_old_connections

from messaging.operations import settle

log = logging.getLogger(__name__)
PAUSE_SECONDS = 0.2

_guard = threading.Lock()
_waiting: set[UUID] = set()
_timer: threading.Timer | None = None


def soon(batch: UUID) -> None:
    """Settle it within a moment. What a crash forgets, the relay announces again: receivers know it already."""
    global _timer
    with _guard:
        _waiting.add(batch)
        if _timer is None:
            _timer = threading.Timer(PAUSE_SECONDS, flush)
            _timer.daemon = True
            _timer.start()


def flush() -> None:
    """Settle what waits, now."""
    global _timer
    with _guard:
        batches, _timer = list(_waiting), None
        _waiting.clear()
    if not batches:
        return
    try:
        settle.settle(batches)
    except DatabaseError as error:
        log.warning("settling %d batches failed (%s): the relay will", len(batches), type(error).__name__)
    finally:
        close_old_connections()
