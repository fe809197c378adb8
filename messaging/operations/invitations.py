"""Inviting into a group: a link for whoever has it, a question to one person, and letting in who asks.

Everything is decided under the conversation's lock when an invitation is used, whatever was true when it was made: so
the last place is taken once.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from chatify.lib import db, ids
from chatify.lib.errors import Conflict, Forbidden, Invalid, NotFound
from messaging.models import Conversation, Invitation, Joining, Membership
from messaging.models.notice import SAID_LENGTH
from messaging.operations import log, members, notices, questions, requests
from messaging.queries import access, rights
from messaging.queries import invitations as queries

MOST = 100
"""Open links of a group at a time, and the uses of one."""
State = Invitation.State


class Came(StrEnum):
    """What became of an invitation that was accepted."""

    JOINED = "joined"
    INSIDE = "inside"
    """They were in it already: no place is taken."""
    ASKED = "asked"
    """They wait for an owner or admin."""


class Outcome(NamedTuple):
    conversation: UUID
    came: Came


def link(
    actor: User,
    *,
    conversation: UUID,
    expires_at: datetime | None = None,
    max_uses: int | None = None,
    approval: bool = False,
) -> Invitation:
    """Make a link; whoever has it may come in while it is open.

    Raises Forbidden by right, Invalid for a time that is over or a number that cannot be, Conflict beyond 100 links.
    """
    if expires_at is not None and expires_at <= timezone.now():
        raise Invalid.field("expires_at", "This time is over. Choose one to come.")
    if max_uses is not None and not 1 <= max_uses <= 1000:
        raise Invalid.field("max_uses", "Choose a number from 1 to 1,000, or none.")
    with db.atomic():
        group = _inviting(actor, conversation)
        if queries.links_into(group) >= MOST:
            raise Conflict(f"A group has at most {MOST} links: take one back first.")
        row = Invitation(
            conversation=group, creator=actor, expires_at=expires_at, max_uses=max_uses, approval=approval
        )
        row.token_hash = Invitation.hash_of(row.derived())
        row.save(force_insert=True)
    return row


def invite(actor: User, *, conversation: UUID, users: Sequence[User]) -> list[Invitation]:
    """Ask people into the group; who was asked already or is in it stays as they are. Nothing of the group is theirs
    before they accept. Raises Forbidden by right, or where one of them cannot be asked by the actor, or declined
    lately: in the same words, so that they tell neither."""
    with db.atomic():
        group = _inviting(actor, conversation)
        here = Membership.objects.filter(conversation=group, left_seq=None, user__in=users)
        there = set(here.values_list("user_id", flat=True))
        wanted = [user for user in users if user.pk not in there]
        requests.require_addable(actor, wanted)
        if queries.declined_lately(group, wanted):
            raise Forbidden(requests.UNREACHABLE)
        return [_question(group, actor, user) for user in wanted]


def ask(actor: User, *, conversation: UUID, user: User) -> Invitation:
    """Ask one person into the group. Raises Conflict where they are in it, else what `invite` does."""
    asked = invite(actor, conversation=conversation, users=[user])
    if not asked:
        raise Conflict("They are in the group already.")
    return asked[0]


def _question(group: Conversation, actor: User, user: User) -> Invitation:
    given = {"conversation": group, "creator": actor, "receiver": user}
    row, fresh = Invitation.objects.get_or_create(pair=f"{group.pk}:{user.pk}", defaults=given)
    if fresh:
        notices.tell(
            user.pk,
            event="invited",
            key=questions.notice_of(row),
            actor=actor.pk,
            said=group.title[:SAID_LENGTH],
        )
        questions.tell(row)
    return row


def revoke(actor: User, *, invitation: UUID) -> None:
    """Take an invitation back: it opens nothing any more. Raises NotFound for who neither made it nor runs the group;
    again changes nothing."""
    with db.atomic():
        row = Invitation.objects.select_for_update(of=("self",)).filter(pk=invitation).first()
        if row is None:
            raise NotFound(queries.GONE)
        my = access.membership_for(actor, row.conversation_id)
        if row.creator_id != actor.pk and not rights.manages(my.conversation, my):
            raise NotFound(queries.GONE)
        if row.state == State.OPEN:
            questions.close(row, State.REVOKED)


def accept(actor: User, *, token: str) -> Outcome:
    """Come in by an invitation, or ask to be let in where it says so; who is in it already is told where.

    Raises NotFound for no such invitation, Conflict where it opens nothing any more.
    """
    known = queries.found(token, actor)
    with log.open_ledger(known.conversation_id) as ledger:
        row = Invitation.objects.select_for_update(of=("self",)).filter(pk=known.pk).first()
        if row is None:
            raise NotFound(queries.GONE)
        if Membership.objects.filter(conversation_id=row.conversation_id, user=actor, left_seq=None).exists():
            return Outcome(row.conversation_id, Came.INSIDE)
        if refusal := queries.refusal(row):
            raise Conflict(refusal)
        if row.approval or (row.receiver_id is None and queries.was_removed(row, actor)):
            return _ask(row, actor)
        _use(row)
        members.enter(ledger, actor, actor, by="invitation" if row.receiver_id else "link")
    return Outcome(row.conversation_id, Came.JOINED)


def decline(actor: User, *, token: str) -> None:
    """Do not: who invited is not told. Again changes nothing. Raises NotFound unless it is a person's own."""
    id = ids.read(token)
    with db.atomic():
        rows = Invitation.objects.select_for_update(of=("self",))
        row = rows.filter(pk=id, receiver=actor).first() if id else None
        if row is None:
            raise NotFound(queries.GONE)
        if row.state == State.OPEN:
            questions.close(row, State.DECLINED)


def admit(actor: User, *, conversation: UUID, user: UUID, yes: bool = True) -> None:
    """Let somebody in who asked, or not; who is not is not told. Raises Forbidden unless the actor runs the group,
    NotFound where nobody asks."""
    with members.changing(actor, conversation) as (ledger, mine):
        if not rights.manages(ledger.conversation, mine):
            raise Forbidden("Only owners and admins let people in.")
        rows = Joining.objects.select_for_update(of=("self",)).filter(conversation_id=conversation, user=user)
        row = rows.filter(declined_at=None).select_related("user").first()
        if row is None or not row.user.is_active:
            raise NotFound("Nobody like that asks to be let in.")
        if not yes:
            questions.end_asking(conversation, user, declined=True)
            return
        members.enter(ledger, actor, row.user, by="asked")
        questions.end_asking(conversation, user)  # also of who was in it already


def _inviting(actor: User, conversation: UUID) -> Conversation:
    my = access.membership_for(actor, conversation)
    if not rights.may_add(my.conversation, my):
        raise Forbidden("Only owners and admins invite people to this group.")
    return my.conversation


def _ask(row: Invitation, actor: User) -> Outcome:
    wish, fresh = Joining.objects.get_or_create(
        conversation_id=row.conversation_id, user=actor, defaults={"invitation": row}
    )
    if fresh:
        _use(row)
        questions.ask_in(wish)
    return Outcome(row.conversation_id, Came.ASKED)


def _use(row: Invitation) -> None:
    row.uses += 1
    row.save(update_fields=["uses"])
    if row.receiver_id is not None:
        questions.close(row, State.ACCEPTED)
