"""Invitations into groups: links and questions to people, accepting them, letting in who asks."""

from collections.abc import Container, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from ninja import Router
from ninja.responses import Status

from accounts import relations
from accounts.api import asker
from accounts.devices import network_of
from accounts.models import User
from accounts.presenters import veiled
from accounts.queries import people_by_ids
from chatify.lib.api.fields import Cursor, Limit, Listed
from chatify.lib.digest import stamp
from messaging import presenters
from messaging.api import given, shown, ways
from messaging.models import Invitation
from messaging.operations import invitations as operations
from messaging.operations import pace
from messaging.operations.invitations import Came
from messaging.queries import access, inbox, rights
from messaging.queries import invitations as queries

router = Router(tags=["invitations"])
OF_GROUP = "/conversations/{uuid:conversation}/invitations"


@router.get("/invitations", response=Listed[ways.Invitation], operation_id="list_my_invitations")
def mine(request: HttpRequest) -> dict[str, Any]:
    """The groups that I am asked into and have not answered."""
    me = asker(request)
    return {"items": _shapes(request, me, queries.for_me(me)), "next": None}


@router.get(OF_GROUP, response=Listed[ways.Invitation], operation_id="list_invitations")
def index(request: HttpRequest, conversation: UUID) -> dict[str, Any]:
    """The open ones into a group: all for its owners and admins, else those I made."""
    me = asker(request)
    return {"items": _shapes(request, me, queries.made(me, conversation)), "next": None}


@router.post(OF_GROUP, response={201: ways.Invitation}, operation_id="create_invitation")
def create(request: HttpRequest, conversation: UUID, payload: given.NewInvitation) -> Status[Any]:
    """A link; or with `person` a question to somebody, who sees nothing of the group before they accept."""
    me, wish = asker(request), payload.model_dump()
    access.conversation_for(me, conversation)
    person = wish.pop("person")
    pace.before_invite(me)
    if person is None:
        row = operations.link(me, conversation=conversation, **wish)
    else:
        row = operations.ask(me, conversation=conversation, user=people_by_ids(me, [person])[0])
    return Status(201, _shapes(request, me, [row])[0])


@router.delete("/invitations/{uuid:invitation}", response={204: None}, operation_id="revoke_invitation")
def revoke(request: HttpRequest, invitation: UUID) -> Status[None]:
    """Take one back: whoever made it, and the group's owners and admins."""
    operations.revoke(asker(request), invitation=invitation)
    return Status(204, None)


@router.post("/invitations/{str:token}/accept", response=ways.Joined, operation_id="accept_invitation")
def accept(request: HttpRequest, token: str) -> dict[str, Any]:
    """Come in. Who is in it already takes no place; where an admin lets people in, I am told nothing before."""
    me = asker(request)
    pace.before_use(network_of(request))
    conversation, came = operations.accept(me, token=token)
    row = None if came == Came.ASKED else shown.conversation(me, inbox.row(me, conversation))
    return {"state": str(came), "conversation": row}


@router.post("/invitations/{str:token}/decline", response={204: None}, operation_id="decline_invitation")
def decline(request: HttpRequest, token: str) -> Status[None]:
    """Do not; who asked me is not told."""
    pace.before_use(network_of(request))
    operations.decline(asker(request), token=token)
    return Status(204, None)


@router.get(
    "/conversations/{uuid:conversation}/joining",
    response=Listed[ways.Joining],
    operation_id="list_joining",
)
def joining(
    request: HttpRequest, conversation: UUID, cursor: Cursor | None = None, limit: Limit = 50
) -> dict[str, Any]:
    """Who asks to be let in; for owners and admins."""
    me = asker(request)
    found = access.conversation_for(me, conversation)
    rights.require_managing(found, found.my)  # type: ignore[attr-defined]
    page = queries.joining(found, cursor=cursor, limit=limit)
    hiding = relations.hiding_from(me, [row.user_id for row in page.items])
    items = [
        {"person": veiled(presenters.person(row.user), hiding), "asked_at": stamp(row.asked_at)}
        for row in page.items
    ]
    return {"items": items, "next": page.next}


@router.post(
    "/conversations/{uuid:conversation}/joining/{uuid:user}/accept",
    response={204: None},
    operation_id="accept_joining",
)
def let_in(request: HttpRequest, conversation: UUID, user: UUID) -> Status[None]:
    """Let somebody in who asks; owners and admins may."""
    operations.admit(asker(request), conversation=conversation, user=user)
    return Status(204, None)


@router.post(
    "/conversations/{uuid:conversation}/joining/{uuid:user}/decline",
    response={204: None},
    operation_id="decline_joining",
)
def keep_out(request: HttpRequest, conversation: UUID, user: UUID) -> Status[None]:
    """Do not; they are not told."""
    operations.admit(asker(request), conversation=conversation, user=user, yes=False)
    return Status(204, None)


def _shapes(request: HttpRequest, me: User, rows: Sequence[Invitation]) -> list[dict[str, Any]]:
    people = {id for row in rows for id in (row.creator_id, row.receiver_id) if id}
    hiding = relations.hiding_from(me, people)
    return [{**_shape(row, hiding), "url": _url(request, row)} for row in rows]


def _url(request: HttpRequest, row: Invitation) -> str | None:
    return request.build_absolute_uri(reverse("invite", args=[row.token])) if row.token else None


def _shape(row: Invitation, hiding: Container[UUID]) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "conversation": str(row.conversation_id),
        "title": row.conversation.title,
        "topic": row.conversation.topic,
        "creator": veiled(presenters.person(row.creator), hiding),
        "receiver": veiled(presenters.person(row.receiver), hiding) if row.receiver else None,
        "token": row.token or None,
        "created_at": stamp(row.created_at),
        "expires_at": stamp(row.expires_at) if row.expires_at else None,
        "max_uses": row.max_uses,
        "uses": row.uses,
        "approval": row.approval,
    }
