"""Notices: a person's list, how many wait, and which are due on a channel."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from accounts.models.user import unshown
from chatify.lib import ids, paging
from chatify.lib.errors import Invalid, NotFound
from chatify.lib.prepared import Prepared
from messaging.models import HiddenMessage, Membership, Notice

NEVER = 2**62
CHANNELS = ("push", "mail")
TARGETS = ("conversation", "message", "actor")


def reachable() -> Q:
    """Its conversation, if it has one, is still theirs, and its message one that they may read, neither deleted nor
    hidden by them: who was removed and came back reads from then on."""
    hidden = HiddenMessage.objects.filter(user_id=OuterRef("user_id"), message_id=OuterRef("message_id"))
    gone = Q(message__deleted_at__isnull=False) | Q(Exists(hidden))
    readable = _here().filter(visible_from_seq__lte=Coalesce(OuterRef("message__seq"), Value(NEVER)))
    return (Q(conversation=None) | Q(Exists(readable))) & (Q(message=None) | ~gone)


def unread() -> Q:
    """They have neither marked it read nor read the conversation so far."""
    behind = _here().filter(read_number__lt=Coalesce(OuterRef("number"), Value(NEVER)))
    return Q(read_at=None) & (Q(conversation=None) | Q(Exists(behind)))


def _here() -> QuerySet[Membership]:
    rows = Membership.objects.filter(user_id=OuterRef("user_id"), left_seq=None)
    return rows.filter(conversation_id=OuterRef("conversation_id"))


def page(user: User, *, cursor: str | None = None, limit: int = 30) -> paging.Page[Notice]:
    """What they may still see, the latest first, each with `fresh`. Raises Invalid for a foreign cursor."""
    limit = paging.clamp(limit)
    rows = _shown(user)
    if cursor:
        (last,) = paging.decode(cursor, UUID)
        rows = rows.filter(id__lt=last)
    found = list(rows.order_by("-id")[: limit + 1])
    return paging.Page(found[:limit], paging.encode(found[limit - 1].pk) if len(found) > limit else None)


def one(user: User, id: UUID | str) -> Notice:
    """One of my notices. Raises NotFound."""
    try:
        found = _shown(user).filter(pk=ids.parse(id)).first()
    except Invalid:
        found = None
    if found is None:
        raise NotFound("There is no such notice.")
    return found


def waiting(user: UUID) -> int:
    """How many of the list are unread."""
    return Notice.objects.filter(reachable(), unread(), user_id=user, listed=True).count()


def waiting_for(users: Collection[UUID]) -> dict[UUID, int]:
    """The same for these people, in one query."""
    rows = Notice.objects.filter(reachable(), unread(), user_id__in=users, listed=True).order_by()
    found = dict(rows.values_list("user_id").annotate(many=Count("pk")))
    return {user: found.get(user, 0) for user in users}


def fresh_for(users: Collection[UUID], ids: Collection[UUID]) -> list[Notice]:
    """Those of these that are for these people, with their persons."""
    rows = Notice.objects.filter(reachable(), user_id__in=users, pk__in=ids)
    return list(with_targets(rows).select_related("user", *TARGETS).order_by("pk"))


def count_of(user: UUID) -> Subquery:
    """The same, to ride on a query of something else."""
    rows = Notice.objects.filter(reachable(), unread(), user_id=user, listed=True).order_by()
    return Subquery(rows.values("user_id").annotate(many=Count("pk")).values("many"))


def _shown(user: User) -> QuerySet[Notice]:
    rows = Notice.objects.filter(reachable(), user_id=user.pk, listed=True)
    return with_targets(rows).annotate(fresh=unread())


def with_targets(rows: QuerySet[Notice]) -> QuerySet[Notice]:
    """With what its words are made from."""
    return rows.select_related(*TARGETS).defer(*unshown("actor"))


def still_wanted(ids: Collection[UUID]) -> list[Notice]:
    """Those of these that are unread and may be told now: not muted since, left, or deleted. With their targets."""
    return list(with_targets(_tellable(timezone.now()).filter(pk__in=ids)).order_by("pk"))


def due(channel: str, now: datetime, *, limit: int) -> list[Notice]:
    """What is due on a channel and was not handed over, read meanwhile or not; each with its person."""
    ready = {f"{channel}_due__lte": now, f"{channel}_sent": None, "read_at": None}
    rows = Notice.objects.filter(**ready).annotate(wanted=Q(reachable(), unread()), muted=Exists(_muted(now)))
    return list(with_targets(rows).select_related("user", *TARGETS).order_by(f"{channel}_due")[:limit])


def handed(channel: str, user: UUID, *, limit: int) -> list[Notice]:
    """What was handed to a channel for somebody, still waits there, and may be told now."""
    return _handed(user, timezone.now(), channel=channel, limit=limit)


@Prepared
def _handed(user: UUID, now: datetime, *, channel: str, limit: int) -> QuerySet[Notice]:
    given = {f"{channel}_sent__isnull": False, f"{channel}_due__isnull": False}
    return with_targets(_tellable(now).filter(user_id=user, **given)).order_by("pk")[:limit]


def called_for(user: UUID, *, since: datetime) -> list[Notice]:
    """What their browsers were called for since then and is still to be shown there."""
    return list(_tellable(timezone.now()).filter(user_id=user, push_sent__gt=since).order_by("pk"))


def _tellable(now: datetime) -> QuerySet[Notice]:
    """What may be told now: still theirs, unread, and not muted."""
    return Notice.objects.filter(reachable(), unread(), ~Exists(_muted(now)))


def _muted(now: datetime) -> QuerySet[Membership]:
    return _here().filter(muted_until__gt=now)


def existing(pairs: Sequence[tuple[UUID, str]]) -> dict[tuple[UUID, str], Notice]:
    """Those that are there already, by person and key; `fresh` says whether they are unread."""
    people, keys = {user for user, _ in pairs}, {key for _, key in pairs}
    rows = Notice.objects.filter(user_id__in=people, key__in=keys).annotate(fresh=unread())
    return {(row.user_id, row.key): row for row in rows}


def quieted(user: UUID) -> list[Notice]:
    """What came in their quiet hours and is still unread."""
    rows = Notice.objects.filter(reachable(), unread(), user_id=user, quieted=True)
    return list(rows.order_by("pk"))


def read_through(pairs: Collection[tuple[UUID, UUID]]) -> list[Notice]:
    """What is over for these (person, conversation), who have just read or said something, and is not marked so yet."""
    people, conversations = {user for user, _ in pairs}, {each for _, each in pairs}
    rows = Notice.objects.filter(user_id__in=people, conversation_id__in=conversations, read_at=None)
    read = Exists(_here().filter(read_number__gte=OuterRef("number")))
    return [row for row in rows.filter(read) if (row.user_id, row.conversation_id) in pairs]
