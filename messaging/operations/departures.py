"""Leaving every conversation at once, because the account is deleted. Each leaving is an event of its log."""

from collections.abc import Sequence
from uuid import UUID

from accounts.models import User
from messaging.events import LEFT, ROLE
from messaging.models import Membership
from messaging.operations import log

Role = Membership.Role


def depart(user: User) -> None:
    """End all memberships, a transaction each; what is ended already stays as it is. A group gets an owner first."""
    mine = Membership.objects.filter(user=user, left_seq=None).order_by("id")
    for conversation in list(mine.values_list("conversation_id", flat=True)):
        _leave(user, conversation)


def _leave(user: User, conversation: UUID) -> None:
    with log.open_ledger(conversation) as ledger:
        rows = Membership.objects.select_for_update(of=("self",), no_key=True).select_related("user")
        there = list(rows.filter(conversation_id=conversation, left_seq=None).order_by("id"))
        mine = next((row for row in there if row.user_id == user.pk), None)
        if mine is None:
            return
        others = [row for row in there if row is not mine]
        if ledger.conversation.traits.members_may_change and mine.role == Role.OWNER:
            _hand_over(ledger, others)
        mine.left_seq = ledger.next_seq
        mine.save(update_fields=["left_seq"])
        ledger.event(LEFT, user, {"user": str(user.pk), "erased": True}, about=user)
        ledger.bump_membership()


def _hand_over(ledger: log.Ledger, others: Sequence[Membership]) -> None:
    if not others or any(row.role == Role.OWNER for row in others):
        return
    heir = min(others, key=Membership.succession)
    heir.role = Role.OWNER
    heir.save(update_fields=["role"])
    ledger.event(ROLE, None, {"user": str(heir.user_id), "role": Role.OWNER.value}, about=heir.user)
