"""Pinning messages in a conversation, for everybody in it; by somebody blocked, for that person alone."""

from datetime import datetime
from uuid import UUID

from accounts.models import User
from chatify.lib.errors import Conflict, Forbidden
from messaging.events import PINNED
from messaging.models import Message
from messaging.operations import acting
from messaging.queries import pins, rights

MOST = 100


def pin(actor: User, *, message: UUID) -> Message:
    """Pin a message. Raises Forbidden by right, Conflict for a deleted one or where too many are pinned."""
    with acting.on(actor, message) as act:
        _require(act)
        act.require_text()
        if act.message.pinned_to(actor.pk):
            return act.message
        if pins.count(act.message.conversation_id) >= MOST:
            raise Conflict(f"A conversation has at most {MOST} pinned messages: unpin one first.")
        _set(act, act.at)
    return act.message


def unpin(actor: User, *, message: UUID) -> Message:
    """Take a pin away. Raises Forbidden by right."""
    with acting.on(actor, message) as act:
        _require(act)
        if act.message.pinned_to(actor.pk):
            _set(act, None)
    return act.message


def _require(act: acting.Acting) -> None:
    if not rights.may_pin(act.ledger.conversation, act.my):
        raise Forbidden("Only owners and admins pin messages in this group.")


def _set(act: acting.Acting, at: datetime | None) -> None:
    row = act.message
    if act.unheard:
        row.pinned_apart = {**(row.pinned_apart or {}), str(act.actor.pk): at.isoformat() if at else None}
    else:
        row.pinned_at, row.pinned_apart = at, None
    row.save(update_fields=["pinned_at", "pinned_apart"])
    act.tell(PINNED, {"pinned": at is not None})
