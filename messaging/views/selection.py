"""Several messages at once: choosing them, deleting them for me, starring, copying and sending them on."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.door import MemberRequest, signed_in
from chatify.lib import http, ids
from chatify.lib.errors import ChatifyError, Invalid
from messaging.models import Message
from messaging.operations import forwards, hiding, pace, stars
from messaging.queries import inbox, timeline
from messaging.views.actions import hide
from messaging.views.feed import shapes_for
from messaging.views.inbox import list_of

MOST = 100
SHOWN = 100


@require_POST
@signed_in
def selected(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST message=…, do=hide|star|forward|copy|restore: what was chosen in a conversation."""
    chosen = request.POST.getlist("message")
    does = WAYS.get(request.POST.get("do", ""))
    if does is None or not 0 < len(chosen) <= MOST:
        raise Invalid.field("message", f"Choose between 1 and {MOST} messages first.")
    return does(request, id, chosen)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def forward(request: MemberRequest) -> HttpResponse:
    """GET /forward/?message=…: where to. POST message=…, conversation, client_id: send them on and go there."""
    source = request.POST if request.method == "POST" else request.GET
    rows = timeline.messages(request.user, source.getlist("message")[:MOST])
    if request.method != "POST":
        return _where_to(request, rows)
    try:
        sent = _forward(request, rows)
    except ChatifyError as error:
        return http.wait(_where_to(request, rows, error=error), error)
    return http.SeeOther(f"{reverse('conversation', args=[sent.conversation])}#m-{sent.id}")


def _forward(request: MemberRequest, rows: Sequence[Message]) -> Any:
    me = request.user
    target = ids.parse(request.POST.get("conversation"), field="conversation")
    key = ids.parse(request.POST.get("client_id"), field="client_id")
    pace.before_send(me, conversation=target, client_id=key)
    wanted = [row.pk for row in rows]
    return forwards.forward(me, messages=wanted, conversation=target, client_id=key)[-1]


def _where_to(
    request: MemberRequest, rows: Sequence[Message], *, error: ChatifyError | None = None
) -> HttpResponse:
    q = request.GET.get("q", "").strip()[:200]
    known = inbox.page(request.user, limit=SHOWN).items
    context = {
        "messages": shapes_for(request.user, rows),
        "rows": [row for row in known if q.casefold() in row.title.casefold()],
        "q": q,
        "client_id": request.POST.get("client_id") or str(ids.uuid7()),
        "refused": error.detail if error else "",
    }
    status = error.status if error else 200
    if http.part(request):
        return render(request, "messaging/messages/_forward.html", context, status=status)
    context["list"] = list_of(request)
    return render(request, "messaging/messages/forward.html", context, status=status)


def _hide(request: MemberRequest, id: UUID, chosen: list[str]) -> HttpResponse:
    hide(request, _here(request, id, chosen))
    return _back(request, id)


def _restore(request: MemberRequest, id: UUID, chosen: list[str]) -> HttpResponse:
    hiding.restore(request.user, messages=[ids.parse(each) for each in chosen])
    return _back(request, id)


def _star(request: MemberRequest, id: UUID, chosen: list[str]) -> HttpResponse:
    stars.add(request.user, messages=[row.pk for row in _here(request, id, chosen) if not row.deleted_at])
    return _back(request, id)


def _onward(request: MemberRequest, id: UUID, chosen: list[str]) -> HttpResponse:
    return http.SeeOther(f"{reverse('forward')}?{urlencode({'message': chosen}, doseq=True)}")


def _copy(request: MemberRequest, id: UUID, chosen: list[str]) -> HttpResponse:
    """What was written, as plain text with who wrote it: to copy where no script can."""
    lines = [f"{row.writer.label}: {row.body}" for row in _here(request, id, chosen) if not row.deleted_at]
    return HttpResponse("\n\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _here(request: MemberRequest, id: UUID, chosen: list[str]) -> list[Message]:
    """The chosen messages of this conversation."""
    rows = timeline.messages(request.user, chosen)
    if any(row.conversation_id != id for row in rows):
        raise Invalid.field("message", "Choose messages of one conversation.")
    return rows


def _back(request: MemberRequest, id: UUID) -> HttpResponse:
    return http.json_answer({}) if http.wants_json(request) else http.SeeOther(f"/c/{id}/")


WAYS = {"hide": _hide, "restore": _restore, "star": _star, "forward": _onward, "copy": _copy}
