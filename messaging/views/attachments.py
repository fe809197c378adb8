"""Files of messages, for browsers."""

from typing import cast
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.door import MemberRequest, signed_in
from media import serving
from messaging.queries import attachments


@require_safe
@signed_in
def attachment(request: MemberRequest, id: UUID) -> HttpResponse:
    """GET /attachments/<id>/?rendition=thumb|poster|preview|play: the bytes, with ranges, or a short link to them."""
    file = attachments.file_for(request.user, id)
    return cast(HttpResponse, serving.answer(request, file, request.GET.get("rendition", "")[:20]))
