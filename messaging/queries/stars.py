"""What somebody starred: theirs alone."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from chatify.lib import paging
from chatify.lib.paging import Page
from chatify.lib.prepared import Prepared
from messaging.models import Membership, Message, Star
from messaging.queries import extras, visible

SHOWN = ("message__conversation", "message__sender", "message__reply_to__sender")


def among(user: UUID, messages: Iterable[Message]) -> set[UUID]:
    """Which of these messages the person starred; one query, none for no messages."""
    wanted = [row.pk for row in messages]
    return {row.message_id for row in _among(user, wanted)} if wanted else set()


@Prepared
def _among(user: UUID, messages: Sequence[UUID]) -> QuerySet[Star]:
    return Star.objects.filter(user_id=user, message_id__in=messages)


def by(user: UUID) -> Exists:
    """Whether this person starred a message, to ride on a query of messages."""
    return Exists(Star.objects.filter(user_id=user, message_id=OuterRef("pk")))


def page(
    user: User, *, conversation: UUID | None = None, cursor: str | None = None, limit: int = 30
) -> Page[Message]:
    """What the person starred and may still read, everywhere or in one conversation, the latest star first. Raises
    Invalid for a foreign cursor."""
    limit = paging.clamp(limit)
    rows = Star.objects.filter(user_id=user.pk).filter(Exists(_mine(user)))
    if conversation:
        rows = rows.filter(message__conversation_id=conversation)
    if cursor:
        (last,) = paging.decode(cursor, UUID)
        rows = rows.filter(id__lt=last)
    rows = rows.filter(visible.messages(user.pk, "message__"))
    found = list(rows.select_related(*SHOWN).order_by("-id")[: limit + 1])
    messages = [star.message for star in found[:limit]]
    extras.load(messages, reader=user.pk)
    return Page(messages, paging.encode(found[limit - 1].pk) if len(found) > limit else None)


def _mine(user: User) -> QuerySet[Membership]:
    rows = Membership.objects.filter(user_id=user.pk, left_seq=None)
    here = rows.filter(conversation_id=OuterRef("message__conversation_id"))
    return here.filter(visible_from_seq__lte=OuterRef("message__seq"))
