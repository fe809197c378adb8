"""Announced events are settled; what a crash left unsettled is found here and announced again."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from chatify.lib import db
from messaging import presenters
from messaging.events import PublishedEvent
from messaging.models import Event
from messaging.operations import backends
from messaging.queries.people import people_of

ROWS_AT_ONCE = 100
SETTLED_AT_ONCE = 1_000


def settle(events: Sequence[UUID]) -> int:
    """Mark events as announced, by conditional updates. Returns how many were not yet."""
    settled = 0
    for start in range(0, len(events), SETTLED_AT_ONCE):
        with db.atomic():
            settled += backends.current().settle(events[start : start + SETTLED_AT_ONCE])
    return settled


def unsettled(*, older_than: float = 1.0, limit: int = ROWS_AT_ONCE) -> list[PublishedEvent]:
    """Events that were committed `older_than` seconds ago and never announced, oldest first."""
    before = timezone.now() - timedelta(seconds=older_than)
    rows = list(
        Event.objects.filter(settled=False, at__lt=before)
        .select_related("conversation", "message__sender", "message__reply_to__sender")
        .order_by("at", "conversation_id", "seq")[:limit]
    )
    people = people_of(rows)
    return [
        PublishedEvent(
            row.id, row.conversation_id, row.conversation.membership_version, presenters.event(row, people)
        )
        for row in rows
    ]
