"""What somebody shows of the moment and to whom: decided here for pages, API and socket alike."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import UUID

from django.db.models import Q

from accounts.models import Block, Contact, User
from accounts.models.user import Audience


@dataclass(frozen=True, slots=True)
class Reach:
    """One person's switches. `contacts` is filled where only they may look; `parted` are people of a block."""

    presence: bool = True
    last_seen: bool = True
    typing: bool = True
    receipts: bool = True
    contacts: frozenset[str] | None = None
    parted: frozenset[str] = frozenset()
    sending: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """What they chose about sending, for whoever keeps that: their open sockets go by it."""

    def shows_presence_to(self, other: str) -> bool:
        """Whether this person's side allows it; the other's own is asked by `meets`."""
        return (
            self.presence and other not in self.parted and (self.contacts is None or other in self.contacts)
        )

    def meets(self, other: "Reach", *, me: str, them: str) -> bool:
        """Whether these two see that the other is here. Both ways: from whom one hides, one does not see."""
        return self.shows_presence_to(them) and other.shows_presence_to(me)

    def packed(self) -> dict[str, Any]:
        """For other processes; blocks stay here, since each side knows its own."""
        contacts = sorted(self.contacts) if self.contacts is not None else None
        return {"presence": self.presence, "last_seen": self.last_seen, "contacts": contacts}

    @classmethod
    def unpacked(cls, body: dict[str, Any]) -> Self:
        contacts = body["contacts"]
        return cls(
            presence=body["presence"],
            last_seen=body["last_seen"],
            contacts=frozenset(contacts) if contacts is not None else None,
        )


OPEN = Reach()


def plain(user: User) -> Reach | None:
    """The reach of somebody of whom the row says all; None where contacts or blocks must be read."""
    if user.parted or user.audience == Audience.CONTACTS:
        return None
    return _of(user, None, frozenset())


def of(users: Sequence[User]) -> dict[UUID, Reach]:
    """The reach of each. At most two queries, none where the rows say all."""
    contacts = _contacts(user.id for user in users if user.audience == Audience.CONTACTS)
    parted = _parted({user.id for user in users if user.parted})
    return {
        user.id: _of(
            user,
            frozenset(contacts[user.id]) if user.audience == Audience.CONTACTS else None,
            frozenset(parted[user.id]),
        )
        for user in users
    }


def by_id(user: UUID) -> Reach | None:
    """The reach of a person as it is now; None for somebody who is gone."""
    row = User.objects.filter(pk=user).first()
    return of([row])[row.id] if row else None


def _of(user: User, contacts: frozenset[str] | None, parted: frozenset[str]) -> Reach:
    return Reach(
        presence=user.shows_presence and user.audience != Audience.NOBODY,
        last_seen=user.shows_last_seen,
        typing=user.shows_typing,
        receipts=user.shows_receipts,
        contacts=contacts,
        parted=parted,
        # Of a row that was read for others, their settings are not there, and nobody's to know.
        sending=user.__dict__.get("settings", {}).get("sending", {}),
    )


def _contacts(owners: Iterable[UUID]) -> defaultdict[UUID, set[str]]:
    found: defaultdict[UUID, set[str]] = defaultdict(set)
    wanted = list(owners)
    if wanted:
        for owner, person in Contact.objects.filter(owner_id__in=wanted).values_list("owner_id", "person_id"):
            found[owner].add(str(person))
    return found


def _parted(users: set[UUID]) -> defaultdict[UUID, set[str]]:
    found: defaultdict[UUID, set[str]] = defaultdict(set)
    if users:
        rows = Block.objects.filter(Q(blocker_id__in=users) | Q(blocked_id__in=users))
        for blocker, blocked in rows.values_list("blocker_id", "blocked_id"):
            found[blocker].add(str(blocked))
            found[blocked].add(str(blocker))
    return found
