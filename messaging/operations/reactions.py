"""Emoji under messages. To give one twice, or to take away what is not there, changes nothing."""

from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from chatify.lib import text
from chatify.lib.errors import Conflict, Invalid
from messaging.events import REACTED
from messaging.models import Message, Reaction
from messaging.operations import acting

MOST_KINDS = 20


def add(actor: User, *, message: UUID, emoji: str) -> Message:
    """React. Raises Invalid for what is not one emoji, Conflict for a deleted message or one kind too many."""
    given = _clean(emoji)
    with acting.on(actor, message) as act:
        act.require_text()
        there = Reaction.objects.filter(message=act.message)
        mine = there.filter(user=actor, emoji=given).first()
        if mine and not mine.retracted:
            return act.message
        kinds = set(there.order_by().values_list("emoji", flat=True).distinct())
        if given not in kinds and len(kinds) >= MOST_KINDS:
            raise Conflict(f"A message carries at most {MOST_KINDS} different emoji.")
        if mine:
            there.filter(pk=mine.pk).update(retracted=False)
        else:
            Reaction.objects.create(message=act.message, user=actor, emoji=given, withheld=act.unheard)
        _tell(act, given, added=True)
    return act.message


def remove(actor: User, *, message: UUID, emoji: str) -> Message:
    """Take one's own reaction back. Raises Invalid for what is not one emoji."""
    given = _clean(emoji)
    with acting.on(actor, message) as act:
        mine = Reaction.objects.filter(message=act.message, user=actor, emoji=given, retracted=False)
        if _take_back(mine, act):
            _tell(act, given, added=False)
    return act.message


def _take_back(mine: QuerySet[Reaction], act: acting.Acting) -> int:
    """Where nobody else is to hear of it, what others see stays for them."""
    kept = mine.filter(withheld=False).update(retracted=True) if act.unheard else 0
    return kept or mine.delete()[0]


def toggle(actor: User, *, message: UUID, emoji: str) -> Message:
    """Give it or take it back: what a button without a script can say."""
    mine = Reaction.objects.filter(message=message, user=actor, emoji=_clean(emoji), retracted=False)
    return (remove if mine.exists() else add)(actor, message=message, emoji=emoji)


def _clean(emoji: str) -> str:
    given = text.clean_emoji(emoji, field="emoji")
    if not given:
        raise Invalid.field("emoji", "Choose one emoji.")
    return given


def _tell(act: acting.Acting, emoji: str, *, added: bool) -> None:
    act.message.reacted_at = act.at
    act.message.save(update_fields=["reacted_at"])
    act.tell(REACTED, {"emoji": emoji, "added": added})
