"""What is pinned in a conversation."""

from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Q

from messaging.models import Conversation, Message
from messaging.queries import extras, timeline

BEFORE = datetime.min.replace(tzinfo=UTC)


def count(conversation: UUID) -> int:
    """How many messages are pinned there, readable or not."""
    return Message.objects.filter(conversation_id=conversation, pinned_at__isnull=False).count()


def of(conversation: Conversation, *, limit: int = 100) -> list[Message]:
    """The pinned messages that the member `conversation.my` may read, the latest pin first."""
    reader: UUID = conversation.my.user_id  # type: ignore[attr-defined]
    pinned = Q(pinned_at__isnull=False)
    if conversation.traits.withholds:
        pinned |= Q(pinned_apart__isnull=False)
    rows = timeline.readable(conversation).filter(pinned)
    latest = sorted(rows, key=lambda row: (row.pinned_to(reader) or BEFORE, row.number), reverse=True)
    found = [row for row in latest if row.pinned_to(reader)][:limit]
    extras.load(found, reader=reader)
    return found
