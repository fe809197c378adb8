"""The timeline of a conversation: messages by number, and between them what else happened."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet, Subquery

from accounts.models import User
from accounts.models.user import unshown
from chatify.lib import ids
from chatify.lib.errors import Invalid, NotFound
from chatify.lib.paging import clamp, decode, encode
from chatify.lib.prepared import Prepared
from messaging.events import SENT
from messaging.models import Conversation, Event, Membership, Message
from messaging.queries import extras, stars, visible
from messaging.queries.epoch import epoch_id
from messaging.queries.people import people_of

NOTES_SHOWN = 200
NEVER = 2**63


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """`head` and `epoch` were read before the rows: a socket resumed from them misses nothing.

    `entries` are Message and non-message Event rows in the order of the log; `people` whom the events speak of.
    `oldest` and `newest` are message numbers (0 when the page holds none).
    """

    head: int
    epoch: UUID
    entries: list[Message | Event]
    people: dict[UUID, User]
    oldest: int
    newest: int
    has_older: bool
    has_newer: bool

    @property
    def messages(self) -> list[Message]:
        return [entry for entry in self.entries if isinstance(entry, Message)]

    @property
    def older(self) -> str | None:
        """The cursor of the page before this one."""
        return encode("before", self.oldest) if self.has_older else None

    @property
    def newer(self) -> str | None:
        """The cursor of the page after this one."""
        return encode("after", self.newest) if self.has_newer else None


def page(
    conversation: Conversation,
    *,
    before: int | None = None,
    after: int | None = None,
    around: int | None = None,
    limit: int = 50,
) -> TimelinePage:
    """A page of what the member `conversation.my` may read: the latest, or before, after or around a number."""
    limit = clamp(limit)
    head, epoch = conversation.head, epoch_id()
    messages, has_older = _messages(conversation, before=before, after=after, around=around, limit=limit)
    extras.load(messages, reader=conversation.my.user_id)  # type: ignore[attr-defined]
    has_newer = bool(messages) and _has_newer(conversation, messages[-1].number, before)
    notes = _notes(conversation, messages, open_start=not has_older, open_end=not has_newer)
    entries: list[Message | Event] = [*messages, *notes]
    entries.sort(key=lambda entry: entry.seq)
    return TimelinePage(
        head=head,
        epoch=epoch,
        entries=entries,
        people=people_of(notes),
        oldest=messages[0].number if messages else 0,
        newest=messages[-1].number if messages else 0,
        has_older=has_older,
        has_newer=has_newer,
    )


def position(cursor: str) -> tuple[int | None, int | None]:
    """`before` and `after` of a cursor, one of them None. Raises Invalid for a cursor that we did not make."""
    side, number = decode(cursor, str, int)
    if side not in ("before", "after"):
        raise Invalid.field("cursor", "This page address is not valid. Start again from the first page.")
    return (number, None) if side == "before" else (None, number)


def message(user: User, id: UUID | str) -> Message:
    """One message that the person may read. Raises NotFound."""
    (row,) = messages(user, [id])
    return row


def messages(user: User, wanted: Sequence[UUID | str], *, hidden: bool = False) -> list[Message]:
    """Messages that the person may read, in their order; `hidden`: also such as they deleted for themselves.

    Raises NotFound unless all are found, in the same words whether one does not exist or is not theirs to see.
    """
    try:
        keys = {ids.parse(id) for id in wanted}
    except Invalid:
        raise NotFound("There is no such message.") from None
    allowed = visible.heard(user.pk) if hidden else visible.messages(user.pk)
    found = _with_people(Message.objects.filter(allowed, pk__in=keys))
    rows = list(found.order_by("conversation_id", "number"))
    from_seqs = _readable_from(user, rows)
    if len(rows) < len(keys) or any(row.seq < from_seqs.get(row.conversation_id, NEVER) for row in rows):
        raise NotFound("There is no such message.")
    extras.load(rows, reader=user.pk)
    return rows


def _readable_from(user: User, rows: Sequence[Message]) -> dict[UUID, int]:
    mine = Membership.objects.filter(user_id=user.pk, left_seq=None)
    found = mine.filter(conversation_id__in={row.conversation_id for row in rows})
    return dict(found.values_list("conversation_id", "visible_from_seq"))


def notes_between(
    conversation: Conversation, low: int, high: int, *, limit: int = NOTES_SHOWN
) -> list[Event]:
    """What else happened after the seq `low` up to `high`, as far as the member `conversation.my` may read."""
    low = max(low, conversation.my.visible_from_seq - 1)  # type: ignore[attr-defined]
    mine = visible.events(conversation.my.user_id)  # type: ignore[attr-defined]
    rows = Event.objects.filter(
        mine, conversation_id=conversation.id, seq__gt=low, seq__lte=high, message=None
    )
    notes = list(rows.exclude(type=SENT).order_by("seq")[:limit])
    for note in notes:
        note.conversation = conversation
    return notes


def log_between(conversation: Conversation, low: int, high: int) -> Iterator[Event]:
    """All entries after the seq `low` up to `high` that the member `conversation.my` is there for."""
    low = max(low, conversation.my.visible_from_seq - 1)  # type: ignore[attr-defined]
    rows = Event.objects.filter(conversation_id=conversation.id, seq__gt=low, seq__lte=high)
    return rows.order_by("seq").iterator(chunk_size=1_000)


def _messages(
    conversation: Conversation, *, before: int | None, after: int | None, around: int | None, limit: int
) -> tuple[list[Message], bool]:
    """The page and whether older ones exist; the usual pages learn that from one row more, without another query."""
    if around is None and after is None:
        found = _slice(conversation, before, None, limit + 1)
        return found[-limit:], len(found) > limit
    found = (
        _slice(conversation, None, after, limit) if around is None else _around(conversation, around, limit)
    )
    return found, bool(found) and readable(conversation).filter(number__lt=found[0].number).exists()


def _has_newer(conversation: Conversation, newest: int, before: int | None) -> bool:
    """Whether messages follow; what is withheld from the reader, or hidden by them, does not."""
    if newest >= conversation.message_count or before is not None:
        return newest < conversation.message_count
    return readable(conversation).filter(number__gt=newest).exists()


def readable(conversation: Conversation) -> QuerySet[Message]:
    """The messages that the member `conversation.my` may read."""
    my: Membership = conversation.my  # type: ignore[attr-defined]
    return _readable(conversation.id, conversation.head, my.user_id, my.visible_from_seq or None)


def _readable(conversation: UUID, head: int, reader: UUID, from_seq: int | None) -> QuerySet[Message]:
    rows = Message.objects.filter(conversation_id=conversation, seq__lte=head)
    rows = _with_people(rows.filter(visible.messages(reader)))
    if from_seq is None:
        return rows
    return rows.filter(number__gte=Subquery(_first_number(conversation, from_seq)))


def _first_number(conversation: UUID, from_seq: int) -> QuerySet:
    """The number of the first message at or after a seq: pages are cut by number, which the index holds."""
    sent = Event.objects.filter(conversation_id=conversation, seq__gte=from_seq, type=SENT)
    return sent.order_by("seq").values("message__number")[:1]


def _with_people(rows: QuerySet[Message]) -> QuerySet[Message]:
    people = (*unshown("sender"), *unshown("reply_to__sender"))
    return rows.select_related("sender", "reply_to", "reply_to__sender").defer(*people)


def _slice(conversation: Conversation, before: int | None, after: int | None, limit: int) -> list[Message]:
    my: Membership = conversation.my  # type: ignore[attr-defined]
    place = (conversation.id, conversation.head, my.user_id, my.visible_from_seq or None)
    if after is not None:
        return _later(*place, after, limit=limit)
    return _earlier(*place, before, limit=limit)[::-1]


@Prepared
def _later(
    conversation: UUID, head: int, reader: UUID, from_seq: int | None, after: int, *, limit: int
) -> QuerySet[Message]:
    rows = _readable(conversation, head, reader, from_seq).annotate(starred=stars.by(reader))  # type: ignore[no-redef]
    return rows.filter(number__gt=after).order_by("number")[:limit]


@Prepared
def _earlier(
    conversation: UUID, head: int, reader: UUID, from_seq: int | None, before: int | None, *, limit: int
) -> QuerySet[Message]:
    rows = _readable(conversation, head, reader, from_seq).annotate(starred=stars.by(reader))  # type: ignore[no-redef]
    if before is not None:
        rows = rows.filter(number__lt=before)
    return rows.order_by("-number")[:limit]


def _around(conversation: Conversation, number: int, limit: int) -> list[Message]:
    older = _slice(conversation, number, None, max(1, limit // 2))
    newer = limit - len(older)
    return older + _slice(conversation, None, number - 1, newer) if newer > 0 else older


def _notes(
    conversation: Conversation, messages: Sequence[Message], *, open_start: bool, open_end: bool
) -> list[Event]:
    """What happened between the messages of the page, and beyond its ends where nothing else would show it."""
    my: Membership = conversation.my  # type: ignore[attr-defined]
    low = my.visible_from_seq if open_start or not messages else messages[0].seq
    high = messages[-1].seq if messages and not open_end else None
    notes = _happened(conversation.id, conversation.head, my.user_id, low, high)[::-1]
    for note in notes:
        note.conversation = conversation
    return notes


@Prepared
def _happened(conversation: UUID, head: int, reader: UUID, low: int, high: int | None) -> QuerySet[Event]:
    """The latest events besides messages, from the seq `low` on and before `high`."""
    rows = Event.objects.filter(conversation_id=conversation, seq__lte=head).exclude(type=SENT)
    rows = rows.filter(visible.events(reader), seq__gte=low, message=None)
    if high is not None:
        rows = rows.filter(seq__lt=high)
    return rows.order_by("-seq")[:NOTES_SHOWN]
