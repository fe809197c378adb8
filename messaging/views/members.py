"""Who is in a conversation, and what its managers may do about it."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.door import MemberRequest, signed_in
from accounts.models import User
from chatify.lib import http, ids
from chatify.lib.errors import Conflict, Forbidden, Invalid
from messaging.operations import members, pace, returns
from messaging.queries import access
from messaging.queries import members as queries
from messaging.views.details import changed, page
from messaging.views.picker import Picker, chosen, pick, search


@require_POST
@signed_in
def add(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST to=<username>…: add people; with the button `find` it only searches."""
    access.conversation_for(request.user, id)
    picker = pick(request, "to", "Add people")
    if "find" in request.POST:
        return page(request, id, picker=search(request, picker))
    return changed(request, id, lambda: _add(request, id, picker), picker=picker)


def _add(request: MemberRequest, id: UUID, picker: Picker) -> None:
    people = _some(request, picker)
    pace.before_add(request.user, conversation=id, people=people)
    members.add(request.user, conversation=id, users=people)


@require_POST
@signed_in
def remove(request: MemberRequest, id: UUID, user: UUID) -> HttpResponse:
    """POST: remove somebody; from then on nothing here exists for them."""
    return changed(
        request,
        id,
        lambda: members.remove(request.user, conversation=id, user=_member(request, id, user)),
    )


def _member(request: MemberRequest, id: UUID, user: UUID) -> User:
    """The member of this page, who may be suspended."""
    return queries.member(access.conversation_for(request.user, id), user)


@require_POST
@signed_in
def role(request: MemberRequest, id: UUID, user: UUID) -> HttpResponse:
    """POST role=owner|admin|member."""

    def change() -> Any:
        person = _member(request, id, user)
        return members.set_role(request.user, conversation=id, user=person, role=request.POST.get("role", ""))

    return changed(request, id, change)


@require_POST
@signed_in
def leave(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST successor=<id>: leave; afterwards what was done, with a way back for some minutes."""
    try:
        heir = request.POST.get("successor")
        named = _member(request, id, ids.parse(heir, field="successor")) if heir else None
        change = returns.leave(request.user, conversation=id, successor=named)
    except (Invalid, Conflict, Forbidden) as error:
        return page(request, id, error=error)
    return http.SeeOther(reverse("undo", args=[change.id]))


def _some(request: MemberRequest, picker: Picker) -> list[User]:
    if not (users := chosen(request, picker)):
        raise Invalid.field("to", "Choose at least one person.")
    return users
