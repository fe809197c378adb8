"""What somebody was asked, or asked, about a group, and how it ends."""

from uuid import UUID

from django.utils import timezone

from chatify.lib import events
from messaging.events import RowsChanged
from messaging.models import Invitation, Joining
from messaging.operations import notices

State = Invitation.State


def over(conversation: UUID, user: UUID) -> None:
    """Somebody came in or went, in whatever way: an invitation of before that, or a wish to be let in, opens nothing
    afterwards."""
    asked = Invitation.objects.filter(conversation_id=conversation, receiver_id=user, state=State.OPEN)
    for row in asked.select_for_update(of=("self",)):
        close(row, State.REVOKED)
    Joining.objects.filter(conversation_id=conversation, user_id=user).delete()


def close(row: Invitation, state: str) -> None:
    """End an invitation, with the notice of it."""
    row.state, row.pair, row.closed_at = state, None, timezone.now()
    row.save(update_fields=["state", "pair", "closed_at"])
    if row.receiver_id is not None:
        notices.close(row.receiver_id, key=notice_of(row))
    tell(row)


def notice_of(row: Invitation) -> str:
    """The key of the notice that tells of it."""
    return f"invitation:{row.pk}"


def tell(row: Invitation) -> None:
    """What waits in the requests of the person it is for is another number now."""
    if row.receiver_id is not None:
        events.emit(RowsChanged(row.receiver_id, (row.conversation_id,)))
