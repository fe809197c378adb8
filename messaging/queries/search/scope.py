"""Where a person may look, and how far what they asked for narrows that: decided before anything is searched."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from accounts.models import User
from accounts.queries import called
from chatify.lib.folding import fold
from messaging import kinds
from messaging.models import Membership, Star
from messaging.queries.search.grammar import MARKED, Wanted
from messaging.queries.search.matching import Candidate, Match

MOST_CONVERSATIONS = 2_000
MOST_STARS = 2_000
NAMES = {"mail": kinds.MAILS, "letters": kinds.MAILS, "chats": kinds.CHATS}


class Place(NamedTuple):
    """A conversation that I am in, as far as searching it goes."""

    conversation: UUID
    kind: str
    title: str
    messages: int
    visible_from: int
    read: int


@dataclass(slots=True)
class Scope:
    """My conversations that are left, who must and must not have written, and what else every message must be."""

    me: UUID
    places: dict[UUID, Place]
    senders: set[UUID] | None = None
    not_senders: set[UUID] = field(default_factory=set)
    starred: set[UUID] | None = None
    wanted: Wanted = field(default_factory=Wanted)

    def admits(self, row: Candidate) -> bool:
        """Whether I may read it and it is what I asked for, as far as its entry tells."""
        place = self.places.get(row.conversation_id)
        if place is None or row.seq < place.visible_from:
            return False
        if self.senders is not None and row.sender_id not in self.senders:
            return False
        return row.sender_id not in self.not_senders and self._says(row.text) and self._stands(row, place)

    def match(self) -> Match | None:
        """The question to the database; None where nothing can be found."""
        if not self.places or self.senders == set() or self.starred == set():
            return None
        listed = list(self.places) if len(self.places) <= MOST_CONVERSATIONS else None
        return Match(
            terms=self.wanted.terms,
            without=self.wanted.without,
            senders=sorted(self.senders or ()),
            not_senders=sorted(self.not_senders),
            has=sorted(self.wanted.has | (self.wanted.states & {*MARKED})),
            conversations=listed,
            rows=sum(place.messages for place in self.places.values()),
            unread_by=self.me if "unread" in self.wanted.states else None,
            messages=sorted(self.starred) if self.starred is not None else None,
        )

    def _says(self, text: str) -> bool:
        return all(term in text for term in self.wanted.terms) and not any(
            term in text for term in self.wanted.without
        )

    def _stands(self, row: Candidate, place: Place) -> bool:
        """Unread and read, mine and not."""
        unread = row.number > place.read and row.sender_id != self.me
        truths = {"unread": unread, "read": not unread, "mine": row.sender_id == self.me}
        return all(truths.get(state, True) for state in self.wanted.states) and not any(
            truths.get(state, False) for state in self.wanted.not_states
        )


def of(user: User, wanted: Wanted) -> Scope:
    """At most a handful of queries, whatever is asked for."""
    scope = Scope(user.pk, {place.conversation: place for place in _places(user)}, wanted=wanted)
    for name in wanted.places:
        _within(scope, user, name)
    if wanted.senders:
        scope.senders = set[UUID]().union(*(_people(user, name) for name in wanted.senders))
    for name in wanted.recipients:
        _sent_to(scope, _people(user, name))
    if "starred" in wanted.states:
        stars = Star.objects.filter(user_id=user.pk).order_by("-id").values_list("message_id", flat=True)
        scope.starred = set(stars[:MOST_STARS])
    _stand(scope)
    return scope


def _stand(scope: Scope) -> None:
    """What a state says of who wrote and where, so that the index is asked for that, too."""
    states, not_states = scope.wanted.states, scope.wanted.not_states
    opposites = {"read": "unread", "unread": "read"}
    states |= {opposites[state] for state in not_states if state in opposites}
    if "mine" in states:
        scope.senders = {scope.me} if scope.senders is None else scope.senders & {scope.me}
    if "mine" in not_states or "unread" in states:
        scope.not_senders.add(scope.me)
    if "unread" in states:
        waiting = {} if "read" in states else scope.places
        scope.places = {id: place for id, place in waiting.items() if place.messages > place.read}


def titled(places: Sequence[Place], terms: Sequence[str]) -> list[UUID]:
    """Those whose own title or subject holds every term."""
    found = []
    for place in places:
        title = fold(place.title)
        if title and all(term in title for term in terms):
            found.append(place.conversation)
    return found


def _places(user: User) -> list[Place]:
    """All my conversations, the latest first."""
    rows = Membership.objects.filter(user_id=user.pk, left_seq=None)
    names = ("id", "kind", "title", "message_count")
    columns = [f"conversation__{name}" for name in names]
    rows = rows.order_by("-conversation__last_activity_at")
    return [Place(*row) for row in rows.values_list(*columns, "visible_from_seq", "read_number")]


def _within(scope: Scope, user: User, name: str) -> None:
    """`in:` a sort of conversation, what I sent, a title, or the people of a chat or a letter."""
    folded = fold(name)
    if folded == "sent":
        scope.wanted.states.add("mine")
    elif folded in NAMES:
        scope.places = {id: place for id, place in scope.places.items() if place.kind in NAMES[folded]}
    else:
        inside = {
            *titled(list(scope.places.values()), [folded]),
            *_with(scope, _people(user, name) - {user.pk}),
        }
        scope.places = {id: place for id, place in scope.places.items() if id in inside}


def _with(scope: Scope, people: set[UUID]) -> set[UUID]:
    """My chats of two with one of these people."""
    if not people:
        return set()
    rows = Membership.objects.filter(user_id__in=people, left_seq=None).values_list(
        "conversation_id", flat=True
    )
    pairs = {id for id, place in scope.places.items() if kinds.BY_NAME[place.kind].unique_pair}
    return pairs.intersection(rows)


def _sent_to(scope: Scope, people: set[UUID]) -> None:
    """`to:` somebody: what others wrote in chats of two with them, and in letters that name them as a recipient."""
    addressed = Q(conversation__kind__in=kinds.PAIRS) | Q(mail_role__in=("to", "cc"))
    rows = Membership.objects.filter(addressed, user_id__in=people, left_seq=None)
    theirs = set(rows.values_list("conversation_id", flat=True))
    scope.places = {id: place for id, place in scope.places.items() if id in theirs}
    scope.not_senders |= people


def _people(user: User, name: str) -> set[UUID]:
    return {user.pk} if fold(name) == "me" else set(called(name))
