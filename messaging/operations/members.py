"""Who is in a group: adding, removing, leaving, roles. Each change takes a seq and raises the membership version."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from accounts.models import User
from chatify.lib.errors import Conflict, Forbidden, Invalid, NotFound
from messaging.events import JOINED, LEFT, ROLE
from messaging.models import Conversation, Membership
from messaging.operations import blocks, log, questions, requests
from messaging.queries import access, counts, rights
from messaging.queries import invitations as declining

Role = Membership.Role


def add(actor: User, *, conversation: UUID, users: Sequence[User]) -> list[Membership]:
    """Add people; who is a member already stays as they are. They read from their joining on, and who does not know
    the actor and chose so is asked first.

    Raises Forbidden unless the actor may by right and may reach them, or where one of them declined an invitation into
    it lately; Invalid beyond the maximum.
    """
    with changing(actor, conversation) as (ledger, mine):
        if not rights.may_add(ledger.conversation, mine):
            raise Forbidden("Only owners and admins add people to this group.")
        rows = {row.user_id: row for row in _rows(conversation)}
        active = sum(row.left_seq is None for row in rows.values())
        fresh = {user.id: user for user in users if not _active(rows.get(user.id))}
        if active + len(fresh) > ledger.conversation.traits.maximum_members:
            raise Invalid.field("members", full(ledger.conversation))
        requests.require_addable(actor, list(fresh.values()))
        if declining.declined_lately(ledger.conversation, list(fresh.values())):
            raise Forbidden(requests.UNREACHABLE)
        asked = requests.first_states(ledger.conversation.traits, actor, list(fresh.values()))
        joined = [
            _join(ledger, actor, user, rows.get(user.id), asked.get(user.id)) for user in fresh.values()
        ]
        blocks.introduce(ledger.conversation, list(fresh.values()))
        return joined


def enter(ledger: log.Ledger[Conversation], actor: User, user: User, *, by: str) -> None:
    """Somebody comes in of their own will, into a group that is held: by a `link`, an `invitation`, or let in by the
    actor; who is in it stays. Raises Conflict where the group is full."""
    conversation = ledger.conversation
    row = (
        Membership.objects.select_for_update(no_key=True).filter(conversation=conversation, user=user).first()
    )
    if _active(row):
        return
    _require_room(conversation)
    _join(ledger, actor, user, row, None, by=by)
    blocks.introduce(conversation, [user])


def _require_room(conversation: Conversation) -> None:
    there = Membership.objects.filter(conversation=conversation, left_seq=None).count()
    if there >= conversation.traits.maximum_members:
        raise Conflict(full(conversation))


def full(conversation: Conversation) -> str:
    """The sentence for one member too many."""
    return f"A group has at most {conversation.traits.maximum_members:,} members."


def remove(actor: User, *, conversation: UUID, user: User) -> None:
    """Remove somebody: that event is the last they get, and from then on everything here is a 404 for them."""
    with changing(actor, conversation) as (ledger, mine):
        if user.id != mine.user_id:
            _require_manager(mine)
        theirs = _member(conversation, user)
        if user.id != mine.user_id and theirs.role == Role.OWNER:
            raise Forbidden("An owner cannot be removed.")
        _go(ledger, actor, user, theirs)


def leave(actor: User, *, conversation: UUID, successor: User | None = None) -> Membership:
    """Leave a group. The last owner names a successor, unless nobody else is left; who is named becomes an owner.

    Raises Conflict where an owner is missing then, Forbidden where somebody else than an owner names one.
    """
    with changing(actor, conversation) as (ledger, mine):
        if successor is not None and successor.pk != actor.pk:
            if mine.role != Role.OWNER:
                raise Forbidden("Only owners may change roles.")
            _give(ledger, actor, successor, _member(conversation, successor), Role.OWNER)
        _go(ledger, actor, actor, mine)
        return mine


def come_back(ledger: log.Ledger[Conversation], actor: User, *, left: int) -> None:
    """Undo the leaving that took the place `left` in the log of a group that is held: role, place and what was read are
    as they were. Raises Conflict where the membership is another by now, or the group is full."""
    conversation = ledger.conversation
    row = (
        Membership.objects.select_for_update(no_key=True)
        .filter(conversation=conversation, user=actor)
        .first()
    )
    if row is None or row.left_seq != left:
        raise Conflict("This cannot be undone any more: it has changed since.")
    _require_room(conversation)
    row.left_seq = None
    row.conversation = conversation
    row.skip = counts.skip_after(row, row.read_number)
    row.save(update_fields=["left_seq", "skip"])
    questions.over(conversation.pk, actor.pk)
    ledger.event(JOINED, actor, {"user": str(actor.id), "by": "return"}, about=actor)
    ledger.bump_membership()
    blocks.introduce(conversation, [actor])


def set_role(actor: User, *, conversation: UUID, user: User, role: str) -> Membership:
    """Make somebody owner, admin or member. Only owners may; the last owner stays one."""
    if role not in Role.values:
        raise Invalid.field("role", "A role is owner, admin or member.")
    with changing(actor, conversation) as (ledger, mine):
        if mine.role != Role.OWNER:
            raise Forbidden("Only owners may change roles.")
        theirs = _member(conversation, user)
        if theirs.role == Role.OWNER and role != Role.OWNER and _owners(conversation) == 1:
            raise Conflict("The last owner names another owner first.")
        _give(ledger, actor, user, theirs, role)
        return theirs


@contextmanager
def changing(actor: User, conversation: UUID) -> Iterator[tuple[log.Ledger, Membership]]:
    """Hold the conversation's lock; give its ledger and the actor's own membership, or NotFound for outsiders."""
    access.conversation_for(actor, conversation)
    with log.open_ledger(conversation) as ledger:
        mine = access.membership_for(actor, conversation)
        if not ledger.conversation.traits.members_may_change:
            raise Forbidden("The members of this conversation do not change.")
        yield ledger, mine


def _rows(conversation: UUID) -> list[Membership]:
    return list(
        Membership.objects.select_for_update(of=("self",), no_key=True)
        .filter(conversation_id=conversation)
        .order_by("id")
    )


def _active(row: Membership | None) -> bool:
    return row is not None and row.left_seq is None


def _member(conversation: UUID, user: User) -> Membership:
    rows = Membership.objects.select_for_update(of=("self",), no_key=True)
    row = rows.filter(conversation_id=conversation, user=user, left_seq=None).first()
    if row is None:
        raise NotFound("This person is not a member.")
    return row


def _owners(conversation: UUID) -> int:
    return Membership.objects.filter(conversation_id=conversation, left_seq=None, role=Role.OWNER).count()


def _require_manager(mine: Membership) -> None:
    if not mine.manages:
        raise Forbidden("Only owners and admins may change who is in the group.")


def _join(
    ledger: log.Ledger,
    actor: User,
    user: User,
    row: Membership | None,
    asked: str | None,
    *,
    by: str = "",
) -> Membership:
    """A new membership, or the old one opened anew: what was said before stays unseen unless the group opened it.
    `asked` is how it stands for who does not know the actor."""
    row = row or Membership(conversation=ledger.conversation, user=user)
    row.role, row.left_seq = Role.MEMBER, None
    row.visible_from_seq = 0 if ledger.conversation.open_history else ledger.next_seq
    row.read_number = row.delivered_number = ledger.conversation.message_count
    row.skip = 0
    row.request, row.asked_by = asked or Membership.Request.NONE, None if asked is None else actor
    row.save()
    questions.over(ledger.conversation.pk, user.pk)
    told = {"user": str(user.id), "by": by} if by else {"user": str(user.id)}
    ledger.event(JOINED, actor, told, about=user)
    ledger.bump_membership()
    return row


def _give(ledger: log.Ledger, actor: User, user: User, row: Membership, role: str) -> None:
    if row.role == role:
        return
    row.role = role
    row.save(update_fields=["role"])
    ledger.event(ROLE, actor, {"user": str(user.id), "role": role}, about=user)
    ledger.bump_membership()


def _go(ledger: log.Ledger, actor: User, user: User, row: Membership) -> None:
    others = Membership.objects.filter(conversation=ledger.conversation, left_seq=None).exclude(pk=row.pk)
    if row.role == Role.OWNER and others.exists() and not others.filter(role=Role.OWNER).exists():
        raise Conflict("You are the last owner: make somebody else an owner first.")
    row.left_seq = ledger.next_seq
    row.save(update_fields=["left_seq"])
    questions.over(ledger.conversation.pk, user.pk)
    ledger.event(LEFT, actor, {"user": str(user.id)}, about=user)
    ledger.bump_membership()
