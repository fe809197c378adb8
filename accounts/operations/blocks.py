"""Blocking: not being seen by somebody, and no contact with them."""

from django.db.models import Q

from accounts import relations
from accounts.events import BlocksChanged, ContactsChanged, ReachChanged
from accounts.models import Block, Contact, ContactRequest, User
from chatify.lib import db, events
from chatify.lib.errors import Invalid

MOST_BLOCKED = 1000


def block(actor: User, *, other: User) -> None:
    """Block somebody; doing it again changes nothing. A contact ends, and what they asked is declined unseen.

    Raises Invalid for oneself and beyond a thousand people.
    """
    if other.id == actor.id:
        raise Invalid.field("user", "This is you.")
    with db.atomic():
        _hold(actor, other)
        if Block.objects.filter(blocker=actor, blocked=other).exists():
            return
        if Block.objects.filter(blocker=actor).count() >= MOST_BLOCKED:
            raise Invalid.field("user", f"You can block at most {MOST_BLOCKED:,} people.")
        Block.objects.create(blocker=actor, blocked=other)
        User.objects.filter(pk__in=(actor.pk, other.pk)).update(parted=True)
        _part(actor, other)
        _tell(actor, other)


def unblock(actor: User, *, other: User) -> None:
    """Hear of somebody again; nothing happens where they were not blocked."""
    with db.atomic():
        _hold(actor, other)
        gone, _ = Block.objects.filter(blocker=actor, blocked=other).delete()
        if gone:
            for person in (actor, other):
                parted = bool(relations.parted_from(person.id))
                User.objects.filter(pk=person.pk).update(parted=parted)
            _tell(actor, other)


def _hold(actor: User, other: User) -> None:
    """Two who block each other at once do not wait for one another. Lock order: by id."""
    list(
        User.objects.select_for_update(no_key=True)
        .only("id")
        .filter(pk__in=(actor.pk, other.pk))
        .order_by("pk")
    )


def _tell(actor: User, other: User) -> None:
    events.emit(BlocksChanged(actor.id, other.id))
    events.emit(ReachChanged((actor.id, other.id)))


def _part(actor: User, other: User) -> None:
    gone, _ = Contact.objects.filter(relations.between(actor, other, "owner", "person")).delete()
    # What the blocked person asked stays as it looks to them; it only reaches nobody.
    mine = Q(sender=actor, receiver=other, state=ContactRequest.State.PENDING)
    ContactRequest.objects.filter(mine).update(state=ContactRequest.State.CANCELLED, pair=None)
    if gone:
        events.emit(ContactsChanged(actor.id, other.id))
