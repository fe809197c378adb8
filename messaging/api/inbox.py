"""My view of a conversation: how far I have read."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from accounts.api import asker
from messaging.api import given, shapes
from messaging.events import ReadState
from messaging.operations import inbox

router = Router(tags=["conversations"])


@router.put("/conversations/{uuid:conversation}/read", response=shapes.ReadState, operation_id="mark_read")
def read(request: HttpRequest, conversation: UUID, payload: given.Read) -> dict[str, Any]:
    """I have read everything up to this message. It only moves forward."""
    return _told(inbox.mark_read(asker(request).id, conversation=conversation, number=payload.number))


@router.put(
    "/conversations/{uuid:conversation}/unread", response=shapes.ReadState, operation_id="mark_unread"
)
def unread(request: HttpRequest, conversation: UUID, payload: given.Unread) -> dict[str, Any]:
    """This message and what follows are unread again, for me."""
    return _told(inbox.mark_unread(asker(request).id, conversation=conversation, number=payload.number))


def _told(state: ReadState) -> dict[str, Any]:
    return {
        "conversation": str(state.conversation),
        "read_number": state.read,
        "delivered_number": state.delivered,
        "unread": state.unread,
    }
