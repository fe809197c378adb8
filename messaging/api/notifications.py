"""My notices, and how much I hear of one conversation."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from ninja.responses import Status

from accounts.api import asker
from chatify.lib.api.fields import Cursor, Limit, Listed
from messaging.api import given, shapes, shown
from messaging.notifications import words
from messaging.operations import notices as operations
from messaging.operations import standing
from messaging.queries import inbox
from messaging.queries import notices as queries

router = Router(tags=["notifications"])


@router.get("/notifications", response=Listed[shapes.Notification], operation_id="list_notifications")
def index(request: HttpRequest, cursor: Cursor | None = None, limit: Limit = 30) -> dict[str, Any]:
    """What I was told of beside plain messages, the latest first; of each why, and where that is changed."""
    me = asker(request)
    page = queries.page(me, cursor=cursor, limit=limit)
    return {"items": [words.shape(me, row) for row in page.items], "next": page.next}


@router.put(
    "/notifications/{uuid:notification}/read", response=shapes.Notification, operation_id="read_notification"
)
def read(request: HttpRequest, notification: UUID) -> dict[str, Any]:
    """I have seen it. Again it changes nothing."""
    me = asker(request)
    operations.read(me, notices=[queries.one(me, notification).pk])
    return words.shape(me, queries.one(me, notification))


@router.put("/notifications/read", response={204: None}, operation_id="read_all_notifications")
def read_all(request: HttpRequest) -> Status[None]:
    """I have seen all of them."""
    operations.read_all(asker(request))
    return Status(204, None)


@router.put(
    "/conversations/{uuid:conversation}/level", response=shapes.Conversation, operation_id="choose_level"
)
def level(request: HttpRequest, conversation: UUID, payload: given.Level) -> dict[str, Any]:
    """Hear of `all`, `mentions` or `nothing` in it; null is what I chose for its kind."""
    me = asker(request)
    standing.hear(me, conversations=[conversation], level=payload.level or "")
    return shown.conversation(me, inbox.row(me, conversation))
