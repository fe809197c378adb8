"""What a client or a hub missed: events after a position, heads, memberships."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from django.db.models import Count

from chatify.lib.errors import Invalid
from chatify.lib.jsonsize import json_size
from messaging import presenters
from messaging.models import Conversation, Event, Membership
from messaging.queries.people import people_of

State = Literal["level", "replay", "reset"]


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


def since(conversation: Conversation, since: int, *, limit: int = 500, max_bytes: int = 2**20) -> Sync:
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
    events = _cut(after(conversation.id, since, limit=limit, until=head), max_bytes)
    return Sync("replay", head, events)


def after(
    conversation: UUID, since: int, *, limit: int = 100, until: int | None = None
) -> list[dict[str, Any]]:
    """Public events after a position, oldest first. No permission: for hubs, which know who is a member."""
    rows = Event.objects.filter(conversation_id=conversation, seq__gt=since)
    if until is not None:
        rows = rows.filter(seq__lte=until)
    found = list(
        rows.select_related("conversation", "message__sender", "message__reply_to__sender").order_by("seq")[
            :limit
        ]
    )
    people = people_of(found)
    return [presenters.event(row, people) for row in found]


def heads(conversations: Iterable[UUID]) -> dict[UUID, int]:
    """The last seq of each conversation; unknown ones are left out."""
    rows = Conversation.objects.filter(id__in=list(conversations)).values_list("id", "head")
    return dict(rows)


def socket_memberships(user: UUID) -> list[SocketMembership]:
    """Every conversation of a person."""
    rows = Membership.objects.filter(user_id=user, left_seq=None)
    values = rows.values_list(
        "conversation_id", "conversation__head", "conversation__membership_version", "visible_from_seq"
    )
    return [SocketMembership(*value) for value in values]


def counts_of(users: Iterable[UUID]) -> dict[UUID, int]:
    """In how many conversations each of these people is; who is in none is left out."""
    rows = Membership.objects.filter(user_id__in=list(users), left_seq=None)
    return dict(rows.order_by().values_list("user_id").annotate(Count("id")))


def members(conversation: UUID) -> tuple[int, dict[UUID, int]]:
    """The membership version, read first, and from which seq each present member reads."""
    version = Conversation.objects.values_list("membership_version", flat=True).get(pk=conversation)
    rows = Membership.objects.filter(conversation_id=conversation, left_seq=None)
    return version, dict(rows.values_list("user_id", "visible_from_seq"))


def _cut(events: list[dict[str, Any]], max_bytes: int) -> list[dict[str, Any]]:
    """As many as fit, and always the first: a single event is far below the limit."""
    total = 0
    for place, event in enumerate(events):
        total += json_size(event)
        if total > max_bytes and place:
            return events[:place]
    return events
