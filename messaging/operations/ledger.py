"""One locked conversation, and what is about to be appended to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from chatify.lib import digest, ids
from chatify.lib.digest import text_hash, to_milliseconds
from messaging import presenters
from messaging.events import QUIET, SENT, PublishedEvent
from messaging.models import Attachment, Conversation, Message
from messaging.operations.records import Head, Identity, Member, NewEvent, NewMessage, Sent

Row = TypeVar("Row", Head, Conversation)


@dataclass(slots=True, kw_only=True)
class Draft:
    """A message that is ready to enter the log: validated, rendered, not yet ordered."""

    conversation: UUID
    sender: User
    client_id: UUID
    body: str
    html: str
    salt: str
    reply_to: UUID | None = None
    reads: bool = True
    """Whether sending it reads the conversation: from an open page yes, from a bot or a schedule no."""
    sent_at: datetime | None = None
    forwarded_from: Message | None = None
    """The message it repeats, with its sender; who sends it may read that."""
    mentions: Sequence[UUID | None] = ()
    """Whom it calls by name; None is everyone."""
    attachments: Sequence[UUID] = ()
    """The uploads it wants to carry."""
    files: Sequence[Attachment] = ()
    """The rows of those that it took."""
    letter: dict[str, Any] | None = None
    """What it said of its sender and recipients where it was brought from."""

    @property
    def identity(self) -> Identity:
        return str(self.conversation), str(self.sender.id), str(self.client_id)


@dataclass(slots=True)
class Ledger(Generic[Row]):
    """A conversation whose row this transaction holds. Only `log` makes one and writes it back."""

    conversation: Row
    messages: list[NewMessage] = field(default_factory=list)
    events: list[NewEvent] = field(default_factory=list)
    members: dict[str, Member] = field(default_factory=dict)
    people: dict[UUID, User] = field(default_factory=dict)
    touched: bool = False

    @property
    def changed(self) -> bool:
        return self.touched or bool(self.events)

    @property
    def next_seq(self) -> int:
        return self.conversation.head + 1

    def message(
        self, draft: Draft, identity: Identity, member: Member, answered: Message | None, at: datetime
    ) -> Sent:
        """Give the draft its number and its seq. `answered` is the message that `reply_to` names."""
        row, key = self.conversation, ids.uuid7()
        conversation, sender, client_id = identity
        message = NewMessage(
            id=str(key),
            conversation_id=conversation,
            number=row.message_count + 1,
            seq=row.head + 1,
            sender=draft.sender,
            sender_id=sender,
            client_id=client_id,
            body=draft.body,
            html=draft.html,
            salt=draft.salt,
            reply_to_id=str(draft.reply_to) if draft.reply_to else None,
            reply_to=answered,
            sent_at=at,
            files=draft.files,
            letter=draft.letter,
        )
        if draft.forwarded_from:
            message.forwarded_from_id, message.origin = (
                str(draft.forwarded_from.id),
                draft.forwarded_from.author,
            )
        message.mentions = draft.mentions
        self.messages.append(message)
        row.message_count = message.number
        self._enter(SENT, sender, _message_data(message), at, message)
        self._count(member, message.number, reads=draft.reads)
        return Sent(key, draft.conversation, draft.client_id, message.seq, message.number, at)

    def event(
        self,
        type: str,
        actor: User | None,
        data: Mapping[str, Any],
        *,
        at: datetime | None = None,
        about: User | None = None,
        message: Message | None = None,
    ) -> None:
        """Append one event. `data` has no human text in it; `about` is the person it speaks of and `message` the one
        that it changes, for presenting."""
        self.people.update({person.id: person for person in (actor, about) if person})
        entered = to_milliseconds(at or timezone.now())
        self._enter(type, str(actor.id) if actor else None, dict(data), entered, message)

    def bump_membership(self) -> None:
        """Members changed: whoever holds an older version must read them again before delivering."""
        self.conversation.membership_version += 1
        self.touched = True

    def published(self) -> list[PublishedEvent]:
        """The new events as every door shows them."""
        row = self.conversation
        id, version = UUID(str(row.id)), row.membership_version
        return [
            PublishedEvent(event.key, id, version, presenters.event(event, self.people))
            for event in self.events
        ]

    def _enter(
        self,
        type: str,
        actor: str | None,
        data: dict[str, Any],
        at: datetime,
        message: NewMessage | Message | None = None,
    ) -> None:
        """The one place where an event gets its seq and its digest."""
        row = self.conversation
        conversation, seq = str(row.id), row.head + 1
        told, key = digest.told(data), ids.uuid7()
        mark = digest.chain(row.head_digest, digest.entry(conversation, seq, type, actor, at, told))
        id = str(message.id) if message else None
        self.events.append(
            NewEvent(key, str(key), row, conversation, seq, type, actor, message, id, data, told, at, mark)
        )
        row.head, row.head_digest = seq, mark
        if type in QUIET:
            return
        row.last_activity_at = at if seq == 1 else max(row.last_activity_at, at)

    def _count(self, member: Member, number: int, *, reads: bool) -> None:
        if reads:
            member.read_number = member.delivered_number = number
            member.skip = 0
        else:
            member.skip += 1
        self.members[member.id] = member


def _message_data(message: NewMessage) -> dict[str, Any]:
    data = {
        "message": message.id,
        "number": message.number,
        "client_id": message.client_id,
        "reply_to": message.reply_to_id,
        "text": text_hash(message.salt, message.body),
    }
    if message.forwarded_from_id:
        data["forwarded_from"] = message.forwarded_from_id
    if message.letter is not None:
        data["origin"] = "import"
    if message.files:
        data["attachments"] = [told(file) for file in message.files]
    return data


def told(file: Attachment) -> dict[str, str]:
    """What the log tells of a file: which it is, and how to prove its name."""
    return {"id": str(file.pk), "name": text_hash(file.salt, file.upload.name)}
