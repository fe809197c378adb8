"""How a member's conversations stand in their own inbox: done, pinned, muted, snoozed, how much is heard of them.

Nobody else learns of it. Each change takes many conversations at once and remembers how they stood, so that it can be
undone.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from chatify.jobs import operations as jobs
from chatify.lib import db, events, moments
from chatify.lib.errors import Invalid, NotFound
from messaging.events import RowsChanged
from messaging.models import InboxChange, Membership
from messaging.operations import changes
from messaging.queries.standing import FOREVER

FIELDS = ["done_at", "done_number", "snoozed_until", "snoozed_number", "muted_until", "pinned_at", "level"]
SNOOZE_OVER = "snooze.over"
HEARD = {
    "": "told of as you chose for their kind",
    "all": "told of with every message",
    "mentions": "told of when you are mentioned",
    "nothing": "told of no more",
}
Setter = Callable[[Membership, datetime], None]


def done(actor: User, *, conversations: Sequence[UUID], on: bool = True) -> InboxChange:
    """Put them away until something new comes, or take them back."""
    return _change(actor, conversations, _done if on else _undone, "done" if on else "back in the inbox")


def pin(actor: User, *, conversations: Sequence[UUID], on: bool = True) -> InboxChange:
    """Keep them on top, or no longer."""

    def setter(row: Membership, now: datetime) -> None:
        row.pinned_at = (row.pinned_at or now) if on else None

    return _change(actor, conversations, setter, "pinned" if on else "no longer pinned")


def mute(
    actor: User, *, conversations: Sequence[UUID], until: datetime | None = None, on: bool = True
) -> InboxChange:
    """Be told nothing of them until a time, or until it is switched on again (None). Raises Invalid for a past time."""
    end = moments.to_come(until, field="until") if until and until < FOREVER else FOREVER

    def setter(row: Membership, now: datetime) -> None:
        row.muted_until = end if on else None

    return _change(actor, conversations, setter, "muted" if on else "no longer muted")


def hear(actor: User, *, conversations: Sequence[UUID], level: str) -> InboxChange:
    """Of what in them one wants to hear: `all`, `mentions`, `nothing`, or "" for what was chosen for their kind. Raises
    Invalid for anything else."""
    if level not in Membership.Level.values:
        raise Invalid.field("level", "Choose all, mentions or nothing.")

    def setter(row: Membership, now: datetime) -> None:
        row.level = level

    return _change(actor, conversations, setter, HEARD[level])


def snooze(actor: User, *, conversations: Sequence[UUID], until: datetime) -> InboxChange:
    """Out of sight until a time, or until somebody writes. Raises Invalid for a time that is over."""
    end = moments.to_come(until, field="until")

    def setter(row: Membership, now: datetime) -> None:
        row.snoozed_until, row.snoozed_number = end, row.conversation.message_count
        row.done_at = None

    with db.atomic():
        change = _change(actor, conversations, setter, "snoozed")
        for id in changes.conversations_of(change):
            payload = {"user": str(actor.id), "conversation": str(id)}
            jobs.add(kind=SNOOZE_OVER, key=f"{actor.id}:{id}:{end.isoformat()}", payload=payload, due=end)
    return change


def wake(actor: User, *, conversations: Sequence[UUID]) -> InboxChange:
    """End the snooze now."""

    def setter(row: Membership, now: datetime) -> None:
        row.snoozed_until = None

    return _change(actor, conversations, setter, "back in the inbox")


def snooze_is_over(payload: dict[str, str]) -> None:
    """The job at the end of a snooze: the row has come back by itself, open pages are told to look."""
    events.emit(RowsChanged(UUID(payload["user"]), (UUID(payload["conversation"]),)))


def _done(row: Membership, now: datetime) -> None:
    row.done_at, row.done_number = now, row.conversation.message_count
    row.snoozed_until = None


def _undone(row: Membership, now: datetime) -> None:
    row.done_at = None


def _change(actor: User, conversations: Sequence[UUID], setter: Setter, words: str) -> InboxChange:
    """Apply `setter` to the actor's rows and remember what it changed. Raises NotFound where none is theirs."""
    now = timezone.now()
    with db.atomic():
        rows = locked(actor, conversations)
        before = {str(row.conversation_id): _set(row, setter, now) for row in rows}
        changed = [row for row in rows if before[str(row.conversation_id)]]
        Membership.objects.bulk_update(changed, FIELDS)
        events.emit(RowsChanged(actor.id, tuple(row.conversation_id for row in changed)))
        return changes.remember(actor, words, len(rows), rows=before)


def locked(actor: User, conversations: Sequence[UUID]) -> list[Membership]:
    """The actor's own rows of these conversations, held by the transaction. Raises NotFound where none is theirs."""
    rows = list(
        Membership.objects.select_for_update(of=("self",), no_key=True)
        .select_related("conversation")
        .filter(conversation_id__in=conversations, user=actor, left_seq=None)
        .order_by("id")
    )
    if not rows:
        raise NotFound("There is no such conversation.")
    return rows


def mine(actor: User, conversations: Sequence[UUID]) -> list[Membership]:
    """The same rows, only looked at."""
    rows = Membership.objects.filter(conversation_id__in=conversations, user=actor, left_seq=None)
    found = list(rows.select_related("conversation").order_by("id"))
    if not found:
        raise NotFound("There is no such conversation.")
    return found


def _set(row: Membership, setter: Setter, now: datetime) -> dict[str, object]:
    """Change the row in memory; the values before of what changed."""
    _forget_what_is_over(row, now)
    before = {name: getattr(row, name) for name in FIELDS}
    setter(row, now)
    return {name: value for name, value in before.items() if value != getattr(row, name)}


def _forget_what_is_over(row: Membership, now: datetime) -> None:
    """What a message has ended must not begin anew because the conversation is muted now."""
    if row.done_at and not row.is_done(now):
        row.done_at = None
    if row.snoozed_until and row.snoozed_until > now and not row.is_snoozed(now):
        row.snoozed_until = None
