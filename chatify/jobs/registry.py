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


class Again(Exception):
    """Raised by work that did a piece and has more to do: others get their turn, then it goes on."""


_work: dict[str, Work] = {}
_turns: dict[Turn, set[str]] = {turn: set() for turn in Turn}


def register(kind: str, work: Work, *, turn: Turn | None = None) -> None:
    """`work(payload)` does one job of this kind; it may run more than once and must have its effect once. Without a
    `turn` it takes moments."""
    _work[kind] = work
    if turn:
        _turns[turn].add(kind)


def slow() -> frozenset[str]:
    """The kinds that have a turn of their own."""
    return frozenset().union(*_turns.values())


def of(turn: Turn) -> frozenset[str]:
    """The kinds that have this turn."""
    return frozenset(_turns[turn])


def work_of(kind: str) -> Work:
    """Raises KeyError for a kind nobody registered."""
    return _work[kind]
