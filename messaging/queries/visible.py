"""What of a conversation is a member's to read, where not everything in it is.

Conditions for queries over messages and events that a membership was already found for.
"""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from messaging.models import HiddenMessage


def messages(reader: UUID, prefix: str = "") -> Q:
    """Messages that are neither withheld from this person nor deleted by them for themselves; `prefix` leads to the
    message."""
    hidden = HiddenMessage.objects.filter(user_id=reader, message_id=OuterRef(f"{prefix}pk"))
    return heard(reader, prefix) & ~Q(Exists(hidden))


def heard(reader: UUID | OuterRef, prefix: str = "") -> Q:
    """Messages that are not withheld from this person, hidden by them or not."""
    return Q(**{f"{prefix}withheld": False}) | Q(**{f"{prefix}sender_id": reader})


def events(reader: UUID) -> Q:
    """Events that are more than a place in the order to this person."""
    return Q(withheld=False) | Q(actor_id=reader)
