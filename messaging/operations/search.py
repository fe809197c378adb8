"""The index of search follows the log: each conversation's events are read once and in order, so it catches up after
anything, and reading an event again changes nothing."""

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import islice
from operator import or_
from uuid import UUID

from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from chatify.lib import db, ids, ranges
from chatify.lib.folding import fold
from messaging.models import Conversation, Event, Message, SearchEntry, SearchProgress
from messaging.models.search import position_of
from messaging.queries import extras
from messaging.queries.search import backends, texts

# A transaction of SQLite, whose one writer others wait for, takes at most a hundred rows.
AT_ONCE = {"sqlite": 100, "postgresql": 500}
CHUNK = 500
TOGETHER = 25
# How far from a taken position a free one is looked for: more conversations do not speak in one millisecond.
NEAR = 4096
RANGES_AT_ONCE = 50
COMPARED = ("conversation_id", "sender_id", "number", "seq", "has", "text")
_LINK = re.compile(r"https?://|\bwww\.", re.I)


def follow(conversations: Iterable[UUID]) -> int:
    """Bring the index level with the log of these conversations. Returns how many messages were looked at."""
    return sum(steps(conversations))


def steps(conversations: Iterable[UUID]) -> Iterator[int]:
    """The same a transaction at a time, each with the messages that it looked at: whoever is in no hurry rests between
    them."""
    waiting = iter(sorted(set(conversations)))
    while together := list(islice(waiting, TOGETHER)):
        while together:
            count, together = _step(together)
            yield count


def catch_up() -> int:
    """The same for every conversation that the index is behind of."""
    return follow(behind())


def behind() -> list[UUID]:
    """Conversations whose log has more than was read from it."""
    progress = SearchProgress.objects.filter(pk=OuterRef("pk")).values("seq")
    rows = Conversation.objects.annotate(known=Coalesce(Subquery(progress[:1]), 0))
    return list(rows.filter(head__gt=F("known")).values_list("id", flat=True))


def rebuild() -> int:
    """Make the index anew from the log."""
    with db.atomic():
        SearchProgress.objects.all().delete()
        backends.current().clear()
    return catch_up()


def differences() -> Iterator[str]:
    """What the index does not hold, or holds otherwise, or should not: one sentence each."""
    for conversation in behind():
        yield f"conversation {conversation}: not all of its log was read"
    messages = Message.objects.order_by("pk").iterator(chunk_size=CHUNK)
    for chunk in _chunks(messages):
        extras.load(chunk)
        entries = SearchEntry.objects.in_bulk([row.pk for row in chunk])
        lost = backends.current().unfindable(list(entries.values()))
        for row in chunk:
            if problem := _problem(row, entries.get(row.pk), lost):
                yield f"message {row.pk}: {problem}"


def _problem(row: Message, stored: SearchEntry | None, lost: Container[UUID]) -> str:
    if row.deleted_at:
        return "it was deleted and can still be found" if stored else ""
    if stored is None or row.pk in lost:
        return "it cannot be found"
    made = entry_of(row)
    same = all(getattr(stored, name) == getattr(made, name) for name in COMPARED)
    return "" if same else "what is known of it is not what it says"


def _chunks(rows: Iterable[Message]) -> Iterator[list[Message]]:
    rows = iter(rows)
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _step(conversations: Sequence[UUID]) -> tuple[int, list[UUID]]:
    """One transaction: the next events of these, and the progress that says so; which of them have more."""
    at_once = AT_ONCE.get(db.vendor(), AT_ONCE["sqlite"])
    with db.atomic():
        heads = dict(Conversation.objects.filter(pk__in=conversations).values_list("pk", "head"))
        progress = _progress(sorted(heads))
        wanted = _next(progress, heads, at_once)
        if not wanted:
            return 0, []
        places = [Q(conversation_id=row.pk, seq__gt=row.seq, seq__lte=last) for row, last in wanted]
        events = Event.objects.filter(reduce(or_, places)).values_list("message_id", "data")
        touched = {
            message or ids.parse(data["message"]) for message, data in events if message or "message" in data
        }
        _index(touched)
        for row, last in wanted:
            row.seq = last
        SearchProgress.objects.bulk_update([row for row, _ in wanted], ["seq"])
        return len(touched), [row.pk for row in progress if row.seq < heads[row.pk]]


def _next(
    progress: Sequence[SearchProgress], heads: Mapping[UUID, int], room: int
) -> list[tuple[SearchProgress, int]]:
    """Up to where each is read now, one after the other: as many events in all as there is room for, so that no more
    than these are looked at."""
    wanted = []
    for row in progress:
        last = min(heads[row.pk], row.seq + room)
        if last > row.seq:
            wanted.append((row, last))
            room -= last - row.seq
    return wanted


def _progress(conversations: Sequence[UUID]) -> list[SearchProgress]:
    """Their locked rows, in one order for everybody."""
    SearchProgress.objects.bulk_create([SearchProgress(pk=pk) for pk in conversations], ignore_conflicts=True)
    locked = SearchProgress.objects.select_for_update().filter(pk__in=conversations)
    return list(locked.order_by("pk"))


def _index(messages: set[UUID]) -> None:
    """Store these messages as they are now, and forget what was stored of them."""
    if not messages:
        return
    backend = backends.current()
    stored = list(SearchEntry.objects.filter(pk__in=messages))
    if stored:
        backend.remove(stored)
    rows = list(Message.objects.filter(pk__in=messages, deleted_at=None))
    extras.load(rows)
    if entries := _apart([entry_of(row) for row in rows]):
        backend.put(entries)


def entry_of(row: Message) -> SearchEntry:
    """What the index holds of a message, whose files are loaded."""
    return SearchEntry(
        message_id=row.pk,
        conversation_id=row.conversation_id,
        sender_id=row.sender_id,
        position=position_of(row.sent_at, row.number),
        number=row.number,
        seq=row.seq,
        has=" ".join(_has(row)),
        text=fold(texts.of(row)),
    )


def _has(row: Message) -> Iterator[str]:
    if row.files:
        yield from sorted({"file", *(file.upload.kind for file in row.files)})
    if _LINK.search(row.body):
        yield "link"
    if row.edited_at:
        yield "edited"
    if row.pinned_at:
        yield "pinned"


def _apart(entries: Sequence[SearchEntry]) -> list[SearchEntry]:
    """Two messages of one millisecond may have one position: the later one takes the next that is free."""
    taken = _positions(Q(position__in={entry.position for entry in entries}))
    crowded = [entry.position for entry in entries if entry.position in taken] + _repeated(entries)
    near = ranges.joined((position, position + NEAR) for position in crowded)
    for start in range(0, len(near), RANGES_AT_ONCE):
        wanted = near[start : start + RANGES_AT_ONCE]
        taken |= _positions(reduce(or_, (Q(position__range=each) for each in wanted)))
    for entry in entries:
        while entry.position in taken:
            entry.position += 1
        taken.add(entry.position)
    return list(entries)


def _positions(where: Q) -> set[int]:
    return set(SearchEntry.objects.filter(where).values_list("position", flat=True))


def _repeated(entries: Sequence[SearchEntry]) -> list[int]:
    return [position for position, times in Counter(entry.position for entry in entries).items() if times > 1]
