"""Reports as those see them who made them."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from accounts.models import User
from chatify.lib import paging
from messaging.models import Message, Report
from messaging.queries import access, inbox, timeline

BEFORE = 5


def mine(actor: User, *, cursor: str | None = None, limit: int = 40) -> paging.Page[Report]:
    """What I reported, newest first, each with its person."""
    rows = Report.objects.filter(reporter=actor).select_related("person")
    if cursor:
        at, last = paging.decode(cursor, datetime, UUID)
        rows = rows.filter(Q(created_at__lt=at) | Q(created_at=at, pk__lt=last))
    size = paging.clamp(limit)
    found = list(rows.order_by("-created_at", "-pk")[: size + 1])
    more = paging.encode(found[size - 1].created_at, found[size - 1].pk) if len(found) > size else None
    return paging.Page(found[:size], more)


def open_about(actor: User, person: User, message: Message | None) -> Report | None:
    """My report about the same that is still open."""
    return Report.objects.filter(open_key=open_key(actor, person, message)).select_related("person").first()


def open_key(actor: User, person: User, message: Message | None) -> str:
    return f"{actor.id}:{person.id}:{message.id if message else ''}"


def context(actor: User, person: User, message: Message | None) -> dict[str, object]:
    """What the actor sees of it now: the person's names, and the message with up to five before it."""
    seen: dict[str, object] = {"person": {"username": person.username, "name": person.label}}
    if message is None:
        return seen
    line = inbox.row(actor, message.conversation_id)
    found = access.conversation_for(actor, message.conversation_id)
    page = timeline.page(found, before=message.number, limit=BEFORE)
    seen["conversation"] = {
        "id": str(found.id),
        "kind": found.traits.label,
        "title": line.title,
    }
    seen["messages"] = [_said(each) for each in (*page.messages, message)]
    return seen


def _said(row: Message) -> dict[str, object]:
    return {
        "id": str(row.id),
        "number": row.number,
        "username": row.sender.username,
        "name": row.writer.label,
        "at": row.sent_at.isoformat(),
        "body": "" if row.deleted_at else row.body,
        "deleted": row.deleted_at is not None,
    }
