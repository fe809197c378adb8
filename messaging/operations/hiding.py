"""Deleting for oneself: the others keep the message, and it can be brought back."""

from collections.abc import Sequence
from uuid import UUID

from accounts.models import User
from chatify.lib import db, events
from messaging.events import NoticesChanged
from messaging.models import HiddenMessage, Message
from messaging.operations import inbox
from messaging.queries import timeline


def hide(actor: User, *, messages: Sequence[UUID]) -> list[Message]:
    """These messages do not exist for the actor any more. Raises NotFound unless all of them may be read."""
    rows = timeline.messages(actor, messages)
    with db.atomic():
        inbox.lock(actor.pk, {row.conversation_id for row in rows})
        marks = [HiddenMessage(user=actor, message=row) for row in rows]
        HiddenMessage.objects.bulk_create(marks, ignore_conflicts=True)
        inbox.recount(actor.pk, {row.conversation_id for row in rows})
        events.emit(NoticesChanged((actor.pk,)))
    return rows


def restore(actor: User, *, messages: Sequence[UUID]) -> list[Message]:
    """Bring back what the actor deleted for themselves. Raises NotFound unless they could read all of them."""
    rows = timeline.messages(actor, messages, hidden=True)
    with db.atomic():
        inbox.lock(actor.pk, {row.conversation_id for row in rows})
        HiddenMessage.objects.filter(user=actor, message__in=rows).delete()
        inbox.recount(actor.pk, {row.conversation_id for row in rows})
        events.emit(NoticesChanged((actor.pk,)))
    return rows
