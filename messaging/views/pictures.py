"""The pictures of groups: seen by their members alone."""

from typing import IO, cast
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_POST, require_safe

from accounts import avatars
from accounts.door import MemberRequest, signed_in
from accounts.views.profile import HEADERS
from chatify.lib.errors import Invalid
from messaging.operations import pictures
from messaging.queries import access
from messaging.views.details import changed


@require_POST
@signed_in
def choose(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST avatar=<file>, or `remove`: show the group by this picture, or by its letters again."""
    if "remove" in request.POST:
        return changed(request, id, lambda: pictures.remove(request.user, conversation=id))
    return changed(request, id, lambda: _show(request, id))


def _show(request: MemberRequest, id: UUID) -> None:
    if (file := request.FILES.get("avatar")) is None:
        raise Invalid.field("avatar", "Choose a picture.")
    pictures.show(request.user, conversation=id, source=cast(IO[bytes], file))


@require_safe
@signed_in
def picture(request: MemberRequest, id: UUID, key: str, size: str) -> HttpResponse:
    """GET /avatars/groups/<conversation>/<key>/<size>/: a square of WebP. A key is never reused."""
    square = avatars.read(access.picture_of(request.user, id, key), size, shelf=avatars.GROUPS)
    return HttpResponse(square, content_type="image/webp", headers=HEADERS)
