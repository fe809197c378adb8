"""Inviting people into a group, and letting in who asks: what its members see of it."""

import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import qrcode
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from qrcode.image.svg import SvgPathFillImage

from accounts import relations
from accounts.door import MemberRequest, signed_in
from chatify.lib import http
from chatify.lib.errors import ChatifyError, Conflict, Forbidden, Invalid, TooMany
from chatify.lib.paging import Page
from messaging.forms import Linking
from messaging.models import Invitation, Joining
from messaging.operations import invitations as operations
from messaging.operations import pace
from messaging.queries import access, rights
from messaging.queries import invitations as queries
from messaging.views.conversations import heading
from messaging.views.inbox import list_of
from messaging.views.picker import Picker, chosen, pick, search


@dataclass(frozen=True, slots=True)
class Link:
    """An open link as those see it who may show it: `refusal` is why nobody comes in by it now."""

    row: Invitation
    url: str
    refusal: str


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def invitations(request: MemberRequest, id: UUID) -> HttpResponse:
    """GET: the open ones, and who asks to be let in. POST make=link|people; with the button `find` it only searches."""
    access.conversation_for(request.user, id)
    picker = pick(request, "to", "People")
    if request.method != "POST":
        return _page(request, id, picker)
    if "find" in request.POST:
        return _page(request, id, search(request, picker))
    try:
        _make(request, id, picker)
    except (Invalid, Conflict, Forbidden, TooMany) as error:
        return http.wait(_page(request, id, picker, error), error)
    return http.SeeOther(reverse("invitations", args=[id]))


def _make(request: MemberRequest, id: UUID, picker: Picker) -> None:
    if request.POST.get("make") == "link":
        wish = _wish(request)
        pace.before_invite(request.user)
        operations.link(request.user, conversation=id, **wish)
        return
    people = chosen(request, picker)
    if not people:
        raise Invalid.field("to", "Choose at least one person.")
    pace.before_invite(request.user, people=len(people))
    operations.invite(request.user, conversation=id, users=people)


def _wish(request: MemberRequest) -> dict[str, Any]:
    form = Linking(request.POST)
    if not form.is_valid():
        raise Invalid(
            "Choose one of the answers.",
            {name: [str(sentence) for sentence in each] for name, each in form.errors.items()},
        )
    hours, uses = form.cleaned_data["expires"], form.cleaned_data["max_uses"]
    return {
        "expires_at": timezone.now() + timedelta(hours=int(hours)) if hours else None,
        "max_uses": int(uses) if uses else None,
        "approval": form.cleaned_data["approval"],
    }


@require_POST
@signed_in
def revoke(request: MemberRequest, id: UUID, invitation: UUID) -> HttpResponse:
    """POST: take a link or somebody's invitation back."""
    access.conversation_for(request.user, id)
    operations.revoke(request.user, invitation=invitation)
    return http.SeeOther(reverse("invitations", args=[id]))


@require_POST
@signed_in
def joining(request: MemberRequest, id: UUID, user: UUID) -> HttpResponse:
    """POST do=accept|decline: let somebody in who asks, or not."""
    picker = pick(request, "to", "People")
    try:
        if request.POST.get("do") not in ("accept", "decline"):
            raise Invalid.field("do", "Choose what to do.")
        operations.admit(request.user, conversation=id, user=user, yes=request.POST["do"] == "accept")
    except (Invalid, Conflict, Forbidden) as error:
        return _page(request, id, picker, error)
    return http.SeeOther(reverse("invitations", args=[id]))


@require_safe
@signed_in
def picture(request: MemberRequest, id: UUID, invitation: UUID) -> HttpResponse:
    """GET the QR code of a link as SVG, for those who may show it."""
    row = queries.one(request.user, id, invitation)
    drawn = io.BytesIO()
    qrcode.make(url_of(request, row), image_factory=SvgPathFillImage, border=2).save(drawn)
    headers = {"Cache-Control": "private, no-store"}
    return HttpResponse(drawn.getvalue(), content_type="image/svg+xml", headers=headers)


def url_of(request: MemberRequest, row: Invitation) -> str:
    """The whole address of an invitation, empty where it cannot be shown any more."""
    return request.build_absolute_uri(reverse("invite", args=[row.token])) if row.token else ""


def _page(
    request: MemberRequest, id: UUID, picker: Picker, error: ChatifyError | None = None
) -> HttpResponse:
    found = access.conversation_for(request.user, id)
    my = found.my  # type: ignore[attr-defined]
    if not rights.may_add(found, my):
        raise Forbidden("Only owners and admins invite people to this group.")
    context = {**heading(request.user, found), **_listed(request, id), "picker": picker}
    context |= {"form": Linking(request.POST) if "max_uses" in request.POST else Linking()}
    context["refused"] = "" if error is None or "to" in getattr(error, "errors", {}) else error.detail
    picker.errors = picker.errors or getattr(error, "errors", {}).get("to", [])
    status = error.status if error else 200
    if http.part(request):
        return render(request, "messaging/invitations/_invitations.html", context, status=status)
    context["list"] = list_of(request, current=found.id)
    return render(request, "messaging/invitations/invitations.html", context, status=status)


def _listed(request: MemberRequest, id: UUID) -> dict[str, Any]:
    rows = queries.made(request.user, id)
    asking = _asking(request, id)
    asked = [row for row in rows if row.receiver]
    people = [*(row.receiver_id for row in asked if row.receiver_id), *(row.user_id for row in asking.items)]
    return {
        "links": _links(request, [row for row in rows if not row.receiver]),
        "asked": asked,
        "asking": asking.items,
        "more_asking": asking.next,
        "hiding": relations.hiding_from(request.user, people),
    }


def _asking(request: MemberRequest, id: UUID) -> Page[Joining]:
    """Who asks to be let in, for those who decide about it."""
    found = access.conversation_for(request.user, id)
    if not rights.manages(found, found.my):  # type: ignore[attr-defined]
        return Page([])
    return queries.joining(found, cursor=request.GET.get("asking"))


def _links(request: MemberRequest, rows: list[Invitation]) -> list[Link]:
    makers = queries.makers_of(rows)
    return [Link(row, url_of(request, row), queries.refusal(row, makers)) for row in rows]
