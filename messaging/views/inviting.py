"""An invitation as the person sees it who holds it, signed in or not yet."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.devices import network_of
from accounts.door import MemberRequest, signed_in
from chatify.lib import http
from chatify.lib.errors import Conflict, Invalid, NotFound
from messaging.operations import invitations as operations
from messaging.operations import pace
from messaging.operations.invitations import Came
from messaging.queries import invitations as queries
from messaging.queries.invitations import Offer
from messaging.views.inbox import list_of

GONE = 410


@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest, token: str) -> HttpResponseBase:
    """GET /invite/<token>/: into which group, by whom. POST do=accept|decline, for who is signed in."""
    if request.method == "POST":
        return _answer(request, token)
    return _inside(request, token) if request.user.is_authenticated else _outside(request, token)


@signed_in
def _answer(request: MemberRequest, token: str) -> HttpResponse:
    pace.before_use(network_of(request))
    match request.POST.get("do"):
        case "accept":
            return _accept(request, token)
        case "decline":
            operations.decline(request.user, token=token)
            return http.SeeOther(f"{reverse('inbox')}?filter=requests")
    raise Invalid.field("do", "Choose what to do.")


def _accept(request: MemberRequest, token: str) -> HttpResponse:
    try:
        conversation, came = operations.accept(request.user, token=token)
    except Conflict as error:
        return _shown(request, token, error)
    return http.SeeOther(_where(conversation, came, token))


def _where(conversation: UUID, came: Came, token: str) -> str:
    if came == Came.ASKED:
        return reverse("invite", args=[token])
    return reverse("conversation", args=[conversation])


@signed_in
def _inside(request: MemberRequest, token: str) -> HttpResponse:
    return _shown(request, token)


def _shown(request: MemberRequest, token: str, error: Conflict | None = None) -> HttpResponse:
    offer = _offer(request, token)
    refused = error.detail if error and error.detail != offer.refusal else ""
    context: dict[str, Any] = {"offer": offer, "token": token, "refused": refused}
    over = bool(offer.refusal) and not offer.inside and not offer.asked
    status = error.status if error else GONE if over else 200
    if http.part(request):
        return render(request, "messaging/invitations/_invite.html", context, status=status)
    context["list"] = list_of(request)
    return render(request, "messaging/invitations/invite.html", context, status=status)


def _outside(request: HttpRequest, token: str) -> HttpResponse:
    offer = _offer(request, token)
    context = {"offer": offer, "next": urlencode({"next": request.path})}
    answer = render(
        request, "messaging/invitations/outside.html", context, status=GONE if offer.refusal else 200
    )
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _offer(request: HttpRequest, token: str) -> Offer:
    """Whoever guesses is slowed down."""
    reader = request.user if request.user.is_authenticated else None
    try:
        return queries.offer(queries.found(token, reader), reader)
    except NotFound:
        pace.before_use(network_of(request))
        raise
