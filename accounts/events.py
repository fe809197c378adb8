"""Facts about people that others may need to know. Emitted through `chatify.lib.events`, after the commit."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """One session is over (a sign-out): what it had open must close."""

    session_key: str
    user_id: UUID


@dataclass(frozen=True, slots=True)
class SessionsChanged:
    """Sessions of a person may be over (new password, suspension, sign-out everywhere): look again."""

    user_id: UUID


@dataclass(frozen=True, slots=True)
class ContactAsked:
    """Somebody asks somebody to be a contact."""

    request: UUID
    sender: UUID
    receiver: UUID


@dataclass(frozen=True, slots=True)
class ContactsChanged:
    """Two people became contacts, or are none any more."""

    one: UUID
    other: UUID


@dataclass(frozen=True, slots=True)
class BlocksChanged:
    """Somebody blocked or unblocked somebody."""

    blocker: UUID
    blocked: UUID


@dataclass(frozen=True, slots=True)
class ReachChanged:
    """What these people show of the moment, or to whom, is another now."""

    users: tuple[UUID, ...]
