"""Marking messages to find them again. Nobody else knows, so the log is not told."""

from collections.abc import Sequence
from uuid import UUID

from accounts.models import User
from chatify.lib.errors import Conflict
from messaging.models import Message, Star
from messaging.queries import timeline


def add(actor: User, *, messages: Sequence[UUID]) -> list[Message]:
    """Star messages; who starred one already keeps its place. Raises NotFound, Conflict for a deleted one."""
    rows = timeline.messages(actor, messages)
    if any(row.deleted_at for row in rows):
        raise Conflict("This message was deleted.")
    Star.objects.bulk_create([Star(user=actor, message=row) for row in rows], ignore_conflicts=True)
    return rows


def remove(actor: User, *, messages: Sequence[UUID]) -> list[Message]:
    """Take stars off again. Raises NotFound."""
    rows = timeline.messages(actor, messages)
    Star.objects.filter(user=actor, message__in=rows).delete()
    return rows
