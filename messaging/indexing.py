"""What was said can be found a moment later: conversations with news are read into the index, many at a time.

It waits for nobody and nobody waits for it. What a crash forgets, the sweep reads from the log.
"""

import logging
import threading
from collections.abc import Iterable
from uuid import UUID

from django.db import DatabaseError, close_old_connections

from messaging.operations import search

log = logging.getLogger(__name__)
PAUSE_SECONDS = 0.5

_guard = threading.Lock()
_waiting: set[UUID] = set()
_timer: threading.Timer | None = None


def soon(conversations: Iterable[UUID]) -> None:
    """Read these within a moment."""
    global _timer
    with _guard:
        _waiting.update(conversations)
        if _timer is None and _waiting:
            _timer = threading.Timer(PAUSE_SECONDS, flush)
            _timer.daemon = True
            _timer.start()


def flush() -> None:
    """Read what waits, now."""
    global _timer
    with _guard:
        batch, _timer = list(_waiting), None
        _waiting.clear()
    if not batch:
        return
    try:
        search.follow(batch)
    except DatabaseError as error:
        log.warning(
            "%d conversations were not indexed (%s): the sweep will", len(batch), type(error).__name__
        )
    finally:
        close_old_connections()
