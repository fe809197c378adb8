"""The pictures of groups, for programs."""

from typing import IO, Any, Literal, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import File, Router
from ninja.files import UploadedFile

from accounts import avatars
from accounts.api import asker
from accounts.views.profile import HEADERS
from messaging.api import shapes, shown
from messaging.operations import pictures
from messaging.queries import access, inbox

router = Router(tags=["conversations"])
PATH = "/conversations/{uuid:conversation}/avatar"


@router.get(PATH, response={200: Any}, operation_id="show_conversation_avatar")
def show(request: HttpRequest, conversation: UUID, size: Literal["small", "large"] = "small") -> HttpResponse:
    """The picture of a group as a square of WebP, of 128 or of 512 pixels."""
    key = access.picture_of(asker(request), conversation)
    square = avatars.read(key, size, shelf=avatars.GROUPS)
    return HttpResponse(
        square, content_type="image/webp", headers=HEADERS | {"Cache-Control": "private, no-cache"}
    )


@router.post(PATH, response=shapes.Conversation, operation_id="set_conversation_avatar")
def choose(request: HttpRequest, conversation: UUID, avatar: File[UploadedFile]) -> dict[str, Any]:
    """Show a group by this picture, which is cut to a square; whoever may change its name."""
    pictures.show(asker(request), conversation=conversation, source=cast(IO[bytes], avatar))
    return shown.conversation(asker(request), inbox.row(asker(request), conversation))


@router.delete(PATH, response=shapes.Conversation, operation_id="remove_conversation_avatar")
def remove(request: HttpRequest, conversation: UUID) -> dict[str, Any]:
    """Show its letters again."""
    pictures.remove(asker(request), conversation=conversation)
    return shown.conversation(asker(request), inbox.row(asker(request), conversation))
