"""What open pages are told of notices: how many wait, and the words of those that are new."""

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from messaging.notifications import words
from messaging.queries import notices, presence

SHAPE = ("id", "kind", "title", "text", "url", "conversation")
Told = tuple[UUID, int, list[dict[str, Any]]]


def told(users: Collection[UUID], fresh: Collection[UUID]) -> Iterator[Told]:
    """For each of these who has a page open: how many wait, and what is new. Nobody else is asked after."""
    here = presence.online(users)
    if not here:
        return
    waiting = notices.waiting_for(here)
    new: dict[UUID, list[dict[str, Any]]] = {}
    for row in notices.fresh_for(here, fresh) if fresh else ():
        shape = words.shape(row.user, row)
        new.setdefault(row.user_id, []).append({name: shape[name] for name in SHAPE})
    for user in here:
        yield user, waiting[user], new.get(user, [])
