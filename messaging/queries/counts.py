"""Unread, derived."""

from uuid import UUID

from django.db.models import BigIntegerField, Exists, ExpressionWrapper, F, OuterRef, Q, Subquery, Sum

from accounts.models import Block
from messaging.models import HiddenMessage, Membership, Message

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
    """The one number of title, badge and API."""
    rows = Membership.objects.filter(user_id=user, left_seq=None)
    return rows.aggregate(total=Sum(UNREAD))["total"] or 0


def total_of(user: UUID) -> Subquery:
    """The same number, to ride on another query."""
    rows = Membership.objects.filter(user_id=user, left_seq=None).order_by().values("user_id")
    return Subquery(rows.annotate(total=Sum(UNREAD)).values("total"))
