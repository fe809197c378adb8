"""Cards of links, for browsers."""

from typing import cast
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_POST, require_safe

from accounts.door import MemberRequest, signed_in
from chatify.lib import http
from media import serving
from messaging.operations import pace
from messaging.operations import previews as operations
from messaging.presenters import place_of
from messaging.queries import previews, timeline
from messaging.views.details import changed


@require_safe
@signed_in
def picture(request: MemberRequest, id: UUID) -> HttpResponse:
    """GET /previews/<id>/: the picture of a card, or a short link to it."""
    key, type = previews.picture_for(request.user, id)
    return cast(HttpResponse, serving.picture(request, key, type))


@require_POST
@signed_in
def switch(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST on=1|0: whether links get cards in this conversation."""
    on = request.POST.get("on") == "1"
    return changed(request, id, lambda: operations.switch(request.user, conversation=id, on=on))


@require_POST
@signed_in
def remove(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST: take a card away from what I wrote, and back to it."""
    found = previews.shown_to(request.user, id)
    pace.before_act(request.user)
    operations.remove(request.user, preview=id)
    if http.wants_json(request):
        return http.json_answer({"id": str(found.message_id)})
    return http.SeeOther(place_of(timeline.message(request.user, found.message_id)))
