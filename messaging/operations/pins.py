"""Pinning messages in a conversation, for everybody in it."""

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
        if act.message.pinned_at:
            return act.message
        if pins.count(act.message.conversation_id) >= MOST:
            raise Conflict(f"A conversation has at most {MOST} pinned messages: unpin one first.")
        act.message.pinned_at = act.at
        _tell(act, pinned=True)
    return act.message


def unpin(actor: User, *, message: UUID) -> Message:
    """Take a pin away. Raises Forbidden by right."""
    with acting.on(actor, message) as act:
        _require(act)
        if act.message.pinned_at:
            act.message.pinned_at = None
            _tell(act, pinned=False)
    return act.message


def _require(act: acting.Acting) -> None:
    if not rights.may_pin(act.ledger.conversation, act.my):
        raise Forbidden("Only owners and admins pin messages in this group.")


def _tell(act: acting.Acting, *, pinned: bool) -> None:
    act.message.save(update_fields=["pinned_at"])
    act.tell(PINNED, {"pinned": pinned})
