"""Cards of links: who may read the message may see them, nobody else."""

from uuid import UUID

from accounts.models import User
from chatify.lib.errors import NotFound
from messaging.models import Preview
from messaging.queries import timeline

GONE = "There is no such preview."


def shown_to(user: User, id: UUID) -> Preview:
    """A card that the person may see now. Raises NotFound, in the same words for every reason."""
    found = (
        Preview.objects.select_related("page")
        .filter(pk=id, page__isnull=False, message__deleted_at=None)
        .first()
    )
    if found is None:
        raise NotFound(GONE)
    try:
        timeline.message(user, found.message_id)
    except NotFound:
        raise NotFound(GONE) from None
    return found


def picture_for(user: User, id: UUID) -> tuple[str, str]:
    """The key and the type of its picture. Raises NotFound, also where it has none."""
    page = shown_to(user, id).page
    if page is None or not page.picture:
        raise NotFound(GONE)
    return page.picture, page.picture_type
