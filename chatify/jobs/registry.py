"""Which function does which kind of work. Apps register theirs when they are ready."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

Work = Callable[[dict[str, Any]], object]


class Turn(StrEnum):
    """What takes long has a turn of its own, one job at a time, so that nothing else waits for it.

    PATIENT work takes seconds or minutes; it is not taken up by a process that cannot keep up with what is sent
    (chatify/lib/strain.py). So is DISTANT work, which waits for servers of others. OUTGOING work hands a letter to our
    mail server, and is done whatever else there is to do.
    """

    PATIENT = "patient"
    DISTANT = "distant"
    OUTGOING = "outgoing"


class Queue(StrEnum):
    """What work is for. Where a broker carries it, each purpose is a queue that workers of its own can serve.

    DEFAULT work is what somebody waits for (a code by mail, a message that goes at its time); MEDIA opens files and
    pages of others; NOTIFY tells who is away; ASSISTANT writes answers.
    """

    DEFAULT = "default"
    MEDIA = "media"
    NOTIFY = "notify"
    ASSISTANT = "assistant"


class Again(Exception):
    """Raised by work that did a piece and has more to do: others get their turn, then it goes on."""


_work: dict[str, Work] = {}
_turns: dict[Turn, set[str]] = {turn: set() for turn in Turn}
_queues: dict[str, Queue] = {}


def register(kind: str, work: Work, *, turn: Turn | None = None, queue: Queue = Queue.DEFAULT) -> None:
    """`work(payload)` does one job of this kind; it may run more than once and must have its effect once. Without a
    `turn` it takes moments."""
    _work[kind] = work
    _queues[kind] = queue
    if turn:
        _turns[turn].add(kind)


def slow() -> frozenset[str]:
    """The kinds that have a turn of their own."""
    return frozenset().union(*_turns.values())


def of(turn: Turn, queue: Queue | None = None) -> frozenset[str]:
    """The kinds that have this turn, of one queue or of all."""
    return frozenset(kind for kind in _turns[turn] if queue is None or queue_of(kind) is queue)


def queue_of(kind: str) -> Queue:
    """What nobody registered is for the default queue, which says so."""
    return _queues.get(kind, Queue.DEFAULT)


def queues() -> set[Queue]:
    """The queues that there is work for."""
    return {Queue.DEFAULT, *_queues.values()}


def on(*queues: Queue) -> frozenset[str]:
    """The kinds that were registered for these queues."""
    return frozenset(kind for kind, queue in _queues.items() if queue in queues)


def work_of(kind: str) -> Work:
    """Raises KeyError for a kind nobody registered."""
    return _work[kind]
