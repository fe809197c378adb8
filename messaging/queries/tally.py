"""Every unread number of a person, counted again from the messages and added up from the lists it leads to."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from messaging.models import Membership
from messaging.queries import counts, inbox
from messaging.queries.inbox import InboxRow


@dataclass(frozen=True, slots=True)
class Difference:
    """A number that is shown and another that was found."""

    user: str
    where: str
    shown: int
    found: int

    def __str__(self) -> str:
        return f"@{self.user}, {self.where}: shows {self.shown}, counted {self.found}"


def people() -> list[User]:
    """Everybody who is in a conversation."""
    return list(User.objects.filter(memberships__left_seq=None).distinct().order_by("username"))


def differences(user: User) -> Iterator[Difference]:
    """What does not add up: a row's number against its messages, a filter's against the rows that it leads to."""
    recounted = {row.conversation_id: _recounted(row) for row in _memberships(user)}
    for name, shown in _shown_by_filter(user).items():
        rows = list(_rows(user, name))
        for row in rows:
            found = recounted.get(row.conversation.id, 0)
            if row.unread != found:
                yield Difference(
                    user.username, f"conversation {row.conversation.id} under {name}", row.unread, found
                )
        if shown != (added := sum(recounted.get(row.conversation.id, 0) for row in rows)):
            yield Difference(user.username, f"the number of {name}", shown, added)
    yield from _missing(user, recounted)


def _missing(user: User, recounted: dict[UUID, int]) -> Iterator[Difference]:
    """A conversation of the inbox with something unread stands under Unread, and no other does."""
    waiting = {row.conversation.id for row in _rows(user, "all") if recounted.get(row.conversation.id)}
    listed = {row.conversation.id for row in _rows(user, "unread")}
    for id in waiting ^ listed:
        yield Difference(
            user.username, f"conversation {id} in the list of unread ones", id in listed, id in waiting
        )


def _shown_by_filter(user: User) -> dict[str, int]:
    shown = counts.by_filter(user.pk)
    for name in ("requests", "notices"):  # numbers of rows, not of what is unread in them
        shown.pop(name)
    return {**shown, "all": counts.unread_total(user.pk)}


def _rows(user: User, name: str) -> Iterator[InboxRow]:
    cursor = None
    while True:
        page = inbox.page(user, filter=name, cursor=cursor, limit=100)
        yield from page.items
        if (cursor := page.next) is None:
            return


def _memberships(user: User) -> Iterator[Membership]:
    rows = Membership.objects.filter(user=user, left_seq=None).select_related("conversation")
    return rows.iterator(chunk_size=500)


def _recounted(row: Membership) -> int:
    later = row.conversation.message_count - row.read_number
    return later - counts.skip_after(row, row.read_number)
