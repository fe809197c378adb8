"""Unread, derived."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import (
    BigIntegerField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Sum,
)
from django.utils import timezone

from accounts.models import Block
from chatify.lib.prepared import Prepared
from messaging import kinds
from messaging.models import HiddenMessage, Membership, Message
from messaging.queries import invitations, notices, requests
from messaging.queries.standing import here
from messaging.queries.standing import unread as waiting

NUMBERS = ("unread", "requests", "notices", "chats", "mail")

UNREAD = ExpressionWrapper(
    F("conversation__message_count") - F("read_number") - F("skip"), output_field=BigIntegerField()
)


def unread(row: Membership) -> int:
    """How many messages wait for this member; needs `conversation` loaded."""
    return max(0, row.conversation.message_count - row.read_number - row.skip)


def skip_after(row: Membership, number: int) -> int:
    """How many messages after `number` do not count for this member: their own, deleted and withheld ones, those they
    hid, and what people wrote whom they blocked."""
    later = Message.objects.filter(conversation_id=row.conversation_id, number__gt=number)
    unwanted = Block.objects.filter(blocker_id=row.user_id).values("blocked_id")
    hidden = Exists(HiddenMessage.objects.filter(user_id=row.user_id, message_id=OuterRef("pk")))
    spared = Q(sender_id=row.user_id) | Q(deleted_at__isnull=False) | Q(withheld=True) | Q(hidden)
    return later.filter(spared | Q(sender_id__in=unwanted)).count()


def unread_total(user: UUID) -> int:
    """The one number of title, badge and API: what waits in the inbox, not in what is done or snoozed."""
    return by_filter(user)["unread"]


def by_filter(user: UUID) -> dict[str, int]:
    """What waits behind each filter that shows a number, each the sum of its rows, of requests their number with the
    invitations among them, and how many notices are unread; one query, three for who is in no conversation."""
    found = _sums(user, timezone.now())
    if not found:
        asked = {"requests": invitations.waiting_count(user), "notices": notices.waiting(user)}
        return dict.fromkeys(NUMBERS, 0) | asked
    summed = found[0]
    unread, mail = summed["unread"] or 0, summed["mail"] or 0
    asked = summed["requests"] + (summed["invited"] or 0)
    told = {"unread": unread, "requests": asked, "notices": summed["notices"] or 0}
    return told | {"chats": unread - mail, "mail": mail}  # what is no mail is a chat


@Prepared
def _sums(user: UUID, now: datetime) -> QuerySet[Any, Any]:
    # Whatever is told soonest stands first: most conversations are read, and few are mail.
    fresh = waiting() & here(now)
    mail = Q(conversation__kind__in=kinds.MAILS) & fresh
    rows = Membership.objects.filter(user_id=user, left_seq=None)
    # By the person, not by the row: both are then counted once, not for each conversation.
    once = {"notices": notices.count_of(user), "invited": invitations.waiting_of(user)}
    asked = Count("pk", filter=requests.waiting())
    sums = {"unread": Sum(UNREAD, filter=fresh), "mail": Sum(UNREAD, filter=mail)}
    return rows.order_by().values("user_id").annotate(requests=asked, **once, **sums)
