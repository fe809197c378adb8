"""Conversations: the inbox, starting one, its page, its title, leaving it."""

from collections.abc import Callable
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from ninja.responses import Status

from accounts.api import asker
from accounts.models import User
from accounts.queries import people_by_ids
from chatify.lib import db
from chatify.lib.api.fields import Cursor, Id, Limit, Listed
from chatify.lib.errors import Invalid
from messaging import kinds
from messaging.api import given, shapes, shown
from messaging.models import Conversation
from messaging.operations import conversations, firsts, groups, members, pace, previews
from messaging.queries import access, inbox
from messaging.queries import members as queries

router = Router(tags=["conversations"])
Filter = Literal["all", "unread", "read", "chats", "mail", "sent", "starred", "done", "snoozed", "requests"]


@router.get("/conversations", response=Listed[shapes.Conversation], operation_id="list_conversations")
def index(
    request: HttpRequest,
    filter: Filter = "all",
    label: Id | None = None,
    cursor: Cursor | None = None,
    limit: Limit = 30,
) -> dict[str, Any]:
    """My conversations: pinned ones first, then the latest. `label` shows those that carry it instead."""
    wanted = f"label:{label}" if label else filter
    page = inbox.page(asker(request), filter=wanted, cursor=cursor, limit=limit)
    return {"items": shown.conversations(asker(request), page.items), "next": page.next}


@router.post(
    "/conversations",
    response={200: shapes.Conversation, 201: shapes.Conversation},
    operation_id="start_conversation",
)
def start(request: HttpRequest, payload: given.Start) -> Status[Any]:
    """Start a conversation (201), or find the one that this pair or this `client_id` started before (200)."""
    me = asker(request)
    row = STARTS[type(payload)](me, payload)
    return Status(201 if row.started_now else 200, shown.conversation(me, inbox.row(me, row.id)))


@router.get(
    "/conversations/{uuid:conversation}", response=shapes.Conversation, operation_id="show_conversation"
)
def show(request: HttpRequest, conversation: UUID) -> dict[str, Any]:
    """One conversation with its head, its epoch, my view of it and the first page of members."""
    return shown.conversation(asker(request), inbox.row(asker(request), conversation))


@router.patch(
    "/conversations/{uuid:conversation}", response=shapes.Conversation, operation_id="change_conversation"
)
def change(request: HttpRequest, conversation: UUID, payload: given.Settings) -> dict[str, Any]:
    """Change a group. Its title and topic whoever may by right; who may do what, owners and admins. `previews` may be
    switched in every conversation, in a group by those who run it."""
    with db.atomic():
        _change(asker(request), conversation, payload)
    return shown.conversation(asker(request), inbox.row(asker(request), conversation))


@router.delete("/conversations/{uuid:conversation}", response={204: None}, operation_id="leave_conversation")
def leave(request: HttpRequest, conversation: UUID, successor: Id | None = None) -> Status[None]:
    """Leave a group. From then on it does not exist for me. The last owner names a `successor`, who is in it."""
    me = asker(request)
    heir = queries.member(access.conversation_for(me, conversation), successor) if successor else None
    members.leave(me, conversation=conversation, successor=heir)
    return Status(204, None)


def _change(me: User, conversation: UUID, wish: given.Settings) -> None:
    if wish.previews is not None:
        previews.switch(me, conversation=conversation, on=wish.previews)
    allow = wish.settings.model_dump(exclude_none=True) if wish.settings else {}
    if wish.previews is None or allow or (wish.title, wish.topic) != (None, None):
        groups.change(me, conversation=conversation, title=wish.title, topic=wish.topic, allow=allow)


def _direct(me: User, wish: given.Direct) -> Conversation:
    (other,) = people_by_ids(me, wish.members)
    pace.before_direct(me, other=other)
    return conversations.start_direct(me, other=other)


def _group(me: User, wish: given.Group) -> Conversation:
    people = people_by_ids(me, wish.members)
    pace.before_start(me, kinds.GROUP, client_id=wish.client_id, people=people)
    return conversations.start_group(me, title=wish.title, members=people, client_id=wish.client_id)


def _mail(me: User, wish: given.Mail) -> Conversation:
    to, cc, bcc = (people_by_ids(me, field) for field in (wish.to, wish.cc, wish.bcc))
    pace.before_start(me, kinds.MAIL, client_id=wish.client_id, people=[*to, *cc, *bcc])
    return firsts.post(
        me,
        send_at=wish.send_at,
        subject=wish.subject,
        to=to,
        cc=cc,
        bcc=bcc,
        body=wish.body,
        client_id=wish.client_id,
        attachments=wish.attachments,
    )


def _assistant(me: User, wish: given.Assistant) -> Conversation:
    raise Invalid.field("kind", "The assistant does not answer on this server yet.")


STARTS: dict[type, Callable[[User, Any], Conversation]] = {
    given.Direct: _direct,
    given.Group: _group,
    given.Mail: _mail,
    given.Assistant: _assistant,
}
