"""Who is in a conversation, and what its managers may do about it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts import relations
from accounts.door import MemberRequest, signed_in
from accounts.models import User
from chatify.lib import http
from chatify.lib.errors import ChatifyError, Conflict, Forbidden, Invalid, TooMany
from messaging import presenters
from messaging.forms import Naming
from messaging.models import Conversation, Membership
from messaging.operations import conversations, members, pace
from messaging.queries import access, pins
from messaging.queries import members as queries
from messaging.views.actions import place_of
from messaging.views.conversations import heading
from messaging.views.inbox import list_of
from messaging.views.picker import Picker, chosen, pick, search

MANAGERS = (Membership.Role.OWNER, Membership.Role.ADMIN)


@require_safe
@signed_in
def details(request: MemberRequest, id: UUID) -> HttpResponse:
    """GET /c/<id>/details/: who is in it; for its managers the forms to change that."""
    return _details(request, id)


@require_POST
@signed_in
def add(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST to=<username>…: add people; with the button `find` it only searches."""
    access.conversation_for(request.user, id)
    picker = pick(request, "to", "Add people")
    if "find" in request.POST:
        return _details(request, id, picker=search(request, picker))
    return _change(request, id, lambda: _add(request, id, picker), picker=picker)


def _add(request: MemberRequest, id: UUID, picker: Picker) -> None:
    people = _some(request, picker)
    pace.before_add(request.user, conversation=id, people=people)
    members.add(request.user, conversation=id, users=people)


@require_POST
@signed_in
def remove(request: MemberRequest, id: UUID, user: UUID) -> HttpResponse:
    """POST: remove somebody; from then on nothing here exists for them."""
    return _change(
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

    return _change(request, id, change)


@require_POST
@signed_in
def leave(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST: leave; afterwards the inbox, as the conversation is gone for me."""
    return _change(request, id, lambda: members.leave(request.user, conversation=id), then=reverse("inbox"))


@require_POST
@signed_in
def title(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST title=…: another name for the group."""
    form = Naming(request.POST)
    return _change(
        request,
        id,
        lambda: conversations.rename(request.user, conversation=id, title=request.POST.get("title", "")),
        form=form,
    )


def _some(request: MemberRequest, picker: Picker) -> list[User]:
    if not (users := chosen(request, picker)):
        raise Invalid.field("to", "Choose at least one person.")
    return users


def _change(
    request: MemberRequest, id: UUID, change: Callable[[], Any], *, then: str | None = None, **shown: Any
) -> HttpResponse:
    """Do it and show the details again, or show them with the reason why not."""
    try:
        change()
    except (Invalid, Conflict, Forbidden, TooMany) as error:
        return http.wait(_details(request, id, error=error, **shown), error)
    return http.SeeOther(then or reverse("details", args=[id]))


def _details(
    request: MemberRequest,
    id: UUID,
    *,
    error: ChatifyError | None = None,
    form: Naming | None = None,
    picker: Picker | None = None,
) -> HttpResponse:
    found = access.conversation_for(request.user, id)
    context = _about(request, found)
    context["form"] = form or Naming(initial={"title": found.title})
    context["picker"] = picker or pick(request, "to", "Add people")
    _explain(context, error)
    status = error.status if error else 200
    if http.part(request):
        return render(request, "messaging/conversations/_details.html", context, status=status)
    context["list"] = list_of(request, current=found.id)
    return render(request, "messaging/conversations/details.html", context, status=status)


def _about(request: MemberRequest, found: Conversation) -> dict[str, Any]:
    mine: Membership = found.my  # type: ignore[attr-defined]
    page = queries.page(found, cursor=request.GET.get("members"))
    return {
        **heading(request.user, found),
        "pinned": [(presenters.message(row), place_of(row)) for row in pins.of(found)],
        "members": page.items,
        "more": page.next,
        "hiding": relations.hiding_from(request.user, [each.user_id for each in page.items]),
        "manages": found.traits.members_may_change and mine.role in MANAGERS,
        "owns": mine.role == Membership.Role.OWNER,
    }


def _explain(context: dict[str, Any], error: ChatifyError | None) -> None:
    if not isinstance(error, Invalid):
        context["refused"] = error.detail if error else ""
        return
    reasons = dict(error.errors)
    for name in ("to", "members"):
        context["picker"].errors += [
            each for each in reasons.pop(name, []) if each not in context["picker"].errors
        ]
    if reasons:
        context["form"].take(Invalid(error.detail, reasons))
