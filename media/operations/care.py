"""Tidying: what was begun and never sent goes after a day."""

from datetime import timedelta
from itertools import groupby

from django.utils import timezone

from media import events, queries, storage
from media.operations import keeping, preparing

UNCLAIMED_KEPT = timedelta(days=1)


def sweep() -> int:
    """Forget files that nobody sent within a day, and what lies in the incoming area for longer. What a message that
    waits is to carry stays. Returns how many."""
    before, found, last = timezone.now() - UNCLAIMED_KEPT, 0, None
    while rows := queries.unclaimed(before, after=last):
        last = rows[-1].pk
        for owner, mine in groupby(sorted(rows, key=lambda row: row.owner_id), key=lambda row: row.owner_id):
            with keeping.holding(owner):
                locked = queries.still_unclaimed([row.pk for row in mine])
                awaited = events.awaited(owner)
                left = [row for row in locked if row.pk not in awaited]
                keeping.remove(left)
                found += len(left)
    return found + storage.current().sweep(before)


def reprocess(*, everything: bool) -> int:
    """Have files prepared once more: those that failed, or all. Returns how many."""
    return sum(preparing.again(upload) for upload in list(queries.to_prepare(everything=everything)))
