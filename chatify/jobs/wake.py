"""Telling the carrier that there is work: the runner of this process, or Celery where a broker is set."""

import logging
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

from chatify.jobs import registry
from chatify.jobs.registry import Queue
from chatify.lib import events

log = logging.getLogger(__name__)
_bells: list[threading.Event] = []


@dataclass(frozen=True, slots=True)
class Carrier:
    """`send(queue)` says that there is work; it may fail, for the relay finds the work later. `served()` asks who takes
    it up: the names of the queues that somebody serves. It raises where the broker does not answer."""

    send: Callable[[Queue], object]
    served: Callable[[], Collection[str]]


_carriers: list[Carrier] = []


def new_bell() -> threading.Event:
    """An event that is set whenever there is work."""
    bell = threading.Event()
    _bells.append(bell)
    return bell


def carry_with(carrier: Carrier) -> None:
    """Have the carrier told after each commit that put work down."""
    _carriers.append(carrier)


def unserved() -> set[Queue]:
    """The queues that there is work for and that nobody serves, as the carriers know. Threads of a server serve all."""
    served = [set(carrier.served()) for carrier in _carriers]
    return registry.queues().difference(*served) if served else set()


def soon(queue: Queue) -> None:
    """Wake the carriers of this queue once the running transaction is committed."""
    events.after_commit(partial(ring, queue))


def ring(*queues: Queue) -> None:
    """Wake the carriers now, for these queues or for all."""
    for bell in _bells:
        bell.set()
    for carrier in _carriers:
        for queue in queues or Queue:
            _send(carrier, queue)


def _send(carrier: Carrier, queue: Queue) -> None:
    try:
        carrier.send(queue)
    except Exception as error:
        log.warning("the broker did not take a wake-up (%s): the relay will", type(error).__name__)
