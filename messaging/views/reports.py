"""Reporting somebody, and seeing what came of it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts import queries
from accounts.door import MemberRequest, signed_in
from accounts.models import User
from chatify.lib import http
from chatify.lib.errors import Conflict, Invalid, NotFound, TooMany
from messaging.forms import Reporting
from messaging.models import Message
from messaging.operations import reports as operations
from messaging.queries import reports, timeline
from messaging.views.inbox import list_of


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def report(request: MemberRequest, username: str) -> HttpResponse:
    """GET ?message=: the form. POST message=, reason=, text=, block=: report this person, then to my reports."""
    person = queries.person_by_username(request.user, username)
    message = _message(request, person)
    form = Reporting(request.POST or None, initial={"message": message.id if message else ""})
    if request.method != "POST" or not form.is_valid():
        return _page(request, person, message, form)
    try:
        given = {**form.cleaned_data, "message": message.id if message else None}
        operations.report(request.user, user=person.id, **given)
    except (Invalid, Conflict, TooMany) as error:
        form.take(error if isinstance(error, Invalid) else Invalid(error.detail))
        return http.wait(_page(request, person, message, form, status=error.status), error)
    return http.SeeOther(f"{reverse('settings_reports')}?sent=1")


@require_safe
@signed_in
def mine(request: MemberRequest) -> HttpResponse:
    """GET: what I reported, and what came of it."""
    page = reports.mine(request.user, cursor=request.GET.get("reports"))
    context = {"reports": page.items, "more": page.next, "sent": "sent" in request.GET}
    return render(request, "messaging/reports/mine.html", context)


def _message(request: MemberRequest, person: User) -> Message | None:
    id = request.GET.get("message") or request.POST.get("message")
    found = timeline.message(request.user, id) if id else None
    if found and found.sender_id != person.id:
        raise NotFound("There is no such message.")
    return found


def _page(
    request: MemberRequest, person: User, message: Message | None, form: Reporting, *, status: int = 0
) -> HttpResponse:
    context = {"person": person, "message": message, "form": form}
    status = status or (422 if form.errors else 200)
    if http.part(request):
        return render(request, "messaging/reports/_report.html", context, status=status)
    return render(
        request, "messaging/reports/report.html", {**context, "list": list_of(request)}, status=status
    )
