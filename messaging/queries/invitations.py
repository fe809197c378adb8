"""Ways into a group: who sees them, what still opens, who asks to be let in."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import BigIntegerField, Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import Block, User
from chatify.lib import ids, paging
from chatify.lib.errors import NotFound
from chatify.lib.paging import Page
from messaging.models import Conversation, Event, Invitation, Joining, Membership
from messaging.queries import access, rights

OPEN = Invitation.State.OPEN
REST = timedelta(days=30)
"""For how long nobody is asked again who declined."""
GONE = "This invitation is not there. It may have been taken back."


@dataclass(frozen=True, slots=True)
class Offer:
    """An invitation as the person sees it who holds it: `refusal` is why it does not open any more, and `asks`
    whether somebody has to let them in; `inside` they are already, and `asked` they have."""

    invitation: Invitation
    members: int
    refusal: str = ""
    inside: bool = False
    asks: bool = False
    asked: bool = False

    @property
    def shows(self) -> bool:
        """Whether the group may be seen by it: one that is over shows nothing of what the group is now."""
        return self.inside or not self.refusal


def found(token: str, reader: User | None = None) -> Invitation:
    """The invitation that this token opens: a link for whoever has it, a person's for that person alone, until it is
    answered or while they are in the group. Raises NotFound, in the same words for what never was."""
    rows = Invitation.objects.select_related("conversation", "creator")
    if id := ids.read(token):
        row = _still_open(rows, reader).filter(pk=id).first() if reader else None
    else:
        row = rows.filter(token_hash=Invitation.hash_of(token)).first() if token.isascii() else None
    if row is None:
        raise NotFound(GONE)
    return row


def _still_open(rows: QuerySet[Invitation], reader: User) -> QuerySet[Invitation]:
    here = Membership.objects.filter(conversation=OuterRef("conversation"), user=reader, left_seq=None)
    return rows.filter(Q(state=OPEN) | Q(Exists(here)), receiver=reader)


def offer(row: Invitation, reader: User | None = None) -> Offer:
    """How an invitation stands now, for somebody who has not decided yet."""
    here = Membership.objects.filter(conversation_id=row.conversation_id, left_seq=None)
    inside = reader is not None and here.filter(user=reader).exists()
    asking = Joining.objects.filter(conversation_id=row.conversation_id, user=reader)
    asked = reader is not None and asking.exists()  # also who was declined: they are not told
    asks = row.approval or (reader is not None and row.receiver_id is None and was_removed(row, reader))
    return Offer(row, here.count(), refusal(row), inside, asks, asked)


def refusal(row: Invitation, makers: Container[UUID] | None = None) -> str:
    """Why it does not open: the sentence for it, or nothing. Whoever made it must still be one who may; `makers` are
    those who are where the door knows."""
    if row.state != OPEN:
        taken_back = row.state == Invitation.State.REVOKED
        return "This invitation was taken back." if taken_back else "This invitation was answered already."
    if row.is_over(timezone.now()):
        return "The time of this invitation is over."
    if row.is_full:
        return "As many people as it was made for have used this invitation."
    if row.creator_id not in (makers_of([row]) if makers is None else makers):
        return "Whoever made this invitation cannot invite people any more."
    return ""


def makers_of(rows: Sequence[Invitation]) -> set[UUID]:
    """Those who made these invitations into one group and may still invite."""
    conversations, people = {row.conversation_id for row in rows}, {row.creator_id for row in rows}
    here = Membership.objects.filter(conversation__in=conversations, user__in=people, left_seq=None)
    here = here.filter(user__is_active=True).select_related("conversation")
    return {each.user_id for each in here if rights.may_add(each.conversation, each)}


def was_removed(row: Invitation, user: User) -> bool:
    """Whether somebody else ended their last membership: they come back when they are let in."""
    gone = Membership.objects.filter(conversation_id=row.conversation_id, user=user, left_seq__isnull=False)
    last = gone.values_list("left_seq", flat=True).first()
    if last is None:
        return False
    ended = Event.objects.filter(conversation_id=row.conversation_id, seq=last)
    return ended.exclude(actor_id=user.pk).exists()


def declined_lately(group: Conversation, people: Sequence[User]) -> bool:
    """Whether one of them declined to come into this group, whoever asked."""
    rows = Invitation.objects.filter(conversation=group, receiver__in=people)
    return rows.filter(state=Invitation.State.DECLINED, closed_at__gt=timezone.now() - REST).exists()


def one(actor: User, conversation: UUID, invitation: UUID) -> Invitation:
    """An open link of the group that the actor may show. Raises NotFound."""
    row = _made(actor, conversation).filter(pk=invitation, receiver=None).first()
    if row is None or not row.token:
        raise NotFound(GONE)
    return row


def made(actor: User, conversation: UUID, *, limit: int = 200) -> Sequence[Invitation]:
    """The open invitations into a group, latest first: all for those who run it, else those one made oneself. Raises
    NotFound for who is no member."""
    return list(_made(actor, conversation).order_by("-id")[:limit])


def links_into(group: Conversation) -> int:
    """How many links are open: those whose time is over count no more."""
    return _open(group).filter(receiver=None).count()


def _made(actor: User, conversation: UUID) -> QuerySet[Invitation]:
    group = access.conversation_for(actor, conversation)
    rows = _open(group).select_related("conversation", "creator", "receiver")
    return rows if rights.manages(group, group.my) else rows.filter(creator=actor)  # type: ignore[attr-defined]


def _open(group: Conversation) -> QuerySet[Invitation]:
    in_time = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    return Invitation.objects.filter(in_time, conversation=group, state=OPEN)


def for_me(user: User, *, limit: int = 50) -> Sequence[Invitation]:
    """What I am invited into and have not answered, of people whom I did not block and who may still invite."""
    return list(_received(user.pk).select_related("conversation", "creator").order_by("-id")[:limit])


def waiting_count(user: UUID) -> int:
    """How many invitations wait for an answer."""
    return _received(user).count()


def waiting_of(user: UUID) -> Subquery:
    """The same number as part of a query about people."""
    rows = _received(user).order_by().values("receiver_id").annotate(number=Count("pk"))
    return Subquery(rows.values("number"), output_field=BigIntegerField())


def _received(user: UUID | OuterRef) -> QuerySet[Invitation]:
    """Those that open something: who made them may still invite, and is not blocked."""
    blocked = Block.objects.filter(blocker_id=OuterRef("receiver_id"), blocked_id=OuterRef("creator_id"))
    makers = Membership.objects.filter(
        Q(conversation__members_add=True) | Q(role__in=Membership.MANAGING),
        conversation_id=OuterRef("conversation_id"),
        user_id=OuterRef("creator_id"),
        user__is_active=True,
        left_seq=None,
    )
    return Invitation.objects.filter(~Exists(blocked), Exists(makers), receiver_id=user, state=OPEN)


def joining_count(conversation: Conversation) -> int:
    """How many ask to be let in."""
    return _asking(conversation).count()


def joining(conversation: Conversation, *, cursor: str | None = None, limit: int = 50) -> Page[Joining]:
    """Who asks to be let in, first come first. The conversation comes from `access`; the door asks for the right."""
    limit = paging.clamp(limit)
    (last,) = paging.decode(cursor, UUID) if cursor else (None,)
    rows = _asking(conversation).select_related("user")
    if last is not None:
        rows = rows.filter(pk__gt=last)
    items = list(rows.order_by("pk")[: limit + 1])
    return Page(items[:limit], paging.encode(items[limit - 1].pk) if len(items) > limit else None)


def _asking(conversation: Conversation) -> QuerySet[Joining]:
    return Joining.objects.filter(conversation=conversation, declined_at=None, user__is_active=True)
