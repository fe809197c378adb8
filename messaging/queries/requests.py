"""Who is a stranger to whom, who of them is asked first, and what waits in somebody's *Requests*."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from accounts import relations
from accounts.models import User
from accounts.models.user import Adders
from messaging import kinds
from messaging.models import Membership, Message
from messaging.queries import visible

Request = Membership.Request

TAKING_PART = Q(request=Request.NONE)
"""Conversations that a member is in of their own will: what the inbox shows and unread counts."""


def waiting() -> Q:
    """What a stranger began or added the member to, and that they have not answered yet, once it says something: a
    group does by its title, else what somebody wrote."""
    said = Message.objects.filter(
        visible.heard(OuterRef("user_id")), conversation_id=OuterRef("conversation_id")
    )
    named = Q(conversation__kind__in=kinds.CHANGING)
    # In this order: messages are looked for only where something waits.
    return Q(request=Request.WAITING) & (named | Q(Exists(said)))


def asking(kind: kinds.Kind, people: Iterable[User]) -> list[User]:
    """Those of these people whom a stranger's conversation of this kind asks first."""
    if not kind.joined_by_choice:
        return list(people)
    return [person for person in people if person.adders == Adders.CONTACTS]


def strangers_to(actor: User, people: Sequence[User]) -> set[UUID]:
    """Those of these people who neither have the actor as a contact nor take part in a conversation with the actor."""
    others = {person.id for person in people} - {actor.id}
    others -= relations.having_as_contact(actor, others)
    return others - in_company_of(actor, others)


def in_company_of(actor: User, people: Iterable[UUID]) -> set[UUID]:
    """Those of these people who take part in a conversation that the actor is in, and that no stranger put them in
    without their saying anything: else adding somebody to a group would be the way around a request."""
    wanted = list(people)
    if not wanted:
        return set()
    mine = Membership.objects.filter(user_id=actor.id, left_seq=None).values("conversation_id")
    spoke = Message.objects.filter(conversation_id=OuterRef("conversation_id"), sender_id=OuterRef("user_id"))
    rows = Membership.objects.filter(TAKING_PART, user_id__in=wanted, left_seq=None, conversation_id__in=mine)
    rows = rows.filter(Q(asked_by=None) | Q(Exists(spoke)))
    return set(rows.values_list("user_id", flat=True).distinct())
