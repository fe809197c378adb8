"""News of files, for the apps above."""

from collections.abc import Callable, Collection
from uuid import UUID

Told = Callable[[UUID], object]
Awaiting = Callable[[UUID], Collection[UUID]]
_told: list[Told] = []
_awaiting: list[Awaiting] = []


def when_settled(tell: Told) -> None:
    """Call `tell(upload)` once a file is ready, failed or refused: by the job itself, which is repeated until nobody
    fails. It may be called more than once."""
    if tell not in _told:
        _told.append(tell)


def settled(upload: UUID) -> None:
    """A file's state will not change by itself any more."""
    for tell in _told:
        tell(upload)


def when_tidied(awaiting: Awaiting) -> None:
    """Ask `awaiting(owner)` which files of this person something is still going to carry, before any is forgotten."""
    if awaiting not in _awaiting:
        _awaiting.append(awaiting)


def awaited(owner: UUID) -> set[UUID]:
    """Files of this person that no message has yet, and that are promised to one."""
    return {upload for asked in _awaiting for upload in asked(owner)}
