"""What a client or a hub missed: events after a position, heads, memberships."""

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Literal
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts.models.user import unshown
from chatify.lib.errors import Invalid
from chatify.lib.jsonsize import json_size
from chatify.lib.prepared import Prepared
from messaging import presenters
from messaging.events import as_seen_by
from messaging.models import Conversation, Event, Membership
from messaging.queries import extras
from messaging.queries.people import people_of

State = Literal["level", "replay", "reset"]
MOST_BYTES = 2**20
RANGES_AT_ONCE = 100
_UNSHOWN = (
    *(
        f"conversation__{each.name}"
        for each in Conversation._meta.concrete_fields
        if each.name not in ("id", "title", "topic")
    ),
    *("message__salt", "message__reply_to__salt", "message__reply_to__html"),
    *unshown("message__sender"),
    *unshown("message__reply_to__sender"),
)


@dataclass(frozen=True, slots=True)
class Sync:
    """`replay` has every event after the asked position up to some seq, oldest first; `reset` means: fetch anew."""

    state: State
    head: int
    events: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class SocketMembership:
    """What a hub needs to know of one conversation of one person."""

    conversation: UUID
    head: int
    version: int
    visible_from_seq: int
    quiet: bool = False
    """Whether it is a request that waits: they show nothing of themselves there, and see nothing of others."""


@dataclass(frozen=True, slots=True)
class Missing:
    """The events of a conversation after `since`, up to and with `until`."""

    conversation: UUID
    since: int
    until: int


def since(conversation: Conversation, since: int, *, limit: int = 500, max_bytes: int = MOST_BYTES) -> Sync:
    """The events after `since` that the member `conversation.my` may read, at most `limit` and `max_bytes`.

    More may follow when the last seq is below `head`. Raises Invalid for a negative position.
    """
    if since < 0:
        raise Invalid.field("since", "A position is 0 or more.")
    head = conversation.head
    since = max(since, conversation.my.visible_from_seq - 1)  # type: ignore[attr-defined]
    if since > head and since > conversation.my.visible_from_seq - 1:  # type: ignore[attr-defined]
        return Sync("reset", head, [])
    if since < conversation.floor_seq:
        return Sync("reset", head, [])
    if since >= head:
        return Sync("level", head, [])
    me = str(conversation.my.user_id)  # type: ignore[attr-defined]
    found = [as_seen_by(me, event) for event in after(conversation.id, since, limit=limit, until=head)]
    return Sync("replay", head, cut(found, max_bytes))


def after(
    conversation: UUID, since: int, *, limit: int = 100, until: int | None = None
) -> list[dict[str, Any]]:
    """Public events after a position, oldest first, withheld ones as such. No permission: for hubs, which know who is
    a member."""
    return _presented(_after(conversation, since, until, limit=limit))


@Prepared
def _after(conversation: UUID, since: int, until: int | None, *, limit: int) -> QuerySet[Event]:
    rows = Event.objects.filter(conversation_id=conversation, seq__gt=since)
    if until is not None:
        rows = rows.filter(seq__lte=until)
    return _whole(rows).order_by("seq")[:limit]


def missed(ranges: Iterable[Missing]) -> dict[UUID, list[dict[str, Any]]]:
    """Public events by conversation, oldest first; ranges of one conversation are read as one. No permission: for
    hubs, which found the reader a member when `until` was the head. One query per hundred conversations, and one
    where an event names people."""
    wanted: dict[UUID, Missing] = {}
    for one in ranges:
        known = wanted.get(one.conversation, one)
        since, until = min(one.since, known.since), max(one.until, known.until)
        wanted[one.conversation] = Missing(one.conversation, since, until)
    found: dict[UUID, list[dict[str, Any]]] = {conversation: [] for conversation in wanted}
    for part in _parts(list(wanted.values()), RANGES_AT_ONCE):
        places = ([getattr(one, name) for one in part] for name in ("conversation", "since", "until"))
        for event in _presented(_within(*places)):
            found[UUID(event["conversation"])].append(event)
    return found


@Prepared
def _within(conversations: Sequence[UUID], since: Sequence[int], until: Sequence[int]) -> QuerySet[Event]:
    places = zip(conversations, since, until, strict=True)
    ranges = [Q(conversation_id=one, seq__gt=low, seq__lte=high) for one, low, high in places]
    return _whole(Event.objects.filter(reduce(or_, ranges))).order_by("conversation_id", "seq")


def _parts(items: Sequence[Missing], size: int) -> Iterator[Sequence[Missing]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _whole(rows: QuerySet[Event]) -> QuerySet[Event]:
    """With all that is shown of them, and nothing else: a resume reads hundreds."""
    joined = rows.select_related("conversation", "message__sender", "message__reply_to__sender")
    return joined.defer(*_UNSHOWN)


def _presented(found: Sequence[Event]) -> list[dict[str, Any]]:
    people = people_of(found)
    extras.load(row.message for row in found if row.message and not row.withheld)
    _load_withheld([row for row in found if row.withheld and row.message])
    return [presenters.event(row, people) for row in found]


def _load_withheld(rows: Sequence[Event]) -> None:
    """As each actor sees the message, who alone gets the event. Other events may hold the same message as others see
    it, so that these hold copies."""
    for row in rows:
        row.message = copy(row.message)
    for actor in {row.actor_id for row in rows}:
        extras.load((row.message for row in rows if row.message and row.actor_id == actor), reader=actor)


def heads(conversations: Iterable[UUID]) -> dict[UUID, int]:
    """The last seq of each conversation; unknown ones are left out."""
    rows = Conversation.objects.filter(id__in=list(conversations)).values_list("id", "head")
    return dict(rows)


def socket_memberships(users: Iterable[UUID]) -> dict[UUID, list[SocketMembership]]:
    """Every conversation of each of these people, in one query."""
    rows = Membership.objects.filter(user_id__in=set(users), left_seq=None)
    values = rows.values_list(
        "user_id",
        "conversation_id",
        "conversation__head",
        "conversation__membership_version",
        "visible_from_seq",
        "request",
    )
    found: dict[UUID, list[SocketMembership]] = {}
    for user, conversation, head, version, visible_from, request in values:
        row = SocketMembership(conversation, head, version, visible_from, bool(request))
        found.setdefault(user, []).append(row)
    return found


def counts_of(users: Iterable[UUID]) -> dict[UUID, int]:
    """In how many conversations each of these people is; who is in none is left out."""
    rows = Membership.objects.filter(user_id__in=list(users), left_seq=None)
    return dict(rows.order_by().values_list("user_id").annotate(Count("id")))


def members(conversation: UUID) -> tuple[int, dict[UUID, tuple[int, bool]]]:
    """The membership version, read first; from which seq each present member reads, and whether they are `quiet`."""
    version = Conversation.objects.values_list("membership_version", flat=True).get(pk=conversation)
    rows = Membership.objects.filter(conversation_id=conversation, left_seq=None)
    values = rows.values_list("user_id", "visible_from_seq", "request")
    return version, {user: (visible_from, bool(request)) for user, visible_from, request in values}


def cut(events: list[dict[str, Any]], max_bytes: int = MOST_BYTES) -> list[dict[str, Any]]:
    """As many as fit, and always the first: a single event is far below the limit."""
    total = 0
    for place, event in enumerate(events):
        total += json_size(event)
        if total > max_bytes and place:
            return events[:place]
    return events
