"""The inbox of one person: a constant number of queries whatever its size."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Window,
)
from django.db.models.functions import RowNumber

from accounts.models import User
from accounts.models.user import SHOWN, unshown
from chatify.lib import paging
from chatify.lib.errors import Invalid
from chatify.lib.paging import Page
from messaging import kinds
from messaging.models import Conversation, Membership, Message
from messaging.queries import access, counts, visible

FILTERS = ("all", "unread", "chats", "mail", "sent")
PEOPLE_SHOWN = 4


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One line of the inbox: `people` are the first other members, `unread` what waits for me."""

    conversation: Conversation
    my: Membership
    title: str
    people: list[User]
    last_message: Message | None
    unread: int


def page(user: User, *, filter: str = "all", cursor: str | None = None, limit: int = 30) -> Page[InboxRow]:
    """Conversations by last activity, newest first. Raises Invalid for an unknown filter or a foreign cursor."""
    return _page(user, _memberships(user), filter, cursor, limit)


def page_and_unread(
    user: User, *, filter: str = "all", cursor: str | None = None, limit: int = 30
) -> tuple[Page[InboxRow], int]:
    """The same page with the one number of title, badge and API, which rides on its rows."""
    # It names the person by a value, not by the outer row: so databases compute it once, not once a row.
    rows = _memberships(user).annotate(unread_total=counts.total_of(user.pk))
    found = _page(user, rows, filter, cursor, limit)
    return found, found.items[0].my.unread_total if found.items else unread_total(user)  # type: ignore[attr-defined]


def _page(
    user: User, rows: QuerySet[Membership], filter: str, cursor: str | None, limit: int
) -> Page[InboxRow]:
    if filter not in FILTERS:
        raise Invalid.field("filter", f"Choose one of {', '.join(FILTERS)}.")
    limit = paging.clamp(limit)
    rows = _filtered(rows, filter)
    if cursor:
        at, last = paging.decode(cursor, datetime, UUID)
        earlier = Q(conversation__last_activity_at__lt=at)
        rows = rows.filter(earlier | Q(conversation__last_activity_at=at, conversation_id__lt=last))
    found = list(rows.order_by("-conversation__last_activity_at", "-conversation_id")[: limit + 1])
    shown = found[:limit]
    return Page(_complete(user, shown), _cursor_after(shown[-1]) if len(found) > limit else None)


def row(user: User, id: UUID | str) -> InboxRow:
    """One line of the inbox. Raises NotFound where the person is no member."""
    membership = access.membership_for(user, id)
    return _complete(user, [membership])[0]


def next_of(user: User, *, after: UUID | None = None) -> InboxRow | None:
    """My conversations one after the other, in an order that no new message changes: by the id of my membership."""
    rows = _memberships(user).order_by("pk")
    found = rows.filter(pk__gt=after).first() if after else rows.first()
    return _complete(user, [found])[0] if found else None


def messages_of(user: User) -> int:
    """About how many messages all my conversations hold."""
    return _memberships(user).aggregate(total=Sum("conversation__message_count"))["total"] or 0


def shared_with(user: User, other: User, *, limit: int = 8) -> list[InboxRow]:
    """Conversations that both are in, the latest first: what a profile shows."""
    theirs = Membership.objects.filter(user_id=other.pk, left_seq=None).values("conversation_id")
    if user.pk == other.pk:
        return []
    rows = _memberships(user).filter(conversation_id__in=theirs)
    return _complete(user, list(rows.order_by("-conversation__last_activity_at")[:limit]))


def unread_total(user: User) -> int:
    """The one number of title, badge and API."""
    return counts.unread_total(user.pk)


def _memberships(user: User) -> QuerySet[Membership]:
    return Membership.objects.filter(user_id=user.pk, left_seq=None).select_related("conversation")


def _filtered(rows: QuerySet[Membership], filter: str) -> QuerySet[Membership]:
    if filter == "unread":
        return rows.annotate(waiting=counts.UNREAD).filter(waiting__gt=0)
    if filter == "chats":
        return rows.filter(conversation__kind__in=kinds.CHATS)
    if filter == "mail":
        return rows.filter(conversation__kind__in=kinds.MAILS)
    if filter == "sent":
        mine = Message.objects.filter(
            sender_id=OuterRef("user_id"), conversation_id=OuterRef("conversation_id")
        )
        return rows.filter(Exists(mine))
    return rows


def _complete(user: User, memberships: Sequence[Membership]) -> list[InboxRow]:
    """Add the last messages and the people, one query each."""
    messages = _last_messages(user.pk, [each.conversation_id for each in memberships])
    people = _people(memberships, without=user.pk)
    return [
        _row(user, each, messages.get(each.conversation_id), people.get(each.conversation_id, []))
        for each in memberships
    ]


def _last_messages(reader: UUID, conversations: Sequence[UUID]) -> dict[UUID, Message]:
    """The newest message of each that the reader may see; one query more where it is not the newest of all."""
    found = _newest(reader, conversations)
    unseen = [id for id, row in found.items() if not row.readable]  # type: ignore[attr-defined]
    if unseen:
        earlier = Message.objects.filter(visible.messages(reader), conversation_id=OuterRef("pk"))
        last = Subquery(earlier.order_by("-number").values("pk")[:1])
        rows = Message.objects.filter(pk__in=Conversation.objects.filter(pk__in=unseen).values(last=last))
        found = {id: row for id, row in found.items() if id not in unseen}
        found |= {row.conversation_id: row for row in rows.select_related("sender")}
    return found


def _newest(reader: UUID, conversations: Sequence[UUID]) -> dict[UUID, Message]:
    """The newest message of each: its number is the count. One look-up a conversation, whatever else was said there:
    as a join, PostgreSQL would read all messages of these conversations."""
    last = Message.objects.filter(conversation_id=OuterRef("pk"), number=OuterRef("message_count"))
    found = Conversation.objects.filter(pk__in=conversations).values(last=Subquery(last.values("pk")[:1]))
    rows = Message.objects.filter(pk__in=found).select_related("sender").defer(*unshown("sender"))
    rows = rows.annotate(readable=ExpressionWrapper(visible.messages(reader), BooleanField()))
    return {each.conversation_id: each for each in rows}


def _row(user: User, my: Membership, last: Message | None, people: list[User]) -> InboxRow:
    conversation = my.conversation
    if last and last.seq < my.visible_from_seq:
        last = None
    title = kinds.title_of(
        conversation.traits, title=conversation.title, others=[each.label for each in people], me=user.label
    )
    return InboxRow(conversation, my, title, people, last, counts.unread(my))


def _people(memberships: Sequence[Membership], *, without: UUID) -> dict[UUID, list[User]]:
    """The first other members where they name the conversation: two of a chat, the recipients of a mail."""
    unnamed = [each.conversation_id for each in memberships if not each.conversation.traits.has_title]
    if not unnamed:
        return {}
    others = Membership.objects.filter(conversation_id__in=unnamed, left_seq=None).exclude(user_id=without)
    others = others.select_related("user").only("conversation_id", *(f"user__{name}" for name in SHOWN))
    place = Window(RowNumber(), partition_by=F("conversation_id"), order_by=[F("id")])
    people: dict[UUID, list[User]] = {}
    for each in others.annotate(place=place).filter(place__lte=PEOPLE_SHOWN).order_by("place"):
        people.setdefault(each.conversation_id, []).append(each.user)
    return people


def _cursor_after(row: Membership) -> str:
    return paging.encode(row.conversation.last_activity_at, row.conversation_id)
