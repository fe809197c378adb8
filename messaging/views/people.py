"""Finding people and looking at one. They stand on the desk, beside the inbox, which is why they live here."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts import queries
from accounts.door import MemberRequest, signed_in
from chatify.lib import http
from messaging.views.inbox import list_of


@require_safe
@signed_in
def people(request: MemberRequest) -> HttpResponse:
    """GET /people/?q=&cursor=: by name or username, never by e-mail."""
    q = request.GET.get("q", "")[:200]
    page = queries.find_people(request.user, q, cursor=request.GET.get("people"), limit=40)
    more = f"{reverse('people')}?{urlencode({'q': q, 'people': page.next})}" if page.next else ""
    context = {"q": q, "people": page.items, "more_url": more}
    if http.part(request) == "results":
        return render(request, "messaging/people/_results.html", context)
    return _on_desk(request, "people", context)


@require_safe
@signed_in
def person(request: MemberRequest, username: str) -> HttpResponse:
    """GET /people/<username>/: somebody, and the way to write to them."""
    found = queries.person_by_username(request.user, username)
    return _on_desk(request, "person", {"person": found})


def _on_desk(request: MemberRequest, name: str, context: Mapping[str, object]) -> HttpResponse:
    if http.part(request):
        return render(request, f"messaging/people/_{name}.html", context)
    return render(request, f"messaging/people/{name}.html", {**context, "list": list_of(request)})
