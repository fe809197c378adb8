"""The inbox of one person: a constant number of queries whatever its size."""

from collections.abc import Collection, Container, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce, RowNumber
from django.utils import timezone

from accounts import relations
from accounts.models import User
from accounts.models.user import SHOWN, unshown
from chatify.lib import paging
from chatify.lib.paging import Page
from chatify.lib.prepared import Prepared
from messaging import kinds
from messaging.models import Conversation, Event, KeptDraft, Label, Membership, Message
from messaging.queries import access, counts, drafts, filters, standing, visible
from messaging.queries import labels as labels_of

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
    folded: bool = False
    """Whether the last message is of somebody whom the reader blocked: it is named and not shown."""
    now: datetime = field(default_factory=timezone.now)
    labels: list[Label] = field(default_factory=list)
    draft: KeptDraft | None = None
    hiding: Container[UUID] = ()
    """Who of its people hides from the reader, and shows no picture."""

    @property
    def at(self) -> datetime:
        """By what it is ordered among those that are not pinned."""
        return self.my.shown_at(self.now)

    @property
    def pinned(self) -> bool:
        return self.my.pinned_at is not None

    @property
    def muted(self) -> bool:
        return self.my.is_muted(self.now)

    @property
    def marked(self) -> bool:
        """Whether the row shows anything but who, what and when."""
        return bool(self.pinned or self.muted or self.labels or self.snoozed_until or self.draft)

    @property
    def snoozed_until(self) -> datetime | None:
        """When it comes back, while it is out of sight."""
        return self.my.snoozed_until if self.my.is_snoozed(self.now) else None


def page(user: User, *, filter: str = "all", cursor: str | None = None, limit: int = 30) -> Page[InboxRow]:
    """Conversations as they stood when the first page was asked for: pinned ones first, then by activity, newest first.

    What moves meanwhile keeps its place in the later pages, so that none is skipped and none comes twice. Raises
    Invalid for an unknown filter or a foreign cursor.
    """
    limit = paging.clamp(limit)
    now = timezone.now()
    since, after = _after(cursor) if cursor else (now, None)
    if after is None and filters.label_in(filter) is None:
        found = _first_rows(user.pk, now, filter=filter, limit=limit + 1)
    else:
        found = list(_placed(user.pk, filter, now, since, after)[: limit + 1])
    shown = found[:limit]
    return Page(_complete(user, shown), _cursor_after(since, shown[-1]) if len(found) > limit else None)


@Prepared
def _first_rows(user: UUID, now: datetime, *, filter: str, limit: int) -> QuerySet[Membership]:
    return _placed(user, filter, now, now, None)[:limit]


def _placed(user: UUID, filter: str, now: datetime, since: datetime, after: Q | None) -> QuerySet[Membership]:
    rows = filters.apply(_memberships(user), user, filter, now)
    placed = rows.annotate(first=_pinned(since), at=_activity(since, moved=after is not None))
    if after is not None:
        placed = placed.filter(after)
    return placed.order_by("-first", "-at", "-conversation_id")


def _pinned(since: datetime) -> Case:
    return Case(When(pinned_at__lte=since, then=Value(1)), default=Value(0))


def _activity(since: datetime, *, moved: bool) -> Case:
    """When it was last active, or came back from its snooze; of what moved since then, where it was before."""
    last = F("conversation__last_activity_at")
    back = When(snoozed_until__lte=since, snoozed_until__gt=last, then=F("snoozed_until"))
    own = When(activity_at__gt=last, then=F("activity_at"))
    if not moved:
        return Case(back, own, default=last)
    events = Event.objects.filter(conversation_id=OuterRef("conversation_id"), at__lte=since)
    before = Coalesce(Subquery(events.order_by("-seq").values("at")[:1]), F("conversation__created_at"))
    return Case(When(conversation__last_activity_at__gt=since, then=before), back, own, default=last)


def _after(cursor: str) -> tuple[datetime, Q]:
    """The moment of the first page, and what follows the last row that was shown."""
    since, first, at, last = paging.decode(cursor, datetime, int, datetime, UUID)
    later = Q(at__lt=at) | Q(at=at, conversation_id__lt=last)
    return since, Q(first__lt=first) | (Q(first=first) & later)


def row(user: User, id: UUID | str) -> InboxRow:
    """One line of the inbox. Raises NotFound where the person is no member."""
    membership = access.membership_for(user, id)
    return _complete(user, [membership])[0]


def next_of(user: User, *, after: UUID | None = None) -> InboxRow | None:
    """My conversations one after the other, in an order that no new message changes: by the id of my membership."""
    rows = _memberships(user.pk).order_by("pk")
    found = rows.filter(pk__gt=after).first() if after else rows.first()
    return _complete(user, [found])[0] if found else None


def rows(user: User, ids: Collection[UUID]) -> dict[UUID, InboxRow]:
    """Lines of the inbox by conversation, without those that are not mine. A constant number of queries."""
    memberships = _of_these(user.pk, list(ids)) if ids else []
    return {row.conversation.id: row for row in _complete(user, memberships)} if memberships else {}


@Prepared
def _of_these(user: UUID, ids: Sequence[UUID]) -> QuerySet[Membership]:
    return _memberships(user).filter(conversation_id__in=ids)


def messages_of(user: User) -> int:
    """About how many messages all my conversations hold."""
    return _memberships(user.pk).aggregate(total=Sum("conversation__message_count"))["total"] or 0


def shared_with(user: User, other: User, *, limit: int = 8) -> list[InboxRow]:
    """Conversations that both are in, the latest first: what a profile shows."""
    theirs = Membership.objects.filter(user_id=other.pk, left_seq=None).values("conversation_id")
    if user.pk == other.pk:
        return []
    rows = _memberships(user.pk).filter(standing.begun(), conversation_id__in=theirs)
    return _complete(user, list(rows.order_by("-conversation__last_activity_at")[:limit]))


def fits(user: User, id: UUID, filter: str) -> bool:
    """Whether this filter shows the conversation."""
    return (
        filters.apply(_memberships(user.pk), user.pk, filter, timezone.now())
        .filter(conversation_id=id)
        .exists()
    )


def unread_total(user: User) -> int:
    """The one number of title, badge and API."""
    return counts.unread_total(user.pk)


def _memberships(user: UUID) -> QuerySet[Membership]:
    return Membership.objects.filter(user_id=user, left_seq=None).select_related("conversation", "kept_draft")


def _complete(user: User, memberships: Sequence[Membership]) -> list[InboxRow]:
    """Add the last messages, the people and the labels, one query each."""
    messages = _last_messages(user.pk, [each.conversation_id for each in memberships])
    people = _people(memberships, without=user.pk)
    begun = drafts.among(memberships)
    labels = labels_of.on(user, (each.pk for each in memberships))
    senders = {each.sender_id for each in messages.values()}
    blocked = relations.blocked_among(user, senders)
    shown = {person.pk for group in people.values() for person in group}
    hiding = relations.hiding_from(user, senders | shown)
    return [
        _row(
            user,
            each,
            messages.get(each.conversation_id),
            people.get(each.conversation_id, []),
            labels.get(each.pk, []),
            begun.get(each.pk),
            blocked,
            hiding,
        )
        for each in memberships
    ]


def _last_messages(reader: UUID, conversations: Sequence[UUID]) -> dict[UUID, Message]:
    """The newest message of each that the reader may see; one query more where it is not the newest of all."""
    found = _newest(reader, conversations)
    unseen = [id for id, row in found.items() if not row.readable]  # type: ignore[attr-defined]
    if unseen:
        found = {id: row for id, row in found.items() if id not in unseen}
        found |= {row.conversation_id: row for row in _newest_seen(reader, unseen)}
    return found


@Prepared
def _newest_seen(reader: UUID, conversations: Sequence[UUID]) -> QuerySet[Message]:
    earlier = Message.objects.filter(visible.messages(reader), conversation_id=OuterRef("pk"))
    last = Subquery(earlier.order_by("-number").values("pk")[:1])
    found = Conversation.objects.filter(pk__in=conversations).values(last=last)
    return Message.objects.filter(pk__in=found).select_related("sender").defer(*unshown("sender"))


def _newest(reader: UUID, conversations: Sequence[UUID]) -> dict[UUID, Message]:
    """The newest message of each: its number is the count. One look-up a conversation, whatever else was said there:
    as a join, PostgreSQL would read all messages of these conversations."""
    return {each.conversation_id: each for each in _newest_rows(reader, conversations)}


@Prepared
def _newest_rows(reader: UUID, conversations: Sequence[UUID]) -> QuerySet[Message]:
    last = Message.objects.filter(conversation_id=OuterRef("pk"), number=OuterRef("message_count"))
    found = Conversation.objects.filter(pk__in=conversations).values(last=Subquery(last.values("pk")[:1]))
    rows = Message.objects.filter(pk__in=found).select_related("sender").defer(*unshown("sender"))
    return rows.annotate(readable=ExpressionWrapper(visible.messages(reader), BooleanField()))


def _row(
    user: User,
    my: Membership,
    last: Message | None,
    people: list[User],
    labels: list[Label],
    draft: KeptDraft | None,
    blocked: Container[UUID],
    hiding: Container[UUID],
) -> InboxRow:
    conversation = my.conversation
    if last and last.seq < my.visible_from_seq:
        last = None
    title = kinds.title_of(
        conversation.traits, title=conversation.title, others=[each.label for each in people], me=user.label
    )
    folded = last is not None and last.sender_id in blocked and not conversation.traits.unique_pair
    return InboxRow(
        conversation,
        my,
        title,
        people,
        last,
        counts.unread(my),
        folded,
        labels=labels,
        draft=draft,
        hiding=hiding,
    )


def _people(memberships: Sequence[Membership], *, without: UUID) -> dict[UUID, list[User]]:
    """The first other members where they name the conversation: two of a chat, the recipients of a mail."""
    unnamed = [each.conversation_id for each in memberships if not each.conversation.traits.has_title]
    if not unnamed:
        return {}
    people: dict[UUID, list[User]] = {}
    for each in _first_others(unnamed, without):
        people.setdefault(each.conversation_id, []).append(each.user)
    return people


@Prepared
def _first_others(conversations: Sequence[UUID], without: UUID) -> QuerySet[Membership]:
    # Who deleted their account left, and still names what one had with them.
    there = Q(left_seq=None) | Q(user__erased_at__isnull=False)
    others = Membership.objects.filter(there, conversation_id__in=conversations).exclude(user_id=without)
    others = others.select_related("user").only("conversation_id", *(f"user__{name}" for name in SHOWN))
    place = Window(RowNumber(), partition_by=F("conversation_id"), order_by=[F("id")])
    return others.annotate(place=place).filter(place__lte=PEOPLE_SHOWN).order_by("place")


def _cursor_after(since: datetime, row: Membership) -> str:
    return paging.encode(since, row.first, row.at, row.conversation_id)  # type: ignore[attr-defined]
