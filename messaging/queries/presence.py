"""Who is here and when others were last, as one person may know it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.core.cache import cache

from accounts import reach
from accounts.models import User
from messaging.models import Membership
from messaging.queries.requests import TAKING_PART

Reaches = Mapping[UUID, reach.Reach]


class Seen(NamedTuple):
    """What may be known of somebody: None is nothing."""

    online: bool | None = None
    last_seen: datetime | None = None


NOTHING = Seen()


def cache_key(user: str) -> str:
    """Where a serving process notes that somebody is here."""
    return f"presence:{user}"


def seen_by(actor: User, people: Sequence[User]) -> dict[UUID, Seen]:
    """For each person what the actor may know; by the switches of both, blocks, and whom each shows it to.

    At most three queries and one look into the cache, however many people.
    """
    reaches = reach.of([actor, *people])
    allowed = _allowed(actor, people, reaches)
    open_to_all = {person.id for person in allowed if reaches[person.id].contacts is None}
    strangers = open_to_all - sharing_with(actor, open_to_all)
    return _all_seen(actor, people, {person.id for person in allowed} - strangers, reaches)


def seen_in_chat(actor: User, other: User) -> Seen:
    """The same of the one person whom the actor is in a chat of two with. At most two queries."""
    reaches = reach.of([actor, other])
    known = {person.id for person in _allowed(actor, [other], reaches)}
    return _all_seen(actor, [other], known, reaches)[other.id]


def online(people: Iterable[UUID]) -> set[UUID]:
    """Who has an open socket anywhere."""
    keys = {cache_key(str(person)): person for person in people}
    return {keys[key] for key in cache.get_many(keys)} if keys else set()


def sharing_with(actor: User, people: Iterable[UUID]) -> set[UUID]:
    """Who of these people takes part in a conversation with the actor, who does so too."""
    wanted = list(people)
    if not wanted:
        return set()
    mine = Membership.objects.filter(TAKING_PART, user_id=actor.id, left_seq=None).values("conversation_id")
    rows = Membership.objects.filter(TAKING_PART, user_id__in=wanted, left_seq=None, conversation_id__in=mine)
    return set(rows.values_list("user_id", flat=True).distinct())


def _allowed(actor: User, people: Sequence[User], reaches: Reaches) -> list[User]:
    """Those whose switches, contacts and blocks let the actor see them, and the other way round."""
    mine = reaches[actor.id]
    return [
        person
        for person in people
        if person.id != actor.id and mine.meets(reaches[person.id], me=str(actor.id), them=str(person.id))
    ]


def _all_seen(
    actor: User, people: Sequence[User], known: Collection[UUID], reaches: Reaches
) -> dict[UUID, Seen]:
    here = online(known)
    return {
        person.id: _seen(person, reaches[actor.id], reaches[person.id], here=person.id in here)
        if person.id in known
        else NOTHING
        for person in people
    }


def _seen(person: User, mine: reach.Reach, theirs: reach.Reach, *, here: bool) -> Seen:
    if here:
        return Seen(online=True)
    dated = mine.last_seen and theirs.last_seen
    return Seen(online=False, last_seen=person.last_seen_at if dated else None)
