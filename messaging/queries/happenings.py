"""What the log says that somebody may want to hear of, and who takes part: read many conversations at a time."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Case, Exists, F, JSONField, OuterRef, Q, Value, When

from accounts.models import Block
from chatify.lib.folding import fold
from messaging.events import CHANGED, EDITED, JOINED, REACTED, SENT
from messaging.models import Conversation, Event, Membership, Mention, Message

AT_ONCE = 400
PAGE = 500
TOLD = (SENT, EDITED, REACTED, JOINED, CHANGED)
TEXTS = (SENT, EDITED)
# What is said of a text stands with its message: reading the data of these, which most events are, would cost most.
_DATA = Case(When(type__in=TEXTS, then=Value(None)), default=F("data"), output_field=JSONField())
_CALLS = Exists(Mention.objects.filter(message_id=OuterRef("message_id")))
Range = tuple[str, int, int]
"""Conversation, first seq, last seq."""


class Row(NamedTuple):
    """One event as it is read."""

    event: UUID
    conversation: UUID
    seq: int
    type: str
    actor: UUID | None
    data: dict[str, Any] | None
    message: UUID | None
    number: int | None
    sender: UUID | None
    deleted_at: datetime | None
    withheld: bool | None
    answered: UUID | None
    calls: bool


ROW = (
    "pk",
    "conversation_id",
    "seq",
    "type",
    "actor_id",
    "told",
    "message_id",
    "message__number",
    "message__sender_id",
    "message__deleted_at",
    "message__withheld",
    "message__reply_to__sender_id",
    "calls",
)


class Happening(NamedTuple):
    """One event. `called` are those a message mentions (None is everyone), `answered` whose message it answers; `about`
    the one person whom a reaction or an addition is for."""

    event: UUID
    conversation: UUID
    seq: int
    type: str
    actor: UUID
    message: UUID | None = None
    number: int | None = None
    called: Collection[UUID | None] = ()
    answered: UUID | None = None
    about: UUID | None = None
    said: str = ""


class Texts:
    """What these messages say, folded; read only if somebody asks."""

    def __init__(self, happenings: Iterable[Happening]) -> None:
        self._wanted = [each.message for each in happenings if each.type == SENT and each.message]
        self._read: dict[UUID, str] | None = None

    def of(self, message: UUID | None) -> str:
        if self._read is None:
            rows = Message.objects.filter(pk__in=self._wanted).values_list("pk", "body")
            self._read = {id: fold(body) for id, body in rows}
        return self._read.get(message, "") if message else ""


@dataclass(frozen=True, slots=True)
class Listener:
    """A member as far as it decides what they hear of."""

    member: UUID
    conversation: UUID
    user: UUID
    level: str
    muted_until: Any
    read_number: int
    request: str
    visible_from: int
    settings: dict[str, Any]
    time_zone: str


COLUMNS = (
    "pk",
    "conversation_id",
    "user_id",
    "level",
    "muted_until",
    "read_number",
    "request",
    "visible_from_seq",
    "user__settings",
    "user__time_zone",
)


def within(ranges: Sequence[Range]) -> Iterator[list[Happening]]:
    """What happened in these parts of the log, many at a time. Two queries each at most."""
    last: tuple[UUID, int] | None = None
    while True:
        places = [Q(conversation_id=name, seq__range=(first, until)) for name, first, until in ranges]
        rows = Event.objects.filter(reduce(or_, places), type__in=TOLD, withheld=False)
        if last is not None:
            rows = rows.filter(Q(conversation_id__gt=last[0]) | Q(conversation_id=last[0], seq__gt=last[1]))
        told = rows.order_by("conversation_id", "seq").annotate(told=_DATA, calls=_CALLS).values_list(*ROW)
        found = [Row(*row) for row in told[:AT_ONCE]]
        if found:
            yield _happenings(found)
        if len(found) < AT_ONCE:
            return
        last = found[-1].conversation, found[-1].seq


def kinds_of(conversations: Iterable[UUID]) -> dict[UUID, Conversation]:
    """These conversations by id."""
    rows = Conversation.objects.filter(pk__in=set(conversations))
    return {row.pk: row for row in rows.only("kind", "title", "direct_key")}


def listeners(
    conversations: Collection[UUID], people: Collection[UUID] | None = None
) -> Iterator[list[Listener]]:
    """The members of these conversations who can sign in, or of them these people, a page at a time."""
    rows = Membership.objects.filter(
        conversation_id__in=conversations, left_seq=None, user__is_active=True, user__leaves_at=None
    ).order_by("pk")
    if people is not None:
        rows = rows.filter(user_id__in=people)
    last: UUID | None = None
    while True:
        page = rows.filter(pk__gt=last) if last else rows
        found = [Listener(*row) for row in page.values_list(*COLUMNS)[:PAGE]]
        if found:
            yield found
        if len(found) < PAGE:
            return
        last = found[-1].member


def blocks_against(actors: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """(blocker, blocked) for whoever blocked one of these people who are part of a block at all."""
    rows = Block.objects.filter(blocked_id__in=actors, blocked__parted=True)
    return set(rows.values_list("blocker_id", "blocked_id"))


def _happenings(rows: Sequence[Row]) -> list[Happening]:
    called: dict[UUID, set[UUID | None]] = {}
    texts = [row.message for row in rows if row.calls and row.message and row.type in TEXTS]
    for message, user in Mention.objects.filter(message_id__in=texts).values_list("message_id", "user_id"):
        called.setdefault(message, set()).add(user)
    return [each for row in rows if (each := _happening(row, called)) is not None]


def _happening(row: Row, called: Mapping[UUID, Collection[UUID | None]]) -> Happening | None:
    """What of an event somebody may want to hear; None where nobody does, or its message is gone."""
    if row.actor is None:
        return None
    if row.message is None:
        return _about_people(row, row.actor)
    if row.deleted_at or row.withheld:
        return None
    place = (row.event, row.conversation, row.seq, row.type, row.actor, row.message, row.number)
    if row.type in TEXTS:
        return Happening(*place, called.get(row.message, ()), row.answered)
    if row.type == REACTED and row.data and row.data.get("added"):
        return Happening(*place, about=row.sender, said=row.data["emoji"])
    return None


def _about_people(row: Row, actor: UUID) -> Happening | None:
    place, data = (row.event, row.conversation, row.seq, row.type, actor), row.data or {}
    if row.type == CHANGED:
        return Happening(*place) if data.get("created") else None
    user = data.get("user") if row.type == JOINED else None
    return Happening(*place, about=UUID(user)) if user else None
