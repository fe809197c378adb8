"""The types of events, and the facts that operations emit."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

SENT = "message.sent"
EDITED = "message.edited"
DELETED = "message.deleted"
REACTED = "message.reacted"
PINNED = "message.pinned"
UPDATED = "message.updated"
JOINED = "member.joined"
LEFT = "member.left"
ROLE = "member.role"
CHANGED = "conversation.changed"
HIDDEN = "hidden"
TYPES = (SENT, EDITED, DELETED, REACTED, PINNED, UPDATED, JOINED, LEFT, ROLE, CHANGED, HIDDEN)
CHANGES = frozenset((EDITED, DELETED, REACTED, PINNED, UPDATED))
"""What happens to a message after it was sent."""
QUIET = CHANGES
"""What does not move a conversation up in the inbox."""


class Withheld(dict[str, Any]):
    """The public object of an event that only its actor may see (`as_seen_by`)."""


def as_seen_by(user: str, event: dict[str, Any]) -> dict[str, Any]:
    """The event as this person gets it: whole, or as a place in the order and nothing more."""
    return hidden(event) if isinstance(event, Withheld) and event["actor"] != user else event


def hidden(event: dict[str, Any]) -> dict[str, Any]:
    """What everybody but its actor gets of a withheld event."""
    place = {"conversation": event["conversation"], "seq": event["seq"]}
    return {**place, "event": HIDDEN, "actor": None, "at": None, "data": {}, "digest": None}


@dataclass(frozen=True, slots=True)
class PublishedEvent:
    """An event as every door shows it: `event` is the public object of the API and the socket, or `Withheld`."""

    id: UUID
    conversation: UUID
    version: int
    event: dict[str, Any]


@dataclass(frozen=True, slots=True)
class LogAppended:
    """Rows were committed, in the order of the log. `batch` is what stays unsettled until all of them are announced."""

    rows: list[PublishedEvent]
    batch: UUID


@dataclass(frozen=True, slots=True)
class RequestAccepted:
    """Somebody takes part from now on in what somebody they did not know had begun."""

    conversation: UUID
    user: UUID


@dataclass(frozen=True, slots=True)
class RowsChanged:
    """These lines of somebody's inbox look different to them, and no event says so."""

    user: UUID
    conversations: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class MailBrought:
    """Mail from elsewhere is in these conversations of somebody."""

    user: UUID
    conversations: tuple[UUID, ...]


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


@dataclass(frozen=True, slots=True)
class NoticesChanged:
    """Another number of notices waits for these people, perhaps because of the fresh ones."""

    users: tuple[UUID, ...]
    fresh: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class CallsOver:
    """What browsers of these people were called for within a day was read."""

    users: frozenset[UUID]
