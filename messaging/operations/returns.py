"""Leaving a group with a way back: for some minutes it can be undone, like what is done to the inbox."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from chatify.lib import db, events
from chatify.lib.errors import Conflict, NotFound
from messaging.events import RowsChanged
from messaging.models import InboxChange
from messaging.operations import changes, log, members

OPEN_FOR = timedelta(minutes=10)


def leave(actor: User, *, conversation: UUID, successor: User | None = None) -> InboxChange:
    """Leave, and remember at which place of the log. Raises what `members.leave` does."""
    with db.atomic():
        row = members.leave(actor, conversation=conversation, successor=successor)
        before: dict[str, Any] = {"rows": {str(conversation): {}}, "left": row.left_seq}
        return InboxChange.objects.create(
            user=actor, words=f"You left {row.conversation.title}.", before=before
        )


def undo(actor: User, *, change: UUID) -> InboxChange:
    """Undo anything that was done to the inbox; leaving, too, within ten minutes and as long as nothing else became of
    the membership. Raises NotFound, Conflict."""
    row = InboxChange.objects.filter(pk=change, user=actor).first()
    if row is None or "left" not in row.before:
        return changes.undo(actor, change=change)
    conversation = UUID(next(iter(row.before["rows"])))
    with log.open_ledger(conversation) as ledger:
        row = InboxChange.objects.select_for_update().get(pk=row.pk)
        if row.undone_at:
            raise Conflict("This was undone already.")
        if row.created_at < timezone.now() - OPEN_FOR:
            raise NotFound("This can no longer be undone.")
        members.come_back(ledger, actor, left=row.before["left"])
        row.undone_at = timezone.now()
        row.save(update_fields=["undone_at"])
        events.emit(RowsChanged(actor.pk, (conversation,)))
    return row
