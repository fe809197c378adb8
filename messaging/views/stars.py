"""What I starred, in one place."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.door import MemberRequest, signed_in
from chatify.lib import http
from messaging.presenters import place_of
from messaging.queries import inbox, stars
from messaging.views.feed import shapes_for
from messaging.views.inbox import list_of


@require_safe
@signed_in
def starred(request: MemberRequest) -> HttpResponse:
    """GET /starred/?after=: the latest star first, each with its conversation and the way there."""
    page = stars.page(request.user, cursor=request.GET.get("after"))
    rows = inbox.rows(request.user, {row.conversation_id for row in page.items})
    shapes = shapes_for(request.user, page.items)
    items = [
        (shape, rows[row.conversation_id].title, place_of(row))
        for row, shape in zip(page.items, shapes, strict=True)
    ]
    context: dict[str, Any] = {"items": items, "more": page.next}
    if http.part(request):
        return render(request, "messaging/stars/_starred.html", context)
    context["list"] = list_of(request)
    return render(request, "messaging/stars/starred.html", context)
