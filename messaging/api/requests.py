"""What strangers begin: accepting and declining it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from accounts.api import asker
from messaging.api import shapes, shown
from messaging.operations import requests as operations
from messaging.queries import inbox

router = Router(tags=["requests"])


@router.post(
    "/conversations/{uuid:conversation}/accept",
    response=shapes.Conversation,
    operation_id="accept_conversation",
)
def accept(request: HttpRequest, conversation: UUID) -> dict[str, Any]:
    """Take part in what a stranger began; writing into it does so, too."""
    me = asker(request)
    operations.accept(me, conversation=conversation)
    return shown.conversation(me, inbox.row(me, conversation))


@router.post(
    "/conversations/{uuid:conversation}/decline",
    response=shapes.Conversation,
    operation_id="decline_conversation",
)
def decline(request: HttpRequest, conversation: UUID) -> dict[str, Any]:
    """Do not: it is out of sight, and its starter is not told."""
    me = asker(request)
    operations.decline(me, conversation=conversation)
    return shown.conversation(me, inbox.row(me, conversation))
