"""What is pinned in a conversation."""

from uuid import UUID

from messaging.models import Conversation, Message
from messaging.queries import extras, timeline


def count(conversation: UUID) -> int:
    """How many messages are pinned there, readable or not."""
    return Message.objects.filter(conversation_id=conversation, pinned_at__isnull=False).count()


def of(conversation: Conversation, *, limit: int = 100) -> list[Message]:
    """The pinned messages that the member `conversation.my` may read, the latest pin first."""
    rows = timeline.readable(conversation).filter(pinned_at__isnull=False)
    found = list(rows.order_by("-pinned_at", "-number")[:limit])
    extras.load(found, reader=conversation.my.user_id)  # type: ignore[attr-defined]
    return found
