"""The details of a conversation: who is in it, what is pinned, and what its managers may change about it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts import relations
from accounts.door import MemberRequest, signed_in
from accounts.forms.profile import Picture
from chatify.lib import http
from chatify.lib.errors import ChatifyError, Conflict, Forbidden, Invalid, TooMany
from messaging import presenters
from messaging.forms import Naming, Rights
from messaging.models import Conversation, Membership
from messaging.operations import groups
from messaging.presenters import place_of
from messaging.queries import access, invitations, pins
from messaging.queries import members as queries
from messaging.queries import rights as deciding
from messaging.views.conversations import heading
from messaging.views.inbox import list_of
from messaging.views.picker import Picker, pick

FEW = 8
"""So many members are found by looking."""

CHOICES = {"roles": Membership.Role.choices, "levels": Membership.Level.choices}


@require_safe
@signed_in
def details(request: MemberRequest, id: UUID) -> HttpResponse:
    """GET /c/<id>/details/: who is in it; for its managers the forms to change that."""
    return page(request, id)


@require_POST
@signed_in
def title(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST title=…, topic=…: another name for the group, another line about it. What is left out stays."""
    name, topic = request.POST.get("title"), request.POST.get("topic")
    return changed(
        request,
        id,
        lambda: groups.change(request.user, conversation=id, title=name, topic=topic),
        form=Naming(request.POST),
    )


@require_POST
@signed_in
def rights(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST post, add, pin, edit = everyone|admins, history = joining|all. What is left out stays."""
    allow = {name: request.POST[name] for name in Rights.base_fields if name in request.POST}
    form = Rights(request.POST)
    return changed(
        request, id, lambda: groups.change(request.user, conversation=id, allow=allow), ruling=form
    )


def changed(
    request: MemberRequest, id: UUID, change: Callable[[], Any], *, then: str | None = None, **shown: Any
) -> HttpResponse:
    """Do it and show the details again, or show them with the reason why not."""
    try:
        change()
    except (Invalid, Conflict, Forbidden, TooMany) as error:
        return http.wait(page(request, id, error=error, **shown), error)
    return http.SeeOther(then or reverse("details", args=[id]))


def page(
    request: MemberRequest,
    id: UUID,
    *,
    error: ChatifyError | None = None,
    form: Naming | None = None,
    ruling: Rights | None = None,
    picker: Picker | None = None,
) -> HttpResponse:
    """The details alone or beside the list; `error` is why something was not changed."""
    found = access.conversation_for(request.user, id)
    context = _about(request, found)
    context["form"] = form or Naming(initial={"title": found.title, "topic": found.topic})
    context["ruling"] = ruling or Rights(initial=found.rights)
    context["picker"] = picker or pick(request, "to", "Add people")
    _explain(context, error)
    status = error.status if error else 200
    if http.part(request):
        return render(request, "messaging/conversations/_details.html", context, status=status)
    context["list"] = list_of(request, current=found.id)
    return render(request, "messaging/conversations/details.html", context, status=status)


def _about(request: MemberRequest, found: Conversation) -> dict[str, Any]:
    mine: Membership = found.my  # type: ignore[attr-defined]
    return {
        **heading(request.user, found),
        **_members(request, found),
        "pinned": [(presenters.message(row), place_of(row)) for row in pins.of(found)],
        "may": deciding.of(found, mine),
        "previews": deciding.shows_previews(found),
        "switches": deciding.may_switch_previews(found, mine),
        "manages": deciding.manages(found, mine),
        "asking_in": invitations.joining_count(found) if deciding.manages(found, mine) else 0,
        "owns": mine.role == Membership.Role.OWNER,
        "picture": Picture(),
        **CHOICES,
        "successors": queries.successors(found, mine) if found.traits.members_may_change else [],
    }


def _members(request: MemberRequest, found: Conversation) -> dict[str, Any]:
    """A page of the members, or of those who are looked for."""
    q, cursor = request.GET.get("q", ""), request.GET.get("members")
    page = queries.page(found, cursor=cursor, q=q)
    following = {"q": q, "members": page.next} if q else {"members": page.next}
    return {
        "q": q,
        "members": page.items,
        "more": urlencode(following) if page.next else "",
        "many": q or cursor or page.next or len(page.items) > FEW,
        "hiding": relations.hiding_from(request.user, [each.user_id for each in page.items]),
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
    for form in (context["form"], context["ruling"]):
        own = {name: reasons.pop(name) for name in form.fields.keys() & reasons.keys() if form.is_bound}
        if own:
            form.take(Invalid(error.detail, own))
    context["refused"] = " ".join(sentence for each in reasons.values() for sentence in each)
