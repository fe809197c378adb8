"""News of files, for the apps above."""

from collections.abc import Callable
from uuid import UUID

Told = Callable[[UUID], object]
_told: list[Told] = []


def when_settled(tell: Told) -> None:
    """Call `tell(upload)` once a file is ready, failed or refused: by the job itself, which is repeated until nobody
    fails. It may be called more than once."""
    if tell not in _told:
        _told.append(tell)


def settled(upload: UUID) -> None:
    """A file's state will not change by itself any more."""
    for tell in _told:
        tell(upload)
