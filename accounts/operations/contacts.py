"""Contacts: asked for, agreed to, ended. Both sides have each other, or neither has."""

from collections.abc import Iterable, Sequence
from itertools import permutations
from uuid import UUID

from django.db import IntegrityError
from django.db.models import Q
from django.utils import timezone

from accounts import relations
from accounts.events import ContactAsked, ContactsChanged, ReachChanged
from accounts.models import Contact, ContactRequest, User
from accounts.models.contact import ASKED_FOR, NOTE_LENGTH
from chatify.jobs import operations as jobs
from chatify.lib import db, events, ratelimit, text
from chatify.lib.errors import Conflict, Invalid, NotFound

State = ContactRequest.State
ASKED = "contact.asked"
"""The job that tells the receiver: `request`, `sender`, `receiver`. Whoever tells people of things does it."""


def ask(actor: User, *, other: User, note: str = "") -> ContactRequest:
    """Ask somebody to be a contact; who was asked by them accepts. Asking again gives the request that waits.

    Raises Invalid for oneself, Conflict for a contact one has or somebody one blocked, TooMany beyond 20 a day. Who
    was blocked by the other is answered like everybody else; the other never sees it.
    """
    if other.id == actor.id:
        raise Invalid.field("user", "This is you.")
    said = text.clean_line(note, field="note", maximum=NOTE_LENGTH, required=False)
    if relations.are_contacts(actor, other):
        raise Conflict("You are contacts already.")
    if relations.has_blocked(actor, other):
        raise Conflict("You blocked this person. Unblock them first.")
    if waiting := relations.waiting_between(actor, other):
        return accept(actor, request=waiting.id) if waiting.receiver_id == actor.id else waiting
    ratelimit.hit("contact.request", actor.pk)
    try:
        return _store(actor, other, said)
    except IntegrityError:  # both asked at once, or one of them twice
        waiting = relations.waiting_between(actor, other)
        if waiting is None:
            raise Conflict("This was just answered. Look again.") from None
        return accept(actor, request=waiting.id) if waiting.receiver_id == actor.id else waiting


def _store(actor: User, other: User, note: str) -> ContactRequest:
    now, pair = timezone.now(), relations.pair(actor.id, other.id)
    with db.atomic():
        _hold(actor.id, other.id)
        if relations.are_contacts(actor, other):  # agreed to since the look
            raise Conflict("You are contacts already.")
        over = ContactRequest.objects.filter(pair=pair, expires_at__lte=now)
        over.update(state=State.EXPIRED, pair=None)
        request = ContactRequest.objects.create(
            sender=actor,
            receiver=other,
            note=note,
            pair=pair,
            created_at=now,
            expires_at=now + ASKED_FOR,
        )
        if not relations.has_blocked(other, actor):
            told = {"request": str(request.id), "sender": str(actor.id), "receiver": str(other.id)}
            jobs.add(kind=ASKED, key=str(request.id), payload=told)
            events.emit(ContactAsked(request.id, actor.id, other.id))
    return request


def accept(actor: User, *, request: UUID) -> ContactRequest:
    """Become contacts. Raises NotFound for a request that is not to the actor, Conflict for one that is over."""
    with db.atomic():
        asked = relations.asked_of(actor, request)
        _hold(asked.sender_id, asked.receiver_id)
        row = _answer(request, receiver=actor, state=State.ACCEPTED)
        _join(permutations((row.sender, row.receiver), 2))
        events.emit(ContactsChanged(row.sender_id, row.receiver_id))
        events.emit(ReachChanged((row.sender_id, row.receiver_id)))
    return row


def _hold(*people: UUID) -> None:
    """Let nobody else change what is between these two until the end of the transaction. Lock order: by id."""
    list(User.objects.select_for_update(no_key=True).only("id").filter(pk__in=people).order_by("pk"))


def decline(actor: User, *, request: UUID) -> ContactRequest:
    """Say no. Raises NotFound for a request that is not to the actor, Conflict for one that is over."""
    with db.atomic():
        return _answer(request, receiver=actor, state=State.DECLINED)


def cancel(actor: User, *, request: UUID) -> ContactRequest:
    """Take one's own request back. Raises NotFound and Conflict."""
    with db.atomic():
        return _answer(request, sender=actor, state=State.CANCELLED)


def remove(actor: User, *, other: User) -> None:
    """Be contacts no longer; nothing happens where they were none. The other is not told."""
    with db.atomic():
        gone, _ = Contact.objects.filter(relations.between(actor, other, "owner", "person")).delete()
        if gone:
            events.emit(ContactsChanged(actor.id, other.id))
            events.emit(ReachChanged((actor.id, other.id)))


def introduce(people: Sequence[User]) -> None:
    """These are contacts of each other without having asked: for worlds that are made, not for people's own acts."""
    _join(permutations(people, 2))


def _join(pairs: Iterable[tuple[User, User]]) -> None:
    sides = [Contact(owner=one, person=other) for one, other in pairs]
    Contact.objects.bulk_create(sides, ignore_conflicts=True)


def expire() -> None:
    """Requests that nobody answered in time are over."""
    over = Q(state=State.PENDING, expires_at__lte=timezone.now())
    with db.atomic():
        ContactRequest.objects.filter(over).update(state=State.EXPIRED, pair=None)


def _answer(request: UUID, *, state: str, **of: User) -> ContactRequest:
    rows = ContactRequest.objects.select_for_update(of=("self",)).select_related("sender", "receiver")
    row = rows.filter(pk=request, **of).first()
    if row is None or (state == State.ACCEPTED and relations.any_block(row.sender, row.receiver)):
        raise NotFound("There is no such request.")
    if row.state != State.PENDING or row.expires_at <= timezone.now():
        raise Conflict("This request is over.")
    row.state, row.pair, row.answered_at = state, None, timezone.now()
    row.save(update_fields=["state", "pair", "answered_at"])
    return row
