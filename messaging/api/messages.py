"""Messages: reading by number, sending. Reading here never marks anything read."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from ninja.responses import Status

from accounts.api import asker
from accounts.models import User
from chatify.lib.api.fields import Cursor, Limit, QueryCount
from messaging.api import given, shapes, shown
from messaging.operations import pace, scheduled
from messaging.operations.log import Sent
from messaging.operations.scheduled import Held
from messaging.queries import access, timeline
from messaging.queries import scheduled as queries

router = Router(tags=["messages"])


@router.get(
    "/conversations/{uuid:conversation}/messages", response=shapes.MessagePage, operation_id="list_messages"
)
def index(
    request: HttpRequest,
    conversation: UUID,
    before: QueryCount | None = None,
    after: QueryCount | None = None,
    around: QueryCount | None = None,
    cursor: Cursor | None = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    """The latest messages, or those before, after or around a number; or what follows a page by its `next`."""
    me = asker(request)
    row = access.conversation_for(me, conversation)
    if cursor:
        before, after, around = *timeline.position(cursor), None
    page = timeline.page(row, before=before, after=after, around=around, limit=limit)
    return {
        "items": shown.messages(me, page.messages),
        "next": page.newer if after is not None else page.older,
        "head": page.head,
        "epoch": str(page.epoch),
        "oldest": page.oldest,
        "newest": page.newest,
        "has_older": page.has_older,
        "has_newer": page.has_newer,
    }


@router.post(
    "/conversations/{uuid:conversation}/messages",
    response={200: shapes.SentMessage, 201: shapes.SentMessage},
    operation_id="send_message",
)
def send(request: HttpRequest, conversation: UUID, payload: given.NewMessage) -> Status[Any]:
    """Send (201), at `send_at` where given. The same `client_id` again gives the first answer, `duplicate` (200)."""
    me = asker(request)
    pace.before_send(me, conversation=conversation, client_id=payload.client_id)
    sent = scheduled.post(
        me,
        send_at=payload.send_at,
        conversation=conversation,
        body=payload.body,
        client_id=payload.client_id,
        reply_to=payload.reply_to,
        attachments=payload.attachments,
        reads=False,
    )
    return Status(200 if sent.duplicate else 201, {**_answer(me, sent), "duplicate": sent.duplicate})


def _answer(me: User, sent: Sent | Held) -> dict[str, Any]:
    if isinstance(sent, Held):
        return shown.held(me, queries.held(me, sent.id))
    return shown.message(me, timeline.message(me, sent.id))
