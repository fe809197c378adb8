"""What waits to be sent: the list, changing one, taking it back, sending it now."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.door import MemberRequest, signed_in
from chatify.lib import http
from chatify.lib.errors import Invalid
from messaging.forms import SendingChoices, Waiting
from messaging.models import Scheduled
from messaging.operations import preferences
from messaging.operations import scheduled as operations
from messaging.queries import scheduled as queries
from messaging.queries.preferences import sending as chosen_sending
from messaging.views import moments
from messaging.views.inbox import list_of


@require_safe
@signed_in
def scheduled(request: MemberRequest) -> HttpResponse:
    """GET /scheduled/: mine, what goes first comes first."""
    page = queries.page(request.user, cursor=request.GET.get("cursor"))
    named = queries.addressed(page.items)
    rows = [(row, named.get(row.pk, {}).get("to", [])) for row in page.items]
    return _pane(request, "scheduled", "_list", {"page": page, "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(request: MemberRequest, id: UUID) -> HttpResponse:
    """GET: its text and time. POST body, send_at: change them; a time that is not given stays."""
    row = queries.one(request.user, id)
    local = timezone.localtime(row.due_at).strftime("%Y-%m-%dT%H:%M")
    form = Waiting(request.POST or None, initial={"body": row.body, "send_at": local})
    if request.method == "POST":
        given = request.POST.get("send_at", "")
        send_at = moments.chosen(given, field="send_at") if given and given != local else None
        try:
            operations.change(request.user, scheduled=id, body=request.POST.get("body", ""), send_at=send_at)
            return http.SeeOther(reverse("scheduled"))
        except Invalid as error:
            form.take(error)
    return _pane(request, "edit", "_edit", {"row": row, "form": form}, status=422 if form.errors else 200)


@require_POST
@signed_in
def cancel(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST: it will not be sent; its text and its files are back in the composer, or in the form of a first letter."""
    row = operations.take_back(request.user, scheduled=id)
    if http.wants_json(request):
        told = {"words": "Taken back.", "conversations": [str(row.conversation_id)], **_given_back(row)}
        return http.json_answer(told)
    return http.SeeOther(_again(row) or reverse("conversation", args=[row.conversation_id]))


def _given_back(row: Scheduled) -> dict[str, Any]:
    """What goes back into the composer; of a first letter, where its form is."""
    return {"to": again} if (again := _again(row)) else {"body": row.body, "attachments": row.attachments}


def _again(row: Scheduled) -> str:
    return f"{reverse('new')}?kind=mail&again={row.pk}" if row.recipients is not None else ""


@require_POST
@signed_in
def send(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST: it goes now; the list says where it could not."""
    operations.send_now(request.user, scheduled=id)
    return http.SeeOther(reverse("scheduled"))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def sending(request: MemberRequest) -> HttpResponse:
    """GET: how what I send goes. POST: change it, then back."""
    form = SendingChoices(request.POST or None, initial=chosen_sending(request.user))
    if request.method == "POST" and form.is_valid():
        preferences.set_sending(request.user, **form.cleaned_data)
        messages.success(request, "Saved.")
        return http.SeeOther(request.path)
    status = 422 if form.errors else 200
    return render(request, "messaging/scheduled/settings.html", {"form": form}, status=status)


def _pane(
    request: MemberRequest, page: str, part: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    if http.part(request):
        return render(request, f"messaging/scheduled/{part}.html", context, status=status)
    context["list"] = list_of(request)
    return render(request, f"messaging/scheduled/{page}.html", context, status=status)
