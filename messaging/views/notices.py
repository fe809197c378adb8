"""What I was told of, and what I want to be told of."""

from collections.abc import Container
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import relations
from accounts.door import MemberRequest, signed_in
from accounts.models import User
from chatify.lib import http
from chatify.lib.errors import Invalid
from messaging.forms import Wishing
from messaging.notifications import words
from messaging.operations import notices as operations
from messaging.operations import standing
from messaging.operations import wishes as wishing
from messaging.queries import notices as queries
from messaging.queries import wishes
from messaging.templatetags.rows import plain_face
from messaging.views.inbox import list_of
from messaging.views.standing import told

MOST_CONTACTS = 50
"""Of whom some may come through quiet hours: the form lists no more."""


@require_safe
@signed_in
def notices(request: MemberRequest) -> HttpResponse:
    """GET /notifications/?after=: the latest first, each with why I got it. Looking marks nothing read."""
    page = queries.page(request.user, cursor=request.GET.get("after"))
    hiding = relations.hiding_from(request.user, {row.actor_id for row in page.items if row.actor_id})
    items = [(row, words.of(request.user, row), _face(row.actor, hiding)) for row in page.items]
    context = {"items": items, "more": page.next, "fresh": any(row.fresh for row in page.items)}  # type: ignore[attr-defined]
    if http.part(request):
        return render(request, "messaging/notices/_notices.html", context)
    return render(request, "messaging/notices/notices.html", {**context, "list": list_of(request)})


def _face(actor: User | None, hiding: Container[UUID]) -> Any:
    """Who did it, without a picture where they hide it from the reader."""
    return plain_face(actor) if actor and actor.pk in hiding else actor


@require_POST
@signed_in
def read(request: MemberRequest, id: UUID | None = None) -> HttpResponse:
    """POST: this one is read, or all of them."""
    if id is None:
        operations.read_all(request.user)
    else:
        operations.read(request.user, notices=[queries.one(request.user, id).pk])
    return HttpResponse(status=204) if http.wants_json(request) else http.SeeOther(reverse("notices"))


@require_POST
@signed_in
def level(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST level=all|mentions|nothing, or empty for what I chose for its kind."""
    change = standing.hear(request.user, conversations=[id], level=request.POST.get("level", ""))
    return told(request, change)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def settings(request: MemberRequest) -> HttpResponse:
    """GET: of what I hear. POST: change it, then back."""
    people = relations.contacts(request.user, limit=MOST_CONTACTS).items
    form = Wishing(request.POST or None, people=people, chosen=wishes.shown(request.user))
    if request.method == "POST" and form.is_valid():
        try:
            wishing.choose(request.user, **form.wishes())
            messages.success(request, "Saved.")
            return http.SeeOther(request.path)
        except Invalid as error:
            form.take(error)
    context = {"form": form, "zone": wishes.zone_of(request.user.time_zone)}
    return render(request, "messaging/notices/settings.html", context, status=422 if form.errors else 200)
