"""Sending on what somebody wrote. Its author is named; where it was said stays with those who were there."""

from collections.abc import Sequence
from uuid import UUID, uuid5

from accounts.models import User
from chatify.lib import ids
from chatify.lib.errors import Conflict, Invalid
from messaging.models import Message
from messaging.operations import claims
from messaging.operations import messages as sending
from messaging.operations.log import Sent
from messaging.queries import access, timeline

MOST = 50


def forward(
    actor: User, *, messages: Sequence[UUID], conversation: UUID, client_id: UUID | str, reads: bool = True
) -> list[Sent]:
    """Send messages on to another conversation, oldest first; the same `client_id` again answers as before.

    Raises NotFound unless all may be read and the conversation is the actor's, Conflict for a deleted one.
    """
    if not 0 < len(messages) <= MOST:
        raise Invalid.field("messages", f"Forward between 1 and {MOST} messages at once.")
    key = ids.parse(client_id, field="client_id")
    target = access.conversation_for(actor, conversation)
    rows = timeline.messages(actor, messages)
    if any(row.deleted_at for row in rows):
        raise Conflict("This message was deleted.")
    origins = _origins(rows)
    keys = {row.pk: key if len(rows) == 1 else uuid5(key, str(row.pk)) for row in rows}
    return [
        sending.send(
            actor,
            conversation=target.pk,
            body=row.body,
            client_id=keys[row.pk],
            forwarded_from=origins[row.pk],
            attachments=claims.copies(row, owner=actor, key=keys[row.pk]),
            reads=reads,
        )
        for row in rows
    ]


def _origins(rows: Sequence[Message]) -> dict[UUID, Message]:
    """What was forwarded before names its author, not who passed it on."""
    firsts = Message.objects.select_related("sender").in_bulk(
        [row.forwarded_from_id for row in rows if row.forwarded_from_id]
    )
    return {row.pk: firsts.get(row.forwarded_from_id, row) for row in rows}
