"""Facts travel upwards: an operation emits, whoever subscribed hears of it after the commit.

A handler's failure is logged and never reaches the operation: what must happen is a Job row, not a handler.
"""

import logging
from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import transaction

log = logging.getLogger(__name__)
E = TypeVar("E")
_handlers: dict[type, list[Callable[[Any], object]]] = defaultdict(list)


def subscribe(kind: type[E], handler: Callable[[E], object]) -> None:
    """Call `handler(event)` after each commit that emitted an event of exactly this class."""
    if handler not in _handlers[kind]:
        _handlers[kind].append(handler)


def emit(event: object) -> None:
    """Tell the subscribers once the running transaction is committed, or now when there is none."""
    after_commit(lambda: _deliver(event))


def after_commit(call: Callable[[], object]) -> None:
    """Call once the running transaction is committed, or now when there is none; a failure is logged."""
    transaction.on_commit(call, robust=True)


def _deliver(event: object) -> None:
    for handler in _handlers[type(event)]:
        try:
            handler(event)
        except Exception:
            log.exception("a subscriber of %s failed", type(event).__name__)
