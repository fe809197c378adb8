"""What somebody was asked, or asked, about a group, and how it ends."""

from uuid import UUID

from django.utils import timezone

from chatify.lib import events
from messaging.events import RowsChanged
from messaging.models import Invitation, Joining
from messaging.operations import notices
from messaging.queries import members as queries

State = Invitation.State


def over(conversation: UUID, user: UUID) -> None:
    """Somebody came in or went, in whatever way: an invitation of before that, or a wish to be let in, opens nothing
    afterwards."""
    asked = Invitation.objects.filter(conversation_id=conversation, receiver_id=user, state=State.OPEN)
    for row in asked.select_for_update(of=("self",)):
        close(row, State.REVOKED)
    end_asking(conversation, user)


def ask_in(row: Joining) -> None:
    """Somebody asks to be let in: those who run the group hear of it, and see the number change where they look."""
    for each in queries.managers_of(row.conversation_id):
        notices.tell(
            each,
            event="asks_in",
            key=_asking(row.pk),
            conversation=row.conversation_id,
            actor=row.user_id,
        )
        events.emit(RowsChanged(each, (row.conversation_id,)))


def end_asking(conversation: UUID, user: UUID, *, declined: bool = False) -> None:
    """They came in, or will not; where that was open, nobody need be reminded of it."""
    rows = Joining.objects.filter(conversation_id=conversation, user_id=user)
    found = list(rows.values_list("pk", "declined_at"))
    if not found:
        return
    if declined:
        rows.update(declined_at=timezone.now())
    else:
        rows.delete()
    open_ones = [id for id, declined_at in found if declined_at is None]
    for each in queries.managers_of(conversation) if open_ones else ():
        notices.close(each, key=_asking(open_ones[0]))
        events.emit(RowsChanged(each, (conversation,)))


def _asking(row: UUID) -> str:
    """The key of the notice that somebody asks to be let in."""
    return f"asks-in:{row}"


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
