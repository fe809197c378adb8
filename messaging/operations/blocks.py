"""Blocking, as far as messages go: whoever blocks somebody is spared what that person writes from this moment on.

The block and every count that depends on it change in one transaction. A message is stored under its conversation's
lock, which is held here too: so each was either there before the block, or knows of it.
"""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from accounts.models import Block, User
from accounts.operations import blocks as accounts
from chatify.lib import db, events
from chatify.lib.errors import Conflict
from messaging import kinds
from messaging.events import RowsChanged
from messaging.models import Conversation, Membership, StoppedReceipt
from messaging.queries import counts

TRIES = 5
MOST_TOLD = 50
WITHHOLDING = [kind.name for kind in kinds.ALL if kind.withholds]
Request = Membership.Request


class _Moved(Exception):
    """They met somewhere else while this waited for its locks."""


def block(actor: User, *, other: User) -> None:
    """Hear nothing more of somebody; doing it again changes nothing. Raises what `accounts.operations.blocks` does."""
    _change(actor, other, accounts.block, _stop)


def unblock(actor: User, *, other: User) -> None:
    """Hear of somebody again. What they wrote to me alone meanwhile is never shown."""
    _change(actor, other, accounts.unblock, _go_on)


def introduce(conversation: Conversation, users: Sequence[User]) -> None:
    """People have just become members: note who of all is not heard by whom. Under the conversation's lock."""
    # Their rows are held so that a block at the same moment either is seen here or sees them here.
    held = (
        User.objects.select_for_update(no_key=True).filter(pk__in=[user.pk for user in users]).order_by("pk")
    )
    fresh = [id for id, parted in held.values_list("pk", "parted") if parted]
    if not fresh:
        return
    here = Membership.objects.filter(conversation=conversation, left_seq=None).values("user_id")
    among = Block.objects.filter(Q(blocker__in=fresh) | Q(blocked__in=fresh), blocker__in=here)
    rows = Membership.objects.filter(conversation=conversation, user__in=among.values("blocked_id"))
    rows.filter(left_seq=None).update(unheard=True)


def _change(
    actor: User,
    other: User,
    act: Callable[..., None],
    follow: Callable[[User, User, Sequence[UUID]], None],
) -> None:
    for _ in range(TRIES):
        try:
            with db.atomic():
                met = _hold(actor, other)
                act(actor, other=other)
                if set(_met(actor, other)) != set(met):
                    raise _Moved
                follow(actor, other, _shared(actor, other))
                _recount(actor, met)
            return
        except _Moved:
            continue
    raise Conflict("You two are meeting in new conversations right now. Try again.")


def _met(actor: User, other: User, **there: Any) -> list[UUID]:
    """Where I am and they are or were: what they wrote stays when they leave."""
    theirs = Membership.objects.filter(user=other, **there).values("conversation_id")
    mine = Membership.objects.filter(user=actor, left_seq=None, conversation_id__in=theirs)
    return list(mine.values_list("conversation_id", flat=True))


def _shared(actor: User, other: User) -> list[UUID]:
    return _met(actor, other, left_seq=None)


def _hold(actor: User, other: User) -> list[UUID]:
    """Lock where both met, and what each is there. Lock order: conversations by id, memberships by id, people."""
    met = _met(actor, other)
    list(Conversation.objects.select_for_update(no_key=True).filter(pk__in=met).order_by("pk").only("pk"))
    rows = Membership.objects.select_for_update(of=("self",), no_key=True).filter(conversation_id__in=met)
    list(rows.filter(user__in=(actor, other)).order_by("pk").only("pk"))
    return met


def _stop(actor: User, other: User, shared: Sequence[UUID]) -> None:
    _of(other, shared).update(unheard=True)
    mine = _of(actor, shared)
    mine.filter(request=Request.WAITING, asked_by=other).update(request=Request.BLOCKED)
    StoppedReceipt.objects.bulk_create(
        (
            StoppedReceipt(
                conversation_id=row.conversation_id,
                blocker=actor,
                delivered_number=row.delivered_number,
                read_number=row.read_number,
            )
            for row in mine.filter(conversation__kind__in=WITHHOLDING)
        ),
        ignore_conflicts=True,
    )


def _go_on(actor: User, other: User, shared: Sequence[UUID]) -> None:
    others = Block.objects.filter(blocked=other).values("blocker_id")
    unheard = Membership.objects.filter(conversation_id__in=shared, left_seq=None, user__in=others)
    _of(other, shared).exclude(conversation_id__in=unheard.values("conversation_id")).update(unheard=False)
    mine = _of(actor, shared)
    mine.filter(request=Request.BLOCKED, asked_by=other).update(request=Request.WAITING)
    StoppedReceipt.objects.filter(conversation_id__in=shared, blocker=actor).delete()


def _of(person: User, shared: Sequence[UUID]) -> QuerySet[Membership]:
    return Membership.objects.filter(conversation_id__in=shared, user=person)


def _recount(actor: User, met: Sequence[UUID]) -> None:
    """Where everything is read, there is nothing to leave out."""
    rows = _of(actor, met).select_related("conversation")
    waiting = list(rows.filter(read_number__lt=F("conversation__message_count")))
    for row in waiting:
        row.skip = counts.skip_after(row, row.read_number)
    Membership.objects.bulk_update(waiting, ["skip"], batch_size=100)
    if met:
        events.emit(RowsChanged(actor.pk, tuple(met[:MOST_TOLD])))
