"""Rows on their way into the log, as light records: model instances would cost more than storing them.

Their ids are text in the usual 36-character form, which is what JSON, SQL and dictionaries want.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, NamedTuple, Protocol
from uuid import UUID

from accounts.models import User
from chatify.lib.digest import stamp
from messaging.models import Attachment, Conversation, Message
from messaging.models.stored import StoredMessage

Identity = tuple[str, str, str]
"""Conversation, sender, client_id: what a message is known by for ever."""


class Sent(NamedTuple):
    """What the sender is told: the place of the message in the log. `duplicate` marks the answer to a repeated send."""

    id: UUID
    conversation: UUID
    client_id: UUID
    seq: int
    number: int
    at: datetime
    duplicate: bool = False

    def again(self) -> "Sent":
        return self._replace(duplicate=True)

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


@dataclass(slots=True)
class Head:
    """The part of a conversation's row that appending reads and changes."""

    id: str
    head: int
    head_digest: str
    message_count: int
    membership_version: int
    last_activity_at: datetime
    members_post: bool = True
    """Whether all members may write, or only those who run the group."""


@dataclass(slots=True)
class Member:
    """The part of a membership that sending reads and changes."""

    id: str
    visible_from_seq: int
    read_number: int
    delivered_number: int
    skip: int
    special: bool = False
    """Whether sending asks for more than appending: somebody blocked this member, or they answer a request."""
    manages: bool = False
    """Whether they are an owner or an admin."""


@dataclass(slots=True)
class NewMessage:
    """A message that is about to be stored."""

    id: str
    conversation_id: str
    number: int
    seq: int
    sender: User
    sender_id: str
    client_id: str
    body: str
    html: str
    salt: str
    reply_to_id: str | None
    reply_to: Message | None
    sent_at: datetime
    withheld: bool = False
    forwarded_from_id: str | None = None
    origin: User | None = None
    mentions: Sequence[UUID | None] = ()
    edited_at: ClassVar[None] = None
    deleted_at: ClassVar[None] = None
    files: Sequence[Attachment] = ()
    letter: dict[str, Any] | None = None
    pin: ClassVar[None] = None
    reactions: ClassVar[tuple[()]] = ()
    previews: ClassVar[tuple[()]] = ()

    @property
    def writer(self) -> User:
        return self.sender


@dataclass(slots=True)
class NewEvent:
    """An event that is about to be stored. `key` is its id as it is published, `told` its data as canonical JSON."""

    key: UUID
    id: str
    conversation: Head | Conversation
    conversation_id: str
    seq: int
    type: str
    actor_id: str | None
    message: StoredMessage | None
    message_id: str | None
    data: dict[str, Any]
    told: str
    at: datetime
    digest: str
    withheld: bool = False


class Locked(NamedTuple):
    """What a transaction holds and knows of the conversations it appends to."""

    heads: dict[str, Head]
    members: dict[tuple[str, str], Member]
    """The senders who are members, by conversation and person."""
    known: dict[Identity, Sent]
    """What was already sent under these client ids."""


class Untold(NamedTuple):
    """A batch on its way to be announced: [conversation, first seq, last seq] of what it appends."""

    id: UUID
    at: datetime
    ranges: list[tuple[str, int, int]]


class Rows(NamedTuple):
    """What is to be stored; heads and members hold their new values."""

    messages: Sequence[NewMessage]
    events: Sequence[NewEvent]
    heads: Sequence[Head]
    members: Sequence[Member]
    untold: Untold | None = None
    """What is to be announced; None where nobody is told."""


class Backend(Protocol):
    """The statements of the log for one sort of database: a constant number of them for a batch of any size."""

    def lock(self, wanted: Sequence[Identity]) -> Locked:
        """Lock the conversations, then the senders' memberships, each by id; then look what was sent before."""

    def sent_before(self, wanted: Sequence[Identity]) -> dict[Identity, Sent]:
        """The original answers to what was already sent. Locks nothing."""

    def write(self, rows: Rows) -> None:
        """Store everything."""
