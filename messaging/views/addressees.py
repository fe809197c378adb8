"""The lines above a letter: who wrote it to whom, and how far each has read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from chatify.lib import addresses
from messaging.models import Conversation, Membership, Scheduled
from messaging.queries import copies, receipts, scheduled
from messaging.queries.receipts import Marks

LINES = (("from", "From"), ("to", "To"), ("cc", "Cc"), ("bcc", "Bcc"))


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody in the head of a letter. `read` is what they are said to have done with what the reader wrote last,
    `copy` where they have it, who got it as Bcc."""

    person: User
    read: str = ""
    copy: str = ""
    member: bool = True
    """Whether they are in this conversation."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line above a mail thread."""

    label: str
    people: list[Addressee]


def of(
    user: User,
    found: Conversation,
    listed: Sequence[Membership],
    shown: Mapping[UUID, Marks],
    *,
    mine: int,
    held: Sequence[Scheduled] = (),
) -> list[Line]:
    """From, To, Cc and, for those who may know of it, Bcc: each only where there is somebody. `held` is what waits
    here: a first letter names whom it will go to."""
    if not found.traits.has_subject:
        return []
    rows = [(each.mail_role, Addressee(each.user, _read(shown.get(each.pk), mine))) for each in listed]
    if found.copy_of_id:
        rows += [(each.mail_role, Addressee(each.user, member=False)) for each in copies.addressed(found)]
    to_come = [
        (part, person)
        for named in scheduled.addressed(held).values()
        for part in named
        for person in named[part]
    ]
    rows += [(part, Addressee(person, member=False)) for part, person in to_come]
    return lines([*rows, *_blind(user, found)])


def lines(rows: Iterable[tuple[str, Addressee]]) -> list[Line]:
    kept = list(rows)
    made = (Line(label, [each for role, each in kept if role == wanted]) for wanted, label in LINES)
    return [line for line in made if line.people]


def _blind(user: User, found: Conversation) -> Iterator[tuple[str, Addressee]]:
    got = copies.of(user, [found]).get(found.pk, [])
    shown = receipts.shown_to(user, got) if got else {}
    for each in got:
        read = _read(shown.get(each.pk), 1)
        place = addresses.of("conversation", each.conversation_id)
        yield each.mail_role, Addressee(each.user, read, place, member=False)


def _read(marks: Marks | None, number: int) -> str:
    """Nothing where it is not shown, or the reader wrote nothing."""
    if marks is None or not number:
        return ""
    return "read" if marks.read >= number else "delivered" if marks.delivered >= number else "sent"
