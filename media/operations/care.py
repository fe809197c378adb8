"""Tidying: what was begun and never sent goes after a day."""

from datetime import timedelta
from itertools import groupby

from django.utils import timezone

from media import queries, storage
from media.operations import keeping, preparing

UNCLAIMED_KEPT = timedelta(days=1)


def sweep() -> int:
    """Forget files that nobody sent within a day, and what lies in the incoming area for longer. Returns how many."""
    before, found = timezone.now() - UNCLAIMED_KEPT, 0
    while rows := queries.unclaimed(before):
        for owner, mine in groupby(sorted(rows, key=lambda row: row.owner_id), key=lambda row: row.owner_id):
            with keeping.holding(owner):
                wanted = queries.still_unclaimed([row.pk for row in mine])
                keeping.remove(wanted)
                found += len(wanted)
    return found + storage.current().sweep(before)


def reprocess(*, everything: bool) -> int:
    """Have files prepared once more: those that failed, or all. Returns how many."""
    return sum(preparing.again(upload) for upload in list(queries.to_prepare(everything=everything)))
