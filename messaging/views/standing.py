"""How a conversation stands in my inbox: a form each, with `on` 1 or 0; and undoing it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.door import MemberRequest, signed_in
from chatify.lib import http
from messaging.models import InboxChange
from messaging.operations import returns, standing
from messaging.queries import changes as queries
from messaging.views import moments
from messaging.views.inbox import list_of


@require_POST
@signed_in
def done(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST: it leaves the inbox until something new comes."""
    return told(request, standing.done(request.user, conversations=[id], on=_on(request)), away=_on(request))


@require_POST
@signed_in
def pin(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST: it stays on top."""
    return told(request, standing.pin(request.user, conversations=[id], on=_on(request)))


@require_POST
@signed_in
def mute(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST for=hour|hours|week|ever."""
    until = moments.muted_until(request.POST.get("for", "ever")) if _on(request) else None
    return told(request, standing.mute(request.user, conversations=[id], until=until, on=_on(request)))


@require_POST
@signed_in
def snooze(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST until=<time>: out of sight until then, or until an answer."""
    if not _on(request):
        return told(request, standing.wake(request.user, conversations=[id]))
    until = moments.chosen(request.POST.get("until") or request.POST.get("own", ""))
    return told(request, standing.snooze(request.user, conversations=[id], until=until), away=True)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def undo(request: MemberRequest, id: UUID) -> HttpResponse:
    """GET: what was done, with a button. POST: it is as it was."""
    if request.method != "POST":
        return _said(request, queries.change(request.user, id))
    change = returns.undo(request.user, change=id)
    if http.wants_json(request):
        return http.json_answer({"words": "Undone.", "conversations": _touched(change)})
    return _said(request, change)


def told(request: MemberRequest, change: InboxChange, *, away: bool = False) -> HttpResponse:
    """What was done and where it is undone; `away`: it is no longer where one looks."""
    address = reverse("undo", args=[change.id])
    if http.wants_json(request):
        return http.json_answer(
            {"words": change.words, "undo": address, "conversations": _touched(change), "away": away}
        )
    return http.SeeOther(address)


def _touched(change: InboxChange) -> list[str]:
    return list(change.before["rows"])


def _said(request: MemberRequest, change: InboxChange) -> HttpResponse:
    return render(request, "messaging/inbox/changed.html", {"change": change, "list": list_of(request)})


def _on(request: MemberRequest) -> bool:
    return request.POST.get("on", "1") != "0"
