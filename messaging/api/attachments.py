"""Files of messages, for programs."""

from typing import Any, Literal, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from accounts.api import asker
from media import serving
from messaging.queries import attachments

router = Router(tags=["messages"])
Made = Literal["thumb", "preview", "poster", "play"]


@router.get(
    "/attachments/{uuid:attachment}", response={200: Any, 302: None}, operation_id="download_attachment"
)
def download(request: HttpRequest, attachment: UUID, rendition: Made | None = None) -> HttpResponse:
    """The bytes of a file (ranges are answered), or a link to them that lives five minutes (302)."""
    file = attachments.file_for(asker(request), attachment)
    return cast(HttpResponse, serving.answer(request, file, rendition or ""))
