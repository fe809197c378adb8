"""What another app of the device shares: where is it to go? It is put into that conversation's composer, not sent."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.door import MemberRequest, signed_in
from chatify.lib import http, ids
from chatify.lib.errors import Forbidden
from messaging.operations import drafts
from messaging.queries import inbox as queries

WORDS = ("title", "text", "url")
MOST_POINTS = 8_000
OTHERS = ("cross-site", "same-site")


@csrf_exempt  # another app sends it without a token; it changes nothing and is shown to who sent it
@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest) -> HttpResponseBase:
    """GET or POST title, text, url: the page that asks for a conversation. Files come by the browser's worker.

    What a device shares is posted by no page (`Sec-Fetch-Site: none`); what another site posts is not taken.
    """
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site") in OTHERS:
        raise Forbidden("Another site tried to put something here. Nothing was taken.")
    given = request.POST if request.method == "POST" else request.GET
    words = dict.fromkeys(given.get(name, "").strip() for name in WORDS)
    return _ask(request, "\n".join(filter(None, words))[:MOST_POINTS])


@signed_in
def _ask(request: MemberRequest, body: str) -> HttpResponse:
    page = queries.page(request.user, filter="all", cursor=request.GET.get("cursor"))
    return render(request, "messaging/sharing/share.html", {"body": body, "page": page})


@require_POST
@signed_in
def put(request: MemberRequest) -> HttpResponse:
    """POST body, conversation: what is shared stands in its composer, above what was begun there."""
    conversation = ids.parse(request.POST.get("conversation", ""), field="conversation")
    body = request.POST.get("body", "")
    if body.strip():
        drafts.put_back(request.user, conversation=conversation, body=body)
    return http.SeeOther(f"{reverse('conversation', args=[conversation])}#shared")
