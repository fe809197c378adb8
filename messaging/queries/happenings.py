"""What the log says that somebody may want to hear of, and who takes part: read many conversations at a time."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Q

from accounts.models import Block
from chatify.lib.folding import fold
from messaging.events import CHANGED, EDITED, JOINED, REACTED, SENT
from messaging.models import Conversation, Event, Membership, Mention, Message

AT_ONCE = 500
PAGE = 500
TOLD = (SENT, EDITED, REACTED, JOINED, CHANGED)
TOLD_OF = (
    "pk", "conversation_id", "seq", "type", "actor_id", "data", "message_id", "message__number",
    "message__sender_id", "message__deleted_at", "message__withheld", "message__reply_to__sender_id",
)  # fmt: skip
Range = tuple[str, int, int]
"""Conversation, first seq, last seq."""


@dataclass(frozen=True, slots=True)
class Happening:
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
    """What happened in these parts of the log, some hundreds at a time. Two queries each."""
    last: tuple[UUID, int] | None = None
    while True:
        places = [Q(conversation_id=name, seq__range=(first, until)) for name, first, until in ranges]
        rows = Event.objects.filter(reduce(or_, places), type__in=TOLD, withheld=False)
        if last is not None:
            rows = rows.filter(Q(conversation_id__gt=last[0]) | Q(conversation_id=last[0], seq__gt=last[1]))
        found = list(rows.order_by("conversation_id", "seq").values_list(*TOLD_OF, named=True)[:AT_ONCE])
        if found:
            yield _happenings(found)
        if len(found) < AT_ONCE:
            return
        last = found[-1].conversation_id, found[-1].seq


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


def _happenings(rows: Sequence[Any]) -> list[Happening]:
    texts = {row.message_id for row in rows if row.type in (SENT, EDITED)}
    called: dict[UUID, set[UUID | None]] = {}
    for message, user in Mention.objects.filter(message_id__in=texts).values_list("message_id", "user_id"):
        called.setdefault(message, set()).add(user)
    return [each for row in rows if (each := _happening(row, called)) is not None]


def _happening(row: Any, called: dict[UUID, set[UUID | None]]) -> Happening | None:
    """What of an event somebody may want to hear; None where nobody does, or its message is gone."""
    if row.actor_id is None:
        return None
    place = (row.pk, row.conversation_id, row.seq, row.type, row.actor_id)
    if row.type == CHANGED:
        return Happening(*place) if row.data.get("created") else None
    if row.type == JOINED:
        user = row.data.get("user")
        return Happening(*place, about=UUID(user)) if user else None
    if row.message_id is None or row.message__deleted_at or row.message__withheld:
        return None
    message = (row.message_id, row.message__number)
    if row.type == REACTED:
        told = row.data.get("added")
        return (
            Happening(*place, *message, about=row.message__sender_id, said=row.data["emoji"])
            if told
            else None
        )
    answered = row.message__reply_to__sender_id
    return Happening(*place, *message, called=called.get(row.message_id, ()), answered=answered)
