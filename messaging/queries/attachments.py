"""Files of messages: who may read the message may have its files, nobody else."""

from uuid import UUID

from accounts.models import User
from chatify.lib.errors import NotFound
from media.models import Upload
from messaging.models import Attachment
from messaging.queries import timeline

GONE = "There is no such file."


def file_for(user: User, id: UUID) -> Upload:
    """A file that the person may have now. Raises NotFound, in the same words for every reason."""
    rows = Attachment.objects.select_related("upload").filter(pk=id, message__deleted_at=None)
    found = rows.first()
    if found is None:
        raise NotFound(GONE)
    try:
        timeline.message(user, found.message_id)
    except NotFound:
        raise NotFound(GONE) from None
    return found.upload
