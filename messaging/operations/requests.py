"""What strangers begin waits in *Requests* until it is answered, and so do groups they add somebody to who chose that.
They are told neither how nor when."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import Q

from accounts import relations
from accounts.models import User
from chatify.lib import db, events
from chatify.lib.errors import Conflict, Forbidden, NotFound
from messaging import kinds
from messaging.events import RequestAccepted, RowsChanged
from messaging.models import Membership
from messaging.operations import notices
from messaging.queries import requests

Request = Membership.Request
UNREACHABLE = "Not everybody here can be added. People choose who may reach them."


def first_states(kind: kinds.Kind, actor: User, people: Sequence[User]) -> Mapping[UUID, str]:
    """How what the actor begins, or adds them to, stands for those who do not know or blocked the actor: the others are
    not named. NONE is for a group that a stranger adds them to at once. Two queries."""
    if not kind.asks_strangers:
        return {}
    blockers = relations.hiding_from(actor, [person.id for person in people])
    strangers = requests.strangers_to(actor, people)
    asked = {person.id for person in requests.asking(kind, people)}
    states = {person: Request.WAITING if person in asked else Request.NONE for person in strangers}
    return states | dict.fromkeys(blockers, Request.BLOCKED)


def require_addable(actor: User, people: Sequence[User]) -> None:
    """Raises Forbidden where one of them blocked the actor, or declined what the actor asked them into: in the same
    words, so that they tell neither."""
    ids = [person.id for person in people]
    asked = Membership.objects.filter(user_id__in=ids, asked_by=actor, left_seq=None)
    if asked.filter(request=Request.DECLINED).exists() or relations.hiding_from(actor, ids):
        raise Forbidden(UNREACHABLE)


def accept(actor: User, *, conversation: UUID) -> None:
    """Take part: it moves to the inbox, and both see of each other what their switches allow. Again changes nothing.

    Raises NotFound for who is no member, Conflict where the other is blocked.
    """
    with db.atomic():
        row = _held(actor, conversation)
        if row.request == Request.BLOCKED:
            raise Conflict("You blocked this person. Unblock them first.")
        if row.request:
            _answer(row, Request.NONE)
            events.emit(RequestAccepted(conversation, actor.pk))


def decline(actor: User, *, conversation: UUID) -> None:
    """Do not: it is out of sight, and whoever asked goes on seeing an answer that does not come. Again changes
    nothing. Raises NotFound for who is no member, Conflict for what was accepted.
    """
    with db.atomic():
        row = _held(actor, conversation)
        if not row.request:
            raise Conflict("You take part in this conversation already.")
        if row.request == Request.WAITING:
            _answer(row, Request.DECLINED)
            events.emit(RowsChanged(actor.pk, (conversation,)))


def accept_from_contacts(one: UUID, other: UUID) -> None:
    """Two people became contacts: what one of them asked the other into is no request any more."""
    if not relations.are_contacts_by_id(one, other):
        return
    with db.atomic():
        asked = Q(user_id=one, asked_by=other) | Q(user_id=other, asked_by=one)
        rows = Membership.objects.select_for_update(of=("self",), no_key=True).filter(
            asked, request=Request.WAITING
        )
        for row in rows.order_by("pk"):
            _answer(row, Request.NONE)
            events.emit(RequestAccepted(row.conversation_id, row.user_id))


def _held(actor: User, conversation: UUID) -> Membership:
    rows = Membership.objects.select_for_update(of=("self",), no_key=True)
    row = rows.filter(conversation_id=conversation, user=actor, left_seq=None).first()
    if row is None:
        raise NotFound("There is no such conversation.")
    return row


def _answer(row: Membership, state: str) -> None:
    row.request = state
    notices.close(row.user_id, key=f"request:{row.conversation_id}")
    if state == Request.NONE:
        row.asked_by = None
    row.save(update_fields=["request", "asked_by"])
