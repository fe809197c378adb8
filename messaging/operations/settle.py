"""Announced batches are settled; what a crash left unsettled is found here and announced again.

With the batch's row the work that follows it is put down, in one transaction: it is lost by no crash, done once.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from chatify.jobs import operations as jobs
from chatify.lib import db
from messaging import presenters
from messaging.events import PublishedEvent
from messaging.models import Event, Unsettled
from messaging.queries.people import people_of

BATCHES_AT_ONCE = 5
SETTLED_AT_ONCE = 500
FOLLOW = "log.follow"
"""The job that reads what was announced once more: `ranges` of [conversation, first seq, last seq]."""


class Left(NamedTuple):
    """Batches that nobody was told of, and the events in them, in the order of their logs."""

    batches: list[UUID]
    rows: list[PublishedEvent]


def settle(batches: Sequence[UUID]) -> int:
    """Remember that these batches were announced, and what follows them. Returns how many were not yet."""
    settled = 0
    for start in range(0, len(batches), SETTLED_AT_ONCE):
        with db.atomic():
            found = Unsettled.objects.select_for_update().filter(
                id__in=batches[start : start + SETTLED_AT_ONCE]
            )
            rows = list(found.order_by("id").values_list("id", "ranges"))
            if rows:
                Unsettled.objects.filter(id__in=[id for id, _ in rows]).delete()
                ranges = [place for _, places in rows for place in places]
                jobs.add(kind=FOLLOW, key=str(rows[0][0]), payload={"ranges": ranges})
            settled += len(rows)
    return settled


def unsettled(
    *, older_than: float = 1.0, limit: int = BATCHES_AT_ONCE, but: Collection[UUID] = ()
) -> Left | None:
    """The oldest batches that were committed `older_than` seconds ago and never announced, but not these; None when
    there are none."""
    before = timezone.now() - timedelta(seconds=older_than)
    batches = list(Unsettled.objects.filter(at__lt=before).exclude(id__in=but).order_by("id")[:limit])
    if not batches:
        return None
    return Left(
        [batch.id for batch in batches], _rows([place for batch in batches for place in batch.ranges])
    )


def _rows(ranges: Sequence[tuple[str, int, int]]) -> list[PublishedEvent]:
    places = [Q(conversation_id=name, seq__range=(first, last)) for name, first, last in ranges]
    events = list(
        Event.objects.filter(reduce(or_, places))
        .select_related("conversation", "message__sender", "message__reply_to__sender")
        .order_by("at", "conversation_id", "seq")
    )
    people = people_of(events)
    return [
        PublishedEvent(
            row.id, row.conversation_id, row.conversation.membership_version, presenters.event(row, people)
        )
        for row in events
    ]
