"""Cards of links, for programs."""

from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router
from ninja.responses import Status

from accounts.api import asker
from chatify.lib.api.fields import IdText, Shown
from media import serving
from messaging.operations import pace
from messaging.operations import previews as operations
from messaging.queries import previews

router = Router(tags=["messages"])
ONE = "/previews/{uuid:preview}"


class PreviewImage(Shown):
    """The picture of a page; its bytes are at `/previews/{id}`."""

    width: int
    height: int
    placeholder: str


class Preview(Shown):
    """The card of a link: what its page says of itself, in plain text."""

    id: IdText
    url: str
    title: str
    text: str
    site: str
    image: PreviewImage | None


@router.get(ONE, response={200: Any, 302: None}, operation_id="show_preview_image")
def image(request: HttpRequest, preview: UUID) -> HttpResponse:
    """The picture of a card, or a link to it that lives five minutes (302)."""
    key, type = previews.picture_for(asker(request), preview)
    return cast(HttpResponse, serving.picture(request, key, type))


@router.delete(ONE, response={204: None}, operation_id="remove_preview")
def remove(request: HttpRequest, preview: UUID) -> Status[None]:
    """Take a card away from what I wrote, for everybody and for good."""
    pace.before_act(asker(request))
    operations.remove(asker(request), preview=preview)
    return Status(204, None)
