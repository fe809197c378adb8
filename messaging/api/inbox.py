"""My view of a conversation: how far I have read."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from accounts.api import asker
from messaging.api import given, shapes
from messaging.operations import inbox

router = Router(tags=["conversations"])


@router.put("/conversations/{uuid:conversation}/read", response=shapes.ReadState, operation_id="mark_read")
def read(request: HttpRequest, conversation: UUID, payload: given.Read) -> dict[str, Any]:
    """I have read everything up to this message. It only moves forward."""
    state = inbox.mark_read(asker(request).id, conversation=conversation, number=payload.number)
    return {
        "conversation": str(state.conversation),
        "read_number": state.read,
        "delivered_number": state.delivered,
        "unread": state.unread,
    }
