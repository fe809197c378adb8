"""Members of a group: who is in it, adding, removing, roles."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from ninja.responses import Status

from accounts import relations
from accounts.api import asker
from accounts.queries import people_by_ids
from chatify.lib.api.fields import Cursor, Limit, Listed
from messaging import presenters
from messaging.api import given, shapes
from messaging.operations import members as operations
from messaging.operations import pace
from messaging.queries import access, members, receipts

router = Router(tags=["members"])


@router.get(
    "/conversations/{uuid:conversation}/members", response=Listed[shapes.Member], operation_id="list_members"
)
def index(
    request: HttpRequest, conversation: UUID, q: str = "", cursor: Cursor | None = None, limit: Limit = 50
) -> dict[str, Any]:
    """Who is in it, in the order of joining. `q`: the beginning of a name or username."""
    me = asker(request)
    found = access.conversation_for(me, conversation)
    page = members.page(found, cursor=cursor, limit=limit, q=q)
    shown = receipts.shown_to(me, page.items, my=found.my)  # type: ignore[attr-defined]
    hiding = relations.hiding_from(me, [row.user_id for row in page.items])
    return {"items": [presenters.member(row, shown, hiding) for row in page.items], "next": page.next}


@router.post(
    "/conversations/{uuid:conversation}/members",
    response={201: Listed[shapes.Member]},
    operation_id="add_members",
)
def add(request: HttpRequest, conversation: UUID, payload: given.NewMembers) -> Status[Any]:
    """Add people to a group; who is in it already stays as they are. Answers with those who are new."""
    me = asker(request)
    access.conversation_for(me, conversation)
    people = people_by_ids(me, payload.members)
    pace.before_add(me, conversation=conversation, people=people)
    added = operations.add(me, conversation=conversation, users=people)
    shown = receipts.shown_to(me, added)
    return Status(201, {"items": [presenters.member(row, shown) for row in added], "next": None})


@router.patch(
    "/conversations/{uuid:conversation}/members/{uuid:user}",
    response=shapes.Member,
    operation_id="change_member",
)
def change(request: HttpRequest, conversation: UUID, user: UUID, payload: given.Role) -> dict[str, Any]:
    """Make somebody owner, admin or member; owners may."""
    me = asker(request)
    person = members.member(access.conversation_for(me, conversation), user)
    row = operations.set_role(me, conversation=conversation, user=person, role=payload.role)
    hiding = relations.hiding_from(me, [row.user_id])
    return presenters.member(row, receipts.shown_to(me, [row]), hiding)


@router.delete(
    "/conversations/{uuid:conversation}/members/{uuid:user}",
    response={204: None},
    operation_id="remove_member",
)
def remove(request: HttpRequest, conversation: UUID, user: UUID) -> Status[None]:
    """Remove somebody, or leave. From then on the conversation does not exist for them."""
    me = asker(request)
    person = members.member(access.conversation_for(me, conversation), user)
    operations.remove(me, conversation=conversation, user=person)
    return Status(204, None)
