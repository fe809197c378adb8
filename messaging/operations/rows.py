"""What appending reads beside the rows it locks."""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q

from chatify.lib.errors import TooMany
from messaging.models import Mention, Message
from messaging.operations import backends
from messaging.operations.ledger import Draft
from messaging.operations.records import Identity, NewMessage, Sent

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

Triple = tuple[UUID, UUID, UUID]


class Busy(TooMany):
    """The conversation's lock could not be had in time: nothing was written, the same send may be tried again."""

    def __init__(self) -> None:
        super().__init__("The conversation is busy. Your message is kept; it is sent again.", retry_after=1.0)


def sent_before(sends: Iterable[Triple]) -> dict[Triple, Sent]:
    """What was already sent, of these (conversation, sender, client_id), as the original answers; one query."""
    wanted = {_texts(send): send for send in sends}
    if not wanted:
        return {}
    found = backends.current().sent_before(list(wanted))
    return {wanted[identity]: first.again() for identity, first in found.items()}


def keep_mentions(messages: Iterable[NewMessage]) -> None:
    """Keep whom new messages call by name."""
    Mention.objects.bulk_create(
        Mention(message_id=UUID(row.id), user_id=user) for row in messages for user in row.mentions
    )


def keep_letters(drafts: Iterable[Draft], brought: Iterable[Sent]) -> None:
    """Keep what letters said of their senders and recipients where they came from."""
    said = [Message(pk=sent.id, letter=draft.letter) for draft, sent in zip(drafts, brought, strict=True)]
    Message.objects.bulk_update(said, ["letter"])


def _texts(send: Triple) -> Identity:
    conversation, sender, client_id = send
    return str(conversation), str(sender), str(client_id)


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
