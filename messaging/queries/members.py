"""Who is in a conversation."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, When, Window
from django.db.models.functions import RowNumber

from accounts.models import User
from accounts.models.user import SHOWN, unshown
from chatify.lib import paging, text
from chatify.lib.errors import NotFound
from chatify.lib.paging import Page
from chatify.lib.prepared import Prepared
from messaging import kinds
from messaging.models import Conversation, Membership

# What of a member a list shows, and what decides which of it: many rows are read for each conversation of a page.
_LISTED = (
    *("conversation_id", "role", "mail_role", "joined_at", "read_number", "delivered_number", "request"),
    *(f"user__{name}" for name in (*sorted(SHOWN), "shows_receipts")),
)


def page(
    conversation: Conversation, *, cursor: str | None = None, limit: int = 50, q: str = ""
) -> Page[Membership]:
    """Members by joining, each with its user; `q` is the beginning of a name or username. The conversation comes from
    `access`, which was the permission."""
    limit = paging.clamp(limit)
    at, last = paging.decode(cursor, datetime, UUID) if cursor else (None, None)
    key = text.key(q)
    if q and not key:
        return Page([], None)
    if key:
        found = list(_after(_named(_listed(conversation.id), key), at, last)[: limit + 1])
    else:
        found = _following(conversation.id, at, last, limit=limit + 1)
    shown = found[:limit]
    return Page(shown, paging.encode(shown[-1].joined_at, shown[-1].id) if len(found) > limit else None)


@Prepared
def _following(
    conversation: UUID, at: datetime | None, last: UUID | None, *, limit: int
) -> QuerySet[Membership]:
    return _after(_listed(conversation), at, last)[:limit]


def _listed(conversation: UUID) -> QuerySet[Membership]:
    rows = Membership.objects.filter(conversation_id=conversation, left_seq=None)
    return rows.select_related("user").defer(*unshown("user", reaching=True))


def _after(rows: QuerySet[Membership], at: datetime | None, last: UUID | None) -> QuerySet[Membership]:
    if at is not None:
        rows = rows.filter(Q(joined_at__gt=at) | Q(joined_at=at, id__gt=last))
    return rows.order_by("joined_at", "id")


def _named(rows: QuerySet[Membership], key: str) -> QuerySet[Membership]:
    begins = Q(user__search_key__startswith=key) | Q(user__search_key__contains=f" {key}")
    return rows.filter(begins | Q(user__username__startswith=key))


def member(conversation: Conversation, user: UUID) -> User:
    """Somebody who is in it now, suspended or not. Raises NotFound for everybody else."""
    rows = Membership.objects.filter(conversation_id=conversation.id, user_id=user, left_seq=None)
    row = rows.select_related("user").first()
    if row is None:
        raise NotFound("This person is not a member.")
    return row.user


def called(conversation: Conversation, q: str, *, without: UUID, limit: int = 8) -> list[User]:
    """The members whom somebody means who typed the beginning of a name or username."""
    rows = Membership.objects.filter(conversation_id=conversation.id, left_seq=None, user__is_active=True)
    if key := text.key(q):
        rows = _named(rows, key)
    found = rows.exclude(user_id=without).select_related("user").order_by("user__username")
    return [row.user for row in found[:limit]]


def count(conversation: Conversation) -> int:
    """How many people are in it now."""
    return Membership.objects.filter(conversation_id=conversation.id, left_seq=None).count()


def managers_of(conversation: UUID) -> list[UUID]:
    """Those who run a group."""
    rows = Membership.objects.filter(conversation_id=conversation, left_seq=None)
    rows = rows.filter(role__in=Membership.MANAGING)
    return list(rows.filter(user__is_active=True).values_list("user_id", flat=True))


def successors(conversation: Conversation, my: Membership, *, limit: int = 50) -> list[Membership]:
    """Whom the last owner may name when leaving, admins first, then by joining; nobody where another owner stays."""
    rows = Membership.objects.filter(conversation_id=conversation.id, left_seq=None).exclude(pk=my.pk)
    if my.role != Membership.Role.OWNER or rows.filter(role=Membership.Role.OWNER).exists():
        return []
    below = Case(When(role=Membership.Role.ADMIN, then=0), default=1)
    able = rows.filter(user__is_active=True).select_related("user").defer(*unshown("user"))
    return list(able.order_by(below, "joined_at", "id")[:limit])


def heirs(user: User, *, limit: int = 20) -> list[Membership]:
    """Who becomes the owner of the groups that would have none without me, each with its conversation and person; the
    order is that of `Membership.succession`."""
    rows = Membership.objects.filter(left_seq=None, conversation__kind__in=kinds.CHANGING)
    owners = rows.filter(conversation_id=OuterRef("conversation_id"), role=Membership.Role.OWNER)
    mine = rows.filter(~Exists(owners.exclude(user_id=user.pk)), user_id=user.pk, role=Membership.Role.OWNER)
    groups = list(mine.order_by("joined_at", "id").values_list("conversation_id", flat=True)[:limit])
    away = Case(When(user__is_active=True, user__leaves_at=None, then=0), default=1)
    asked = Case(When(request=Membership.Request.NONE, then=0), default=1)
    below = Case(When(role=Membership.Role.ADMIN, then=0), default=1)
    place = Window(
        RowNumber(), partition_by=F("conversation_id"), order_by=[away, asked, below, F("joined_at"), F("id")]
    )
    others = rows.filter(conversation_id__in=groups).exclude(user_id=user.pk)
    others = others.select_related("conversation", "user").defer(*unshown("user"))
    return list(others.annotate(place=place).filter(place=1).order_by("conversation__title", "id"))


def first_pages(conversations: list[UUID], *, each: int = 50) -> dict[UUID, list[Membership]]:
    """The first members of several conversations, in one query whatever their number and size."""
    pages: dict[UUID, list[Membership]] = {}
    for row in _first_rows(conversations, each=each):
        pages.setdefault(row.conversation_id, []).append(row)
    return pages


@Prepared
def _first_rows(conversations: Sequence[UUID], *, each: int) -> QuerySet[Membership]:
    place = Window(RowNumber(), partition_by=F("conversation_id"), order_by=[F("joined_at"), F("id")])
    rows = Membership.objects.filter(conversation_id__in=conversations, left_seq=None)
    rows = rows.select_related("user").only(*_LISTED).annotate(place=place).filter(place__lte=each)
    return rows.order_by("conversation_id", "joined_at", "id")
