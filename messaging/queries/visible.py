"""What of a conversation is a member's to read, where not everything in it is.

Conditions for queries over messages and events that a membership was already found for.
"""

from uuid import UUID

from django.db.models import Q


def messages(reader: UUID, prefix: str = "") -> Q:
    """Messages that are not withheld from this person; `prefix` leads to the message."""
    return Q(**{f"{prefix}withheld": False}) | Q(**{f"{prefix}sender_id": reader})


def events(reader: UUID) -> Q:
    """Events that are more than a place in the order to this person."""
    return Q(withheld=False) | Q(actor_id=reader)
