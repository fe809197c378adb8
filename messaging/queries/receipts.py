"""Whose receiving and reading somebody may know: it takes the switches of both, no block between them, and that both
take part in the conversation."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from accounts import reach
from accounts.models import User
from messaging.models import Membership, StoppedReceipt


class Marks(NamedTuple):
    """Numbers of the last messages that somebody received and read."""

    delivered: int
    read: int


def shown_to(
    actor: User, memberships: Iterable[Membership], *, my: Membership | None = None
) -> Mapping[UUID, Marks]:
    """By membership, loaded with `user`, what the actor may know; the others show nothing. At most two queries.

    `my` is the actor's own membership where it may not be among them.
    """
    rows = list(memberships)
    mine = reach.of([actor])[actor.id]
    own = [row for row in rows if row.user_id == actor.id] + ([my] if my else [])
    unanswered = {row.conversation_id for row in own if row.request}
    parted = {UUID(person) for person in mine.parted}
    stopped = _stopped([row for row in rows if row.user_id in parted])
    shown: dict[UUID, Marks] = {}
    for row in rows:
        marks: Marks | None = Marks(row.delivered_number, row.read_number)
        if row.user_id != actor.id:
            asked = row.request or row.conversation_id in unanswered
            if asked or not (mine.receipts and row.user.shows_receipts):
                continue
            if row.user_id in parted:
                marks = stopped.get((row.conversation_id, row.user_id))
        if marks is not None:
            shown[row.pk] = marks
    return shown


def _stopped(rows: Sequence[Membership]) -> dict[tuple[UUID, UUID], Marks]:
    """Who blocked the other of a chat goes on being seen where they were then."""
    if not rows:
        return {}
    found = StoppedReceipt.objects.filter(
        conversation_id__in={row.conversation_id for row in rows},
        blocker_id__in={row.user_id for row in rows},
    )
    return {
        (row.conversation_id, row.blocker_id): Marks(row.delivered_number, row.read_number) for row in found
    }
