"""Deleting for everyone: the place in the order stays, everything that was said at it goes.

The chain of digests knows texts by salted hashes only: without text and salt it still holds, and tells nothing.
"""

from uuid import UUID

from django.db.models import F

from accounts.models import Block, User
from chatify.lib.errors import Forbidden
from messaging.events import DELETED
from messaging.models import (
    HiddenMessage,
    Membership,
    Mention,
    Message,
    MessageVersion,
    Reaction,
    Star,
    VersionReader,
)
from messaging.operations import acting, claims, linking


def delete(actor: User, *, message: UUID) -> None:
    """Delete a message for everyone: one's own, or in a group that one keeps in order anybody's.

    Once more changes nothing. Raises Forbidden for who may not.
    """
    with acting.on(actor, message) as act:
        if not act.own and not act.manages:
            raise Forbidden("Only the person who wrote a message, or who runs the group, can delete it.")
        if act.message.deleted_at:
            return
        _erase(act.message)
        act.message.deleted_at = act.at
        act.message.save()
        _uncount(act.message)
        act.tell(DELETED, {})


def _erase(row: Message) -> None:
    row.body = row.html = row.salt = ""
    row.edited_at = row.pinned_at = row.pinned_apart = row.reacted_at = None
    if row.letter is not None:  # who wrote it stays, as of every message
        row.letter = {**row.letter, "to": [], "cc": []}
    row.reactions = ()  # type: ignore[misc]
    claims.release(row)
    linking.release(row)
    VersionReader.objects.filter(version__message=row).delete()
    for joined in (MessageVersion, Reaction, Star, Mention):
        joined.objects.filter(message=row).delete()


def _uncount(row: Message) -> None:
    """Whoever had it still to read has one less, unless it did not count for them anyway."""
    waiting = Membership.objects.filter(
        conversation_id=row.conversation_id, left_seq=None, read_number__lt=row.number
    ).exclude(user_id=row.sender_id)
    if row.withheld:
        return
    hidden = HiddenMessage.objects.filter(message=row).values("user_id")
    unhearing = Block.objects.filter(blocked_id=row.sender_id).values("blocker_id")
    counted = waiting.exclude(user_id__in=hidden).exclude(user_id__in=unhearing)
    locked = counted.select_for_update(of=("self",)).order_by("id")
    Membership.objects.filter(pk__in=list(locked.values_list("pk", flat=True))).update(skip=F("skip") + 1)
