"""Which function does which kind of work. Apps register theirs when they are ready."""

from collections.abc import Callable
from typing import Any

Work = Callable[[dict[str, Any]], object]


class Again(Exception):
    """Raised by work that did a piece and has more to do: others get their turn, then it goes on."""


_work: dict[str, Work] = {}


def register(kind: str, work: Work) -> None:
    """`work(payload)` does one job of this kind; it may run more than once and must have its effect once."""
    _work[kind] = work


def work_of(kind: str) -> Work:
    """Raises KeyError for a kind nobody registered."""
    return _work[kind]
