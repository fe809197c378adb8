"""What I began to write in a conversation; `my.draft` shows it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from ninja.responses import Status

from accounts.api import asker
from messaging.api import given, shapes, shown
from messaging.operations import drafts
from messaging.queries import access, inbox

router = Router(tags=["conversations"])
PATH = "/conversations/{uuid:conversation}/draft"


@router.put(PATH, response=shapes.Conversation, operation_id="save_draft")
def save(request: HttpRequest, conversation: UUID, payload: given.Draft) -> dict[str, Any]:
    """Keep this in place of what was kept; the later save has its way. An empty text ends the draft."""
    me = asker(request)
    drafts.save(me, conversation=conversation, **payload.model_dump())
    return shown.conversation(me, inbox.row(me, conversation))


@router.delete(PATH, response={204: None}, operation_id="clear_draft")
def clear(request: HttpRequest, conversation: UUID) -> Status[None]:
    """Nothing is begun any more."""
    access.membership_for(asker(request), conversation)
    drafts.clear(asker(request), conversation=conversation)
    return Status(204, None)
