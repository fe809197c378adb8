"""The only readers of how people stand to each other: contacts, requests, blocks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Block, Contact, ContactRequest, User
from chatify.lib import paging
from chatify.lib.errors import NotFound

Pending = ContactRequest.State.PENDING


@dataclass(frozen=True, slots=True)
class Relation:
    """How another person stands to me: what a profile offers. `hidden` people show me no more than their name."""

    contact: bool = False
    blocked: bool = False
    hidden: bool = False
    asked: ContactRequest | None = None
    asks: ContactRequest | None = None


def relation(actor: User, other: User) -> Relation:
    """Everything between two people. Three queries."""
    blocks = Block.objects.filter(between(actor, other, "blocker", "blocked")).values_list(
        "blocker_id", flat=True
    )
    blockers = set(blocks)
    waiting = waiting_between(actor, other)
    mine = waiting if waiting and waiting.sender_id == actor.id else None
    theirs = waiting if waiting and waiting.sender_id == other.id and actor.id not in blockers else None
    return Relation(
        contact=are_contacts(actor, other),
        blocked=actor.id in blockers,
        hidden=other.id in blockers,
        asked=mine,
        asks=theirs,
    )


def pair(one: UUID, other: UUID) -> str:
    """The name of two people, whoever is named first."""
    return ":".join(sorted((str(one), str(other))))


def between(one: User, other: User, first: str, second: str) -> Q:
    """Rows of these two in either direction, in two columns that name people."""
    return Q(**{first: one, second: other}) | Q(**{first: other, second: one})


def are_contacts(one: User, other: User) -> bool:
    return are_contacts_by_id(one.pk, other.pk)


def are_contacts_by_id(one: UUID, other: UUID) -> bool:
    return Contact.objects.filter(owner_id=one, person_id=other).exists()


def waiting_between(one: User, other: User) -> ContactRequest | None:
    """The request that waits between two people, whoever asked."""
    rows = ContactRequest.objects.filter(pair=pair(one.id, other.id), expires_at__gt=timezone.now())
    return rows.select_related("sender", "receiver").first()


# Contacts


def contacts(actor: User, *, cursor: str | None = None, limit: int = 40) -> paging.Page[User]:
    """My contacts by username."""
    people = User.objects.filter(is_active=True, pk__in=_contact_ids(actor)).order_by("username")
    if cursor:
        people = people.filter(username__gt=paging.decode(cursor, str)[0])
    size = paging.clamp(limit)
    found = list(people[: size + 1])
    more = paging.encode(found[size - 1].username) if len(found) > size else None
    return paging.Page(found[:size], more)


def contact_ids(actor: User) -> set[UUID]:
    return set(_contact_ids(actor))


def known_by_address(actor: User, addresses: Iterable[str]) -> dict[str, User]:
    """The actor and their contacts by those of these addresses that they have proven: whoever else has one of them
    does not come to light."""
    proven = EmailAddress.objects.filter(email__in=list(addresses), verified=True, user__is_active=True)
    mine = Q(user=actor) | Q(user_id__in=_contact_ids(actor))
    return {row.email: row.user for row in proven.filter(mine).select_related("user")}


def having_as_contact(actor: User, people: Iterable[UUID]) -> set[UUID]:
    """Who of these people has the actor as a contact."""
    rows = Contact.objects.filter(person=actor, owner_id__in=list(people))
    return set(rows.values_list("owner_id", flat=True))


def _contact_ids(actor: User) -> "QuerySet[Contact, UUID]":
    return Contact.objects.filter(owner=actor).values_list("person_id", flat=True)


def requests(
    actor: User, direction: Literal["in", "out"], *, cursor: str | None = None, limit: int = 40
) -> paging.Page[ContactRequest]:
    """Requests that wait for me, or those I made, newest first. Those of people I blocked are not there."""
    rows = ContactRequest.objects.select_related("sender", "receiver")
    if direction == "in":
        unwanted = Block.objects.filter(blocker=actor).values("blocked_id")
        rows = rows.filter(
            receiver=actor, state=Pending, expires_at__gt=timezone.now(), sender__is_active=True
        )
        rows = rows.exclude(sender_id__in=unwanted)
    else:
        rows = rows.filter(sender=actor)
    if cursor:
        at, last = paging.decode(cursor, datetime, UUID)
        rows = rows.filter(Q(created_at__lt=at) | Q(created_at=at, pk__lt=last))
    size = paging.clamp(limit)
    found = list(rows.order_by("-created_at", "-pk")[: size + 1])
    more = paging.encode(found[size - 1].created_at, found[size - 1].pk) if len(found) > size else None
    return paging.Page(found[:size], more)


def waiting_count(actor: User) -> int:
    """How many requests wait for my answer; a hundred stand for more."""
    return len(requests(actor, "in", limit=100).items)


def request_waits(request: UUID) -> bool:
    """Whether nobody has answered it yet."""
    return ContactRequest.objects.filter(pk=request, state=Pending, expires_at__gt=timezone.now()).exists()


def asked_of(actor: User, request: UUID) -> ContactRequest:
    """A request that was made to the actor. Raises NotFound."""
    row = ContactRequest.objects.filter(pk=request, receiver=actor).first()
    if row is None:
        raise NotFound("There is no such request.")
    return row


# Blocks


def blocked_by(actor: User) -> list[User]:
    """Whom I blocked, by username."""
    return list(
        User.objects.filter(pk__in=Block.objects.filter(blocker=actor).values("blocked_id")).order_by(
            "username"
        )
    )


def has_blocked(actor: User, other: User) -> bool:
    return Block.objects.filter(blocker=actor, blocked=other).exists()


def blocked_ids(actor: User) -> list[UUID]:
    """Whom the actor blocked. No query for who is part of no block."""
    rows = Block.objects.filter(blocker=actor).values_list("blocked_id", flat=True)
    return list(rows) if actor.parted else []


def blocked_among(actor: User, people: Iterable[UUID]) -> set[UUID]:
    """Whom of these people the actor blocked. No query for who is part of no block."""
    if not actor.parted:
        return set()
    blocks = Block.objects.filter(blocker=actor, blocked_id__in=list(people))
    return set(blocks.values_list("blocked_id", flat=True))


def any_block(one: User, other: User) -> bool:
    """Whether either of two people blocked the other."""
    return Block.objects.filter(between(one, other, "blocker", "blocked")).exists()


def parted_from(user: UUID) -> set[UUID]:
    """Everybody whom this person blocked or who blocked them: they see nothing of each other's presence."""
    rows = Block.objects.filter(Q(blocker_id=user) | Q(blocked_id=user)).values_list(
        "blocker_id", "blocked_id"
    )
    return {each for row in rows for each in row} - {user}


def hiding_from(actor: User, people: Iterable[UUID]) -> set[UUID]:
    """Who of these people blocked the actor and shows no more than a name. No query for whom nobody blocked."""
    if not actor.parted:
        return set()
    blocks = Block.objects.filter(blocked=actor, blocker_id__in=list(people))
    return set(blocks.values_list("blocker_id", flat=True))
