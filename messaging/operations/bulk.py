"""One thing done to many conversations of one's inbox at once."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Subquery

from accounts.models import User
from chatify.lib.errors import Invalid
from messaging.models import InboxChange, Membership, Message
from messaging.operations import changes, inbox, labels, standing
from messaging.operations.inbox import Advance

MOST = 200


def apply(
    actor: User,
    *,
    do: str,
    conversations: Sequence[UUID],
    until: datetime | None = None,
    label: UUID | None = None,
) -> InboxChange:
    """Do one of DEEDS, `label`, `unlabel` or `snooze`; what is not the actor's is left out.

    Raises Invalid for an unknown deed, nothing chosen or too much; NotFound where nothing of it is theirs.
    """
    if not conversations:
        raise Invalid.field("conversation", "Choose at least one conversation.")
    if len(conversations) > MOST:
        raise Invalid.field("conversation", f"Choose at most {MOST} conversations.")
    if do in ("label", "unlabel"):
        if label is None:
            raise Invalid.field("label", "Choose a label.")
        return labels.put(actor, label=label, conversations=conversations, on=do == "label")
    if do == "snooze":
        if until is None:
            raise Invalid.field("until", "Choose a day and a time.")
        return standing.snooze(actor, conversations=conversations, until=until)
    if do not in DEEDS:
        raise Invalid.field("do", "There is no such thing to do.")
    return DEEDS[do](actor, conversations)


def read(actor: User, conversations: Sequence[UUID]) -> InboxChange:
    """Everything in them is read."""
    rows = _mine(actor, conversations)
    return _advance(actor, rows, "read", {row.pk: row.conversation.message_count for row in rows})


def unread(actor: User, conversations: Sequence[UUID]) -> InboxChange:
    """The last message of others in each is unread again."""
    others = Message.objects.filter(
        conversation_id=OuterRef("conversation_id"), deleted_at=None, withheld=False
    )
    last = others.exclude(sender_id=actor.pk).order_by("-number").values("number")[:1]
    rows = _mine(actor, conversations)
    found = dict(
        Membership.objects.filter(pk__in=[row.pk for row in rows])
        .annotate(last=Subquery(last))
        .values_list("pk", "last")
    )
    return _advance(actor, rows, "unread", {id: number for id, number in found.items() if number})


def _mine(actor: User, conversations: Sequence[UUID]) -> list[Membership]:
    return standing.mine(actor, conversations)


def _advance(
    actor: User, rows: Sequence[Membership], kind: inbox.Step, numbers: dict[UUID, int]
) -> InboxChange:
    before = {str(row.conversation_id): row.read_number for row in rows}
    steps = [
        Advance(actor.pk, row.conversation_id, kind, numbers[row.pk]) for row in rows if row.pk in numbers
    ]
    inbox.advance(steps)
    words = "marked as read" if kind == "read" else "marked as unread"
    touched: dict[str, dict[str, object]] = {id: {} for id in before}
    return changes.remember(actor, words, len(rows), rows=touched, read=before)


Deed = Callable[[User, Sequence[UUID]], InboxChange]
DEEDS: dict[str, Deed] = {
    "done": lambda actor, ids: standing.done(actor, conversations=ids),
    "back": lambda actor, ids: standing.done(actor, conversations=ids, on=False),
    "wake": lambda actor, ids: standing.wake(actor, conversations=ids),
    "pin": lambda actor, ids: standing.pin(actor, conversations=ids),
    "unpin": lambda actor, ids: standing.pin(actor, conversations=ids, on=False),
    "mute": lambda actor, ids: standing.mute(actor, conversations=ids),
    "unmute": lambda actor, ids: standing.mute(actor, conversations=ids, on=False),
    "read": read,
    "unread": unread,
}
