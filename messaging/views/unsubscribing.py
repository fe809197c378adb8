"""No more mail about what I missed: the link of a letter, for people and for mail programs (RFC 8058)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from chatify.lib.errors import NotFound
from messaging.notifications import unsubscribing


@csrf_exempt  # mail programs post it by themselves; the signed link is the right
@require_http_methods(["GET", "HEAD", "POST"])
def off(request: HttpRequest, token: str) -> HttpResponse:
    """GET: ask, since programs look at links before people do. POST: it is done."""
    person = unsubscribing.owner(token)
    if person is None:
        raise NotFound("This link is damaged, or its account is gone.")
    if request.method == "POST":
        unsubscribing.end(person)
    return render(request, "messaging/mail/off.html", {"done": request.method == "POST"})
