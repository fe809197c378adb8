"""Whether the log is what it says: places, texts, chain, and the counts that are derived from it.

It finds what was changed by hand or by a fault. Somebody who rewrites the whole chain is found only by comparing
with a head digest that was kept elsewhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Exists, OuterRef

from chatify.lib.digest import chain, text_hash
from messaging.events import CHANGED, EDITED, SENT
from messaging.models import Attachment, Conversation, Event, Membership, Message, MessageVersion
from messaging.queries import counts

CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold, and the row where it shows."""

    conversation: UUID
    row: str
    problem: str

    def __str__(self) -> str:
        return f"conversation {self.conversation}, {self.row}: {self.problem}"


def conversations() -> list[UUID]:
    """Every conversation there is, oldest first."""
    return list(Conversation.objects.order_by("id").values_list("id", flat=True))


def strays() -> Iterator[Finding]:
    """Conversations that are gone while rows of their log are not: the database does not look after that."""
    there = Conversation.objects.filter(pk=OuterRef("conversation"))
    for model, what in ((Event, "events"), (Message, "messages")):
        left = model.objects.filter(~Exists(there)).order_by().values("conversation")
        for row in left.annotate(count=Count("pk")):
            yield Finding(row["conversation"], f"{row['count']} {what}", "their conversation is gone")


def check(id: UUID) -> Iterator[Finding]:
    """Everything that does not hold in one conversation, in the order of the log."""
    conversation = Conversation.objects.get(pk=id)
    yield from _check_chain(conversation)
    yield from _check_messages(conversation)
    yield from _check_files(conversation)
    yield from _check_title(conversation)
    yield from _check_members(conversation)


def _check_chain(row: Conversation) -> Iterator[Finding]:
    """Seqs are floor+1…head without a hole, and each digest follows from the one before."""
    expected, digest, broken = row.floor_seq, row.floor_digest, False
    events = Event.objects.filter(conversation=row, seq__gt=row.floor_seq).order_by("seq")
    for event in events.iterator(chunk_size=CHUNK):
        expected += 1
        if event.seq != expected:
            yield Finding(row.id, _name(event), f"the event {expected} before it is missing")
            expected, broken = event.seq, True
        elif not broken and event.digest != chain(digest, event.canonical()):
            yield Finding(
                row.id, _name(event), "it was changed, moved or swapped: its digest does not follow"
            )
        # After a break the chain is taken up anew, so that each damaged place is named and the rest is not.
        digest, broken = event.digest, False
    if expected != row.head:
        yield Finding(row.id, f"event {row.head}", f"the head says {row.head}, the last event is {expected}")
    elif digest != row.head_digest:
        yield Finding(row.id, f"event {row.head}", "the digest of the head is not that of the last event")


def _check_messages(row: Conversation) -> Iterator[Finding]:
    """Numbers are 1…message_count without a hole, and each message is the one its event tells of."""
    expected = row.floor_number
    told = {
        event.data.get("message"): event
        for event in Event.objects.filter(conversation=row, type=SENT).iterator(chunk_size=CHUNK)
    }
    history = _History(row)
    for message in Message.objects.filter(conversation=row).order_by("number").iterator(chunk_size=CHUNK):
        expected += 1
        if message.number != expected:
            yield Finding(row.id, _label(message), f"the message {expected} before it is missing")
            expected = message.number
        if problem := _differs(message, told.pop(str(message.id), None), history):
            yield Finding(row.id, _label(message), problem)
    for event in told.values():
        yield Finding(row.id, _name(event), f"its message {event.data.get('message')} is missing")
    if expected != row.message_count:
        problem = f"the conversation counts {row.message_count} messages, the last is {expected}"
        yield Finding(row.id, f"message {row.message_count}", problem)
    yield from _check_once(row)


class _History:
    """The texts that messages of a conversation had after their first, as the log tells and as they are kept."""

    def __init__(self, row: Conversation) -> None:
        edits = Event.objects.filter(conversation=row, type=EDITED).order_by("seq")
        self.told: dict[str, list[str]] = {}
        for event in edits.iterator(chunk_size=CHUNK):
            self.told.setdefault(event.data["message"], []).append(event.data["text"])
        versions = MessageVersion.objects.filter(message__conversation=row).order_by("id")
        self.kept: dict[UUID, list[str]] = {}
        for version in versions.iterator(chunk_size=CHUNK):
            self.kept.setdefault(version.message_id, []).append(text_hash(version.salt, version.body))

    def differs(self, message: Message, first: str) -> str | None:
        kept = self.kept.get(message.id, [])
        if message.deleted_at:
            left = message.body or message.html or message.salt or kept
            return "it was deleted and something of it is still there" if left else None
        if [*kept, text_hash(message.salt, message.body)] == [first, *self.told.get(str(message.id), [])]:
            return None
        return "its text was changed"


def _differs(message: Message, event: Event | None, history: _History) -> str | None:
    if event is None:
        return "no event tells of it"
    data = event.data
    same_place = (data["number"], event.seq) == (message.number, message.seq)
    same_origin = (data["client_id"], event.actor_id) == (str(message.client_id), message.sender_id)
    if not same_place:
        return "its place is not the one its event tells"
    if not same_origin or event.at != message.sent_at:
        return "its sender, client_id or time is not what its event tells"
    return history.differs(message, data["text"])


def _check_files(row: Conversation) -> Iterator[Finding]:
    """The files of a message are those that its event tells of, under the names that they had."""
    carrying = Message.objects.filter(conversation=row, deleted_at=None).exclude(attached=None)
    files = Attachment.objects.filter(message__in=carrying).select_related("upload").order_by("place")
    names: dict[str, list[dict[str, str]]] = {}
    for file in files.iterator(chunk_size=CHUNK):
        told = {"id": str(file.pk), "name": text_hash(file.salt, file.upload.name)}
        names.setdefault(str(file.message_id), []).append(told)
    for event in Event.objects.filter(conversation=row, type=SENT, message__in=carrying).iterator():
        if event.data.get("attachments", []) != names.get(str(event.message_id), []):
            yield Finding(row.id, _name(event), "the files of its message, or their names, were changed")


def _check_once(row: Conversation) -> Iterator[Finding]:
    sent = Message.objects.filter(conversation=row).values("sender_id", "client_id")
    for double in sent.annotate(rows=Count("id")).filter(rows__gt=1):
        yield Finding(row.id, f"client_id {double['client_id']}", f"{double['rows']} messages carry it")


def _check_title(row: Conversation) -> Iterator[Finding]:
    """The title and the topic are those that were last given."""
    named = list(Event.objects.filter(conversation=row, type=CHANGED).order_by("-seq"))
    given = {"title": text_hash(row.title_salt, row.title), "topic": text_hash(row.topic_salt, row.topic)}
    for name, told in given.items():
        last = next((event for event in named if name in event.data), None)
        if last and last.data[name] != told:
            yield Finding(row.id, _name(last), f"the {name} is not the one that was last given")


def _check_members(row: Conversation) -> Iterator[Finding]:
    """What each member is shown as unread equals what a recount finds."""
    for member in Membership.objects.filter(conversation=row, left_seq=None).iterator(chunk_size=CHUNK):
        recounted = counts.skip_after(member, member.read_number)
        if member.skip != recounted:
            problem = f"unread leaves out {member.skip} messages, a recount finds {recounted}"
            yield Finding(row.id, f"member {member.user_id}", problem)
        if not 0 <= member.read_number <= row.message_count:
            yield Finding(
                row.id, f"member {member.user_id}", f"read up to {member.read_number}, which is not there"
            )


def _name(event: Event) -> str:
    return f"event {event.seq} ({event.id})"


def _label(message: Message) -> str:
    return f"message {message.number} ({message.id})"
