"""The types of events, and the facts that operations emit."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

SENT = "message.sent"
EDITED = "message.edited"
DELETED = "message.deleted"
JOINED = "member.joined"
LEFT = "member.left"
ROLE = "member.role"
CHANGED = "conversation.changed"
HIDDEN = "hidden"
TYPES = (SENT, EDITED, DELETED, JOINED, LEFT, ROLE, CHANGED, HIDDEN)


@dataclass(frozen=True, slots=True)
class PublishedEvent:
    """An event as every door shows it: `event` is the public object of the API and the socket."""

    id: UUID
    conversation: UUID
    version: int
    event: dict[str, Any]


@dataclass(frozen=True, slots=True)
class LogAppended:
    """Rows were committed, in the order of the log."""

    rows: list[PublishedEvent]


@dataclass(frozen=True, slots=True)
class ReadState:
    """How far a member has received and read; numbers of messages. `shown`: whether others may know."""

    conversation: UUID
    user: UUID
    delivered: int
    read: int
    unread: int
    shown: bool = True


@dataclass(frozen=True, slots=True)
class ReadStateChanged:
    """Members received or read more (or marked unread)."""

    states: list[ReadState]
