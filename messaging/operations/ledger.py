"""One locked conversation, and what is about to be appended to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from chatify.lib.digest import chain, stamp, text_hash, to_milliseconds
from chatify.lib.ids import uuid7
from messaging import presenters
from messaging.events import SENT, PublishedEvent
from messaging.models import Conversation, Event, Membership, Message


@dataclass(frozen=True, slots=True, kw_only=True)
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

    @property
    def identity(self) -> tuple[UUID, UUID, UUID]:
        return self.conversation, self.sender.id, self.client_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What the sender is told: the place of the message in the log. `duplicate` marks the answer to a repeated send."""

    id: UUID
    conversation: UUID
    client_id: UUID
    seq: int
    number: int
    at: datetime
    duplicate: bool = False

    def again(self) -> "Sent":
        return replace(self, duplicate=True)

    def shape(self) -> dict[str, Any]:
        """The acknowledgement as the socket and the form give it."""
        return {
            "type": "ack",
            "client_id": str(self.client_id),
            "conversation": str(self.conversation),
            "id": str(self.id),
            "seq": self.seq,
            "number": self.number,
            "at": stamp(self.at),
            "duplicate": self.duplicate,
        }

    @classmethod
    def of(cls, message: Message) -> "Sent":
        return cls(
            id=message.id,
            conversation=message.conversation_id,
            client_id=message.client_id,
            seq=message.seq,
            number=message.number,
            at=message.sent_at,
        )


@dataclass(slots=True)
class Ledger:
    """A conversation whose row this transaction holds. Only `log` makes one and writes it back."""

    conversation: Conversation
    messages: list[Message] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    members: dict[UUID, Membership] = field(default_factory=dict)
    people: dict[UUID, User] = field(default_factory=dict)
    touched: bool = False

    @property
    def changed(self) -> bool:
        return self.touched or bool(self.events)

    @property
    def next_seq(self) -> int:
        return self.conversation.head + 1

    def message(self, draft: Draft, member: Membership) -> Sent:
        """Give the draft its number and its seq."""
        at = to_milliseconds(draft.sent_at or timezone.now())
        message = Message(
            id=uuid7(),
            conversation=self.conversation,
            number=self.conversation.message_count + 1,
            seq=self.next_seq,
            sender=draft.sender,
            client_id=draft.client_id,
            body=draft.body,
            html=draft.html,
            salt=draft.salt,
            reply_to_id=draft.reply_to,
            sent_at=at,
        )
        self.messages.append(message)
        self.conversation.message_count += 1
        self.event(SENT, draft.sender, _message_data(message), at=at, message=message)
        self._count(member, message, reads=draft.reads)
        return Sent.of(message)

    def event(
        self,
        type: str,
        actor: User | None,
        data: Mapping[str, Any],
        *,
        at: datetime | None = None,
        message: Message | None = None,
        about: User | None = None,
    ) -> Event:
        """Append one event. `data` has no human text in it; `about` is the person it speaks of, for presenting."""
        row = self.conversation
        event = Event(
            id=uuid7(),
            conversation=row,
            seq=self.next_seq,
            type=type,
            actor_id=actor.id if actor else None,
            message=message,
            data=dict(data),
            at=at or to_milliseconds(timezone.now()),
        )
        event.digest = chain(row.head_digest, event.canonical())
        row.head, row.head_digest = event.seq, event.digest
        row.last_activity_at = event.at if row.head == 1 else max(row.last_activity_at, event.at)
        self.events.append(event)
        self.people.update({person.id: person for person in (actor, about) if person})
        return event

    def bump_membership(self) -> None:
        """Members changed: whoever holds an older version must read them again before delivering."""
        self.conversation.membership_version += 1
        self.touched = True

    def published(self) -> list[PublishedEvent]:
        """The new events as every door shows them."""
        version = self.conversation.membership_version
        return [
            PublishedEvent(event.id, self.conversation.id, version, presenters.event(event, self.people))
            for event in self.events
        ]

    def _count(self, member: Membership, message: Message, *, reads: bool) -> None:
        if reads:
            member.read_number = member.delivered_number = message.number
            member.skip = 0
        else:
            member.skip += 1
        self.members[member.id] = member


def _message_data(message: Message) -> dict[str, Any]:
    return {
        "message": str(message.id),
        "number": message.number,
        "client_id": str(message.client_id),
        "reply_to": str(message.reply_to_id) if message.reply_to_id else None,
        "text": text_hash(message.salt, message.body),
    }
