"""Telling the carrier that there is work: the runner of this process, or Celery where a broker is set."""

import logging
import threading
from collections.abc import Callable

from chatify.lib import events

log = logging.getLogger(__name__)
_bells: list[threading.Event] = []
_carriers: list[Callable[[], object]] = []


def new_bell() -> threading.Event:
    """An event that is set whenever there is work."""
    bell = threading.Event()
    _bells.append(bell)
    return bell


def carry_with(carrier: Callable[[], object]) -> None:
    """Have `carrier()` called after each commit that put work down (it may fail: the relay finds the work later)."""
    _carriers.append(carrier)


def soon() -> None:
    """Wake the carriers once the running transaction is committed."""
    events.after_commit(ring)


def ring() -> None:
    """Wake the carriers now."""
    for bell in _bells:
        bell.set()
    for carrier in _carriers:
        try:
            carrier()
        except Exception as error:
            log.warning("the broker did not take a wake-up (%s): the relay will", type(error).__name__)
