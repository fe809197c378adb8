"""The statements behind `log`: portable ORM, a constant number of them for a batch of any size."""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Protocol
from uuid import UUID

from django.db.models import Q

from chatify.lib.errors import TooMany
from messaging.models import Conversation, Event, Membership, Message
from messaging.operations.ledger import Draft, Ledger, Sent

Members = dict[tuple[UUID, UUID], Membership]
Known = dict[tuple[UUID, UUID, UUID], Sent]
Quotable = dict[tuple[UUID, UUID], Message]

CONVERSATION_FIELDS = [
    "head",
    "head_digest",
    "message_count",
    "membership_version",
    "last_activity_at",
    "title",
    "title_salt",
]
MEMBER_FIELDS = ["read_number", "delivered_number", "skip"]


class Named(Protocol):
    """What a send is known by, beside its sender."""

    @property
    def conversation(self) -> UUID: ...
    @property
    def client_id(self) -> UUID: ...


class Busy(TooMany):
    """The conversation's lock could not be had in time: nothing was written, the same send may be tried again."""

    def __init__(self) -> None:
        super().__init__("The conversation is busy. Your message is kept; it is sent again.", retry_after=1.0)


def members_of(drafts: Sequence[Draft]) -> Members:
    """The senders' memberships, locked; people who left are absent."""
    rows = (
        Membership.objects.select_for_update(of=("self",))
        .filter(
            conversation_id__in={draft.conversation for draft in drafts},
            user_id__in={draft.sender.id for draft in drafts},
            left_seq=None,
        )
        .order_by("id")
    )
    return {(row.conversation_id, row.user_id): row for row in rows}


def duplicates_of(drafts: Sequence[Named]) -> Known:
    """What was already sent under these client ids, as the original answers."""
    rows = Message.objects.filter(
        conversation_id__in={draft.conversation for draft in drafts},
        client_id__in={draft.client_id for draft in drafts},
    )
    return {(row.conversation_id, row.sender_id, row.client_id): Sent.of(row).again() for row in rows}


def quotable_in(drafts: Sequence[Draft]) -> Quotable:
    """The messages that drafts answer, by conversation and id; no query when none answers."""
    wanted = {(draft.conversation, draft.reply_to) for draft in drafts if draft.reply_to}
    if not wanted:
        return {}
    rows = Message.objects.filter(
        reduce(or_, (Q(conversation_id=conversation, id=message) for conversation, message in wanted)),
        deleted_at=None,
    ).select_related("sender")
    return {(row.conversation_id, row.id): row for row in rows}


def write(ledgers: Sequence[Ledger]) -> None:
    """Store everything that the ledgers recorded."""
    if messages := [message for ledger in ledgers for message in ledger.messages]:
        Message.objects.bulk_create(messages)
    Event.objects.bulk_create([event for ledger in ledgers for event in ledger.events])
    _update_conversations([ledger.conversation for ledger in ledgers])
    _update_members([member for ledger in ledgers for member in ledger.members.values()])


def _update_members(members: list[Membership]) -> None:
    # One row by one plain UPDATE: building a bulk update of it costs a fifth of the whole send.
    if len(members) == 1:
        members[0].save(update_fields=MEMBER_FIELDS)
    elif members:
        Membership.objects.bulk_update(members, MEMBER_FIELDS)


def _update_conversations(conversations: list[Conversation]) -> None:
    if len(conversations) == 1:
        conversations[0].save(update_fields=CONVERSATION_FIELDS)
    else:
        Conversation.objects.bulk_update(conversations, CONVERSATION_FIELDS)
