"""The ORM on any database: slower by far, and what the others are compared with."""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q

from messaging.models import Conversation, Event, Membership, Message, Unsettled
from messaging.operations.records import Head, Identity, Locked, Member, NewEvent, NewMessage, Rows, Sent

HEAD_FIELDS = ["head", "head_digest", "message_count", "membership_version", "last_activity_at"]
READ_FIELDS = [*HEAD_FIELDS, "members_post"]
MEMBER_FIELDS = ["read_number", "delivered_number", "skip"]


def lock(wanted: Sequence[Identity]) -> Locked:
    conversations = {conversation for conversation, _, _ in wanted}
    found = Conversation.objects.select_for_update(no_key=True).filter(id__in=conversations).order_by("id")
    heads = [Head(str(row.id), *(getattr(row, name) for name in READ_FIELDS)) for row in found]
    return Locked({head.id: head for head in heads}, _members(wanted), sent_before(wanted))


def sent_before(wanted: Sequence[Identity]) -> dict[Identity, Sent]:
    rows = Message.objects.filter(
        _any_of("conversation_id", "sender_id", "client_id", among=set(wanted))
    ).only("id", "conversation_id", "sender_id", "client_id", "seq", "number", "sent_at")
    return {
        (str(row.conversation_id), str(row.sender_id), str(row.client_id)): Sent(
            row.id, row.conversation_id, row.client_id, row.seq, row.number, row.sent_at
        )
        for row in rows
    }


def write(rows: Rows) -> None:
    Message.objects.bulk_create(_message(row) for row in rows.messages)
    Event.objects.bulk_create(_event(row) for row in rows.events)
    heads = [
        Conversation(id=UUID(row.id), **{name: getattr(row, name) for name in HEAD_FIELDS})
        for row in rows.heads
    ]
    Conversation.objects.bulk_update(heads, HEAD_FIELDS)
    members = [
        Membership(id=UUID(row.id), **{name: getattr(row, name) for name in MEMBER_FIELDS})
        for row in rows.members
    ]
    Membership.objects.bulk_update(members, MEMBER_FIELDS)
    if rows.untold:
        Unsettled.objects.create(**rows.untold._asdict())


def _members(wanted: Sequence[Identity]) -> dict[tuple[str, str], Member]:
    pairs = {(conversation, sender) for conversation, sender, _ in wanted}
    rows = (
        Membership.objects.select_for_update(of=("self",), no_key=True)
        .filter(_any_of("conversation_id", "user_id", among=pairs), left_seq=None)
        .order_by("id")
    )
    return {
        (str(row.conversation_id), str(row.user_id)): Member(
            str(row.id),
            row.visible_from_seq,
            row.read_number,
            row.delivered_number,
            row.skip,
            row.unheard or row.request != "",
            row.manages,
        )
        for row in rows
    }


def _any_of(*names: str, among: set[Identity] | set[tuple[str, str]]) -> Q:
    return reduce(or_, (Q(**dict(zip(names, values, strict=True))) for values in among))


def _message(row: NewMessage) -> Message:
    return Message(
        id=UUID(row.id),
        conversation_id=UUID(row.conversation_id),
        number=row.number,
        seq=row.seq,
        sender_id=UUID(row.sender_id),
        client_id=UUID(row.client_id),
        body=row.body,
        html=row.html,
        salt=row.salt,
        reply_to_id=UUID(row.reply_to_id) if row.reply_to_id else None,
        forwarded_from_id=UUID(row.forwarded_from_id) if row.forwarded_from_id else None,
        sent_at=row.sent_at,
    )


def _event(row: NewEvent) -> Event:
    return Event(
        id=row.key,
        conversation_id=UUID(row.conversation_id),
        seq=row.seq,
        type=row.type,
        actor_id=UUID(row.actor_id) if row.actor_id else None,
        message_id=UUID(row.message_id) if row.message_id else None,
        data=row.data,
        at=row.at,
        digest=row.digest,
    )
