"""What I starred, in one place."""

from typing import Any
from urllib.parse import urlencode

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
    """GET /starred/?after=, in=: the latest star first, each with its conversation and the way there; `in` is one
    conversation of the reader's."""
    here = inbox.row(request.user, request.GET["in"]) if request.GET.get("in") else None
    within = here.conversation.id if here else None
    page = stars.page(request.user, conversation=within, cursor=request.GET.get("after"))
    rows = inbox.rows(request.user, {row.conversation_id for row in page.items})
    shapes = shapes_for(request.user, page.items)
    items = [
        (shape, rows[row.conversation_id].title, place_of(row))
        for row, shape in zip(page.items, shapes, strict=True)
    ]
    more = urlencode({"after": page.next, **({"in": within} if within else {})}) if page.next else ""
    context: dict[str, Any] = {"items": items, "more": more, "here": here}
    if http.part(request):
        return render(request, "messaging/stars/_starred.html", context)
    context["list"] = list_of(request)
    return render(request, "messaging/stars/starred.html", context)
