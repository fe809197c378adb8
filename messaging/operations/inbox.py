"""A member's own view of a conversation: received, read, unread from here.

Read state only moves forward; `mark_unread` is its own command. `skip` is recounted whenever `read_number` moves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Literal
from uuid import UUID

from django.db.models import F, Q, QuerySet

from chatify.lib import db, events
from chatify.lib.errors import ChatifyError, NotFound
from messaging.events import ReadState, ReadStateChanged
from messaging.models import Membership, Message
from messaging.queries import counts

Step = Literal["read", "got", "unread"]


@dataclass(frozen=True, slots=True)
class Advance:
    """One step of a member: `read` or `got` up to a message's number, or `unread` from it on."""

    user: UUID
    conversation: UUID
    kind: Step
    number: int


def advance(batch: Sequence[Advance]) -> list[ReadState | ChatifyError]:
    """Apply steps in order, in one transaction; the state after each, or NotFound for who is no member.

    Who reads as far as they have read already is shown again: their own answer may have moved them there unseen.
    """
    with db.atomic():
        rows = _locked(batch)
        changed: set[UUID] = set()
        outcomes = [_apply(step, rows, changed) for step in batch]
        moved = [row for row in rows.values() if row.id in changed]
        if moved:
            Membership.objects.bulk_update(moved, ["read_number", "delivered_number", "skip"])
        if shown := moved + _standing(batch, rows, changed):
            events.emit(ReadStateChanged([_state(row) for row in shown]))
    return outcomes


def _standing(
    batch: Sequence[Advance], rows: dict[tuple[UUID, UUID], Membership], changed: set[UUID]
) -> list[Membership]:
    """Rows that a step found where it leads to."""
    there = {(step.conversation, step.user): step.number for step in batch if step.kind == "read"}
    return [
        row for key, row in rows.items() if row.id not in changed and 0 < row.read_number == there.get(key, 0)
    ]


def mark_read(user: UUID, *, conversation: UUID, number: int) -> ReadState:
    """I have read everything up to this message. A number beyond the last message means the last."""
    return _one(Advance(user, conversation, "read", number))


def mark_delivered(user: UUID, *, conversation: UUID, number: int) -> ReadState:
    """My device has received everything up to this message."""
    return _one(Advance(user, conversation, "got", number))


def mark_unread(user: UUID, *, conversation: UUID, number: int) -> ReadState:
    """This message and what follows count as unread again."""
    return _one(Advance(user, conversation, "unread", number))


def recount(user: UUID, conversations: Iterable[UUID]) -> None:
    """What counts as unread for a member has changed: count it anew. Inside the transaction that changed it."""
    rows = list(_mine(user, conversations))
    for row in rows:
        row.skip = counts.skip_after(row, row.read_number)
    Membership.objects.bulk_update(rows, ["skip"])
    events.emit(ReadStateChanged([_state(row) for row in rows]))


def lock(user: UUID, conversations: Iterable[UUID]) -> None:
    """Hold the memberships of one person, so that nothing is counted meanwhile."""
    list(_mine(user, conversations))


def _mine(user: UUID, conversations: Iterable[UUID]) -> QuerySet[Membership]:
    rows = _lockable().filter(user_id=user, conversation_id__in=list(conversations))
    return rows.filter(left_seq=None).order_by("id")


def _lockable() -> QuerySet[Membership]:
    return (
        Membership.objects.select_for_update(of=("self",), no_key=True)
        .select_related("conversation")
        .annotate(shown=F("user__shows_receipts"))
    )


def _one(step: Advance) -> ReadState:
    (outcome,) = advance([step])
    if isinstance(outcome, ChatifyError):
        raise outcome
    return outcome


def _locked(batch: Sequence[Advance]) -> dict[tuple[UUID, UUID], Membership]:
    pairs = {(step.conversation, step.user) for step in batch}
    if not pairs:
        return {}
    wanted = reduce(or_, (Q(conversation_id=conversation, user_id=user) for conversation, user in pairs))
    rows = _lockable().filter(wanted, left_seq=None).order_by("id")
    return {(row.conversation_id, row.user_id): row for row in rows}


def _apply(
    step: Advance, rows: dict[tuple[UUID, UUID], Membership], changed: set[UUID]
) -> ReadState | ChatifyError:
    row = rows.get((step.conversation, step.user))
    if row is None:
        return NotFound("There is no such conversation.")
    if _move(row, step.kind, max(0, min(step.number, row.conversation.message_count))):
        changed.add(row.id)
    return _state(row)


def _move(row: Membership, kind: Step, number: int) -> bool:
    """Change the row in memory; False when the step would move it back or nowhere."""
    if kind == "got":
        forward = number > row.delivered_number
        row.delivered_number = max(row.delivered_number, number)
        return forward
    target = max(0, number - 1, _unseen(row)) if kind == "unread" else number
    if target == row.read_number or (target < row.read_number) != (kind == "unread"):
        return False
    row.read_number = target
    row.delivered_number = max(row.delivered_number, target)
    row.skip = counts.skip_after(row, target)
    return True


def _unseen(row: Membership) -> int:
    """The last message from before this member came, where they may not read those: none of them ever waits."""
    if not row.visible_from_seq:
        return 0
    before = Message.objects.filter(conversation_id=row.conversation_id, seq__lt=row.visible_from_seq)
    return before.order_by("-number").values_list("number", flat=True).first() or 0


def _state(row: Membership) -> ReadState:
    return ReadState(
        conversation=row.conversation_id,
        user=row.user_id,
        delivered=row.delivered_number,
        read=row.read_number,
        unread=counts.unread(row),
        shown=row.shown and not row.request,  # type: ignore[attr-defined]
    )
