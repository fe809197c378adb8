"""My labels; putting one on a conversation; one thing done to several conversations."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.door import MemberRequest, signed_in
from accounts.models import User
from chatify.lib import http, ids
from chatify.lib.errors import ChatifyError, Conflict, Invalid
from messaging.forms import Labelled
from messaging.models import Label
from messaging.operations import bulk as bulks
from messaging.operations import labels as operations
from messaging.queries import labels as queries
from messaging.views import moments
from messaging.views.inbox import list_of
from messaging.views.standing import told


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def labels(request: MemberRequest) -> HttpResponse:
    """GET: all of them. POST name, colour: one more."""
    if request.method != "POST":
        return _page(request)
    try:
        operations.create(request.user, **_given(request))
    except (Invalid, Conflict) as error:
        return _page(request, error)
    return http.SeeOther(reverse("labels"))


@require_POST
@signed_in
def edit(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST name, colour."""
    try:
        operations.change(request.user, label=id, **_given(request))
    except Invalid as error:
        return _page(request, error, about=id)
    return http.SeeOther(reverse("labels"))


@require_POST
@signed_in
def delete(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST: gone from all conversations."""
    operations.delete(request.user, label=id)
    return http.SeeOther(reverse("labels"))


@require_POST
@signed_in
def put(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST label=<id> puts it on the conversation, off=<id> takes it off."""
    label = ids.parse(request.POST.get("label") or request.POST.get("off"), field="label")
    change = operations.put(request.user, label=label, conversations=[id], on="label" in request.POST)
    return told(request, change)


@require_POST
@signed_in
def bulk(request: MemberRequest) -> HttpResponse:
    """POST conversation=<id>…, and do=…, snooze=<time>, label=<id> or unlabel=<id>."""
    chosen = [ids.parse(each, field="conversation") for each in request.POST.getlist("conversation")]
    deed = next((name for name in ("snooze", "label", "unlabel") if request.POST.get(name)), "")
    label = request.POST.get(deed, "") if deed.endswith("label") else ""
    change = bulks.apply(
        request.user,
        do=deed or request.POST.get("do", ""),
        conversations=chosen,
        until=moments.chosen(request.POST["snooze"]) if deed == "snooze" else None,
        label=ids.parse(label, field="label") if label else None,
    )
    return told(request, change)


def _given(request: MemberRequest) -> dict[str, str]:
    colour = request.POST.get("colour") or Label.Colour.TEAL
    return {"name": request.POST.get("name", ""), "colour": colour}


def _page(
    request: MemberRequest, error: ChatifyError | None = None, *, about: UUID | None = None
) -> HttpResponse:
    """All labels with their forms; what was refused is said at the form that it came from."""
    new, rows = _forms(request.user, _refused(request.POST, error) if error else None, about)
    context: dict[str, Any] = {"rows": rows, "form": new}
    status = error.status if error else 200
    if http.part(request):
        return render(request, "messaging/labels/_labels.html", context, status=status)
    context["list"] = list_of(request)
    return render(request, "messaging/labels/labels.html", context, status=status)


def _refused(typed: QueryDict, error: ChatifyError) -> Labelled:
    form = Labelled(typed)
    form.take(error if isinstance(error, Invalid) else Invalid(error.detail))
    return form


def _forms(
    user: User, refused: Labelled | None, about: UUID | None
) -> tuple[Labelled, list[tuple[Label, Labelled]]]:
    """The form for a new one, and one for each there is."""
    rows = [
        (row, Labelled(initial={"name": row.name, "colour": row.colour}))
        if refused is None or row.pk != about
        else (row, refused)
        for row in queries.of(user)
    ]
    return (refused if refused is not None and about is None else Labelled()), rows
