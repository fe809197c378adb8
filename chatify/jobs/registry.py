"""Which function does which kind of work. Apps register theirs when they are ready."""

from collections.abc import Callable
from typing import Any

Work = Callable[[dict[str, Any]], object]


class Again(Exception):
    """Raised by work that did a piece and has more to do: others get their turn, then it goes on."""


_work: dict[str, Work] = {}
_patient: set[str] = set()
_distant: set[str] = set()
_outgoing: set[str] = set()


def register(
    kind: str, work: Work, *, patient: bool = False, distant: bool = False, outgoing: bool = False
) -> None:
    """`work(payload)` does one job of this kind; it may run more than once and must have its effect once. `patient`
    work takes seconds or minutes: it waits for its own turn, so that mail and news never wait for it, and is not taken
    up by a process that cannot keep up with what is sent (chatify/lib/strain.py). So is `distant` work, which waits for
    servers of others and lets nobody else wait for them. `outgoing` work hands a letter to our mail server: it
    has its own turn for the same reason, and is done whatever else there is to do."""
    _work[kind] = work
    if patient:
        _patient.add(kind)
    if distant:
        _distant.add(kind)
    if outgoing:
        _outgoing.add(kind)


def patient() -> frozenset[str]:
    """The kinds that can wait."""
    return frozenset(_patient)


def distant() -> frozenset[str]:
    """The kinds that ask others."""
    return frozenset(_distant)


def outgoing() -> frozenset[str]:
    """The kinds that hand over letters."""
    return frozenset(_outgoing)


def work_of(kind: str) -> Work:
    """Raises KeyError for a kind nobody registered."""
    return _work[kind]
