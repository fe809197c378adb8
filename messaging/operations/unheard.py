"""What somebody writes whom another member blocked: who is spared it, and what only its writer ever sees.

Where nobody blocks anybody, a send pays nothing for this: all of it begins with `Member.special`, which a sender's
locked row says. In a chat or a letter between two, what the blocked person writes is withheld: it takes its place in
the order, and that is all the other gets. Elsewhere it is there for all, and left out of the blocker's unread.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Count, F, Q

from accounts.models import User
from chatify.lib import events
from messaging import kinds
from messaging.events import EDITED, SENT, RequestAccepted
from messaging.models import Conversation, Event, Membership, Message
from messaging.operations.ledger import Draft, Ledger
from messaging.operations.records import Head, Identity, Member, NewEvent

Pair = tuple[str, str]
"""Conversation and person."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Who does not hear a member, and whether what the member writes is for nobody else at all."""

    blockers: frozenset[str] = frozenset()
    withholds: bool = False


HEARD = Silence()
TEXTS = (SENT, EDITED)
"""What gives a message its words."""


def listeners(drafts: Sequence[Draft]) -> list[Identity]:
    """Memberships to lock beside the senders' own, named like sends: of those who blocked one of them."""
    parted = {draft.identity[:2] for draft in drafts if draft.sender.parted}
    return _identities(_silences(parted)) if parted else []


class Care:
    """What a batch must mind, read under its locks. `members` are the rows it holds."""

    def __init__(self, members: Mapping[Pair, Member], heads: Mapping[str, Head]) -> None:
        self._members = members
        special = [pair for pair, member in members.items() if member.special]
        self._silences = _silences(special) if special else {}
        self._active = {conversation: heads[conversation].last_activity_at for conversation, _ in special}
        self._withheld: dict[str, datetime] = {}
        self._wrote: list[str] = []
        self._spared: list[str] = []

    @property
    def missing(self) -> list[Identity]:
        """Memberships that must be locked too before anything is placed: somebody was blocked just now."""
        return [each for each in _identities(self._silences) if each[:2] not in self._members]

    def placed(self, ledger: Ledger[Head], sender: Pair) -> None:
        """The sender's message has just entered the ledger: spare the others."""
        silence = self._silences.get(sender, HEARD)
        self._wrote.append(self._members[sender].id)
        for blocker in silence.blockers:
            spared = self._members[sender[0], blocker]
            self._spared.append(spared.id)
            if ledger.messages[-1].number > spared.read_number:
                spared.skip += 1
                ledger.members[spared.id] = spared
        if silence.withholds:
            ledger.messages[-1].withheld = ledger.events[-1].withheld = True
            self._withheld[self._members[sender].id] = ledger.events[-1].at
            quieten(ledger, self._active[sender[0]])

    def write(self) -> None:
        """Store what only these senders' rows and their blockers' need."""
        if not self._wrote:
            return
        for member, at in self._withheld.items():
            Membership.objects.filter(pk=UUID(member)).update(activity_at=at)
        for blocker in self._spared:
            # What they put away stays away: the message it waits for is a later one by this.
            away = Membership.objects.filter(pk=UUID(blocker))
            away.update(done_number=F("done_number") + 1, snoozed_number=F("snoozed_number") + 1)
        _accept_by_answering(self._wrote)


def quieten(ledger: Ledger, before: datetime) -> None:
    """A withheld event raises the conversation for nobody: its last activity is that of the last event for both."""
    ledger.conversation.last_activity_at = max(
        [before, *(event.at for event in ledger.events if not event.withheld)]
    )


def withhold(ledger: Ledger[Conversation], before: datetime) -> None:
    """What an unheard person does to a chat of two besides writing is withheld as well, and so is, from then on, a
    message that they change; and whatever happens to a message that was withheld before."""
    conversation = ledger.conversation
    if not conversation.traits.withholds:
        return
    parted = {str(id) for id, person in ledger.people.items() if person.parted}
    actors = {event.actor_id for event in ledger.events if event.actor_id} & parted
    silences = _silences((str(conversation.id), actor) for actor in actors) if actors else {}
    for event in ledger.events:
        unheard = silences.get((str(conversation.id), event.actor_id or ""), HEARD).withholds
        event.withheld = unheard or (event.message is not None and event.message.withheld)
    if any(event.withheld for event in ledger.events):
        quieten(ledger, before)


def withholds(conversation: Conversation, actor: User) -> bool:
    """Whether what this member does in a chat of two is for nobody else."""
    if not conversation.traits.withholds or not actor.parted:
        return False
    pair = (str(conversation.id), str(actor.pk))
    return _silences([pair]).get(pair, HEARD).withholds


def mark(entries: Iterable[NewEvent]) -> None:
    """Store which of these fresh rows are withheld; nothing is done where none is."""
    withheld = [event for event in entries if event.withheld]
    if withheld:
        Event.objects.filter(pk__in=[event.key for event in withheld]).update(withheld=True)
        texts = [
            UUID(str(event.message_id)) for event in withheld if event.message_id and event.type in TEXTS
        ]
        Message.objects.filter(pk__in=texts).update(withheld=True)


def _accept_by_answering(members: Sequence[str]) -> None:
    """Who writes into what they were asked into has accepted it."""
    rows = Membership.objects.filter(pk__in=map(UUID, members)).exclude(request=Membership.Request.NONE)
    accepted = list(rows.values_list("conversation_id", "user_id"))
    if accepted:
        rows.update(request=Membership.Request.NONE, asked_by=None)
        for conversation, user in accepted:
            events.emit(RequestAccepted(conversation, user))


def _identities(silences: Mapping[Pair, Silence]) -> list[Identity]:
    nothing = str(UUID(int=0))
    return [
        (conversation, blocker, nothing)
        for (conversation, _), silence in silences.items()
        for blocker in silence.blockers
    ]


def _silences(members: Iterable[Pair]) -> dict[Pair, Silence]:
    """For each of these who is blocked by somebody in the same conversation."""
    wanted = reduce(or_, (Q(conversation_id=id, user__blocks__blocked_id=user) for id, user in members))
    rows = Membership.objects.filter(wanted, left_seq=None).values_list(
        "conversation_id", "conversation__kind", "user_id", "user__blocks__blocked_id"
    )
    found: dict[Pair, set[str]] = {}
    traits: dict[str, kinds.Kind] = {}
    for conversation, kind, blocker, blocked in rows:
        found.setdefault((str(conversation), str(blocked)), set()).add(str(blocker))
        traits[str(conversation)] = kinds.BY_NAME[kind]
    between_two = _between_two([id for id, kind in traits.items() if kind.withholds])
    return {pair: Silence(frozenset(blockers), pair[0] in between_two) for pair, blockers in found.items()}


def _between_two(conversations: Collection[str]) -> set[str]:
    """Those of these conversations that have two members."""
    rows = Membership.objects.filter(conversation_id__in=conversations).order_by().values("conversation_id")
    pairs = rows.annotate(people=Count("pk")).filter(people=2)
    return {str(row["conversation_id"]) for row in pairs}
