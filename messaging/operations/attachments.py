"""Files of messages: brought by a form, ready after a while, gone with their message."""

from collections.abc import Sequence
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile

from accounts.models import User
from chatify.lib.prepared import Prepared
from media.models import Upload
from media.operations import uploads
from messaging.events import UPDATED
from messaging.models import Attachment, Message, sort_of
from messaging.operations import log
from messaging.queries import extras


def bring(sender: User, given: Sequence[UploadedFile]) -> list[UUID]:
    """Take in the files that a form brought with a message. Raises Invalid, and then keeps none of them."""
    taken: list[Upload] = []
    try:
        for file in given:
            row = uploads.take(
                sender, name=file.name, size=file.size or 0, type=file.content_type, chunks=file.chunks()
            )
            taken.append(row)
    except BaseException:
        for row in taken:
            uploads.discard(sender, row.pk)
        raise
    return [row.pk for row in taken]


_sent = Prepared(lambda upload: Attachment.objects.select_related("message").filter(pk=upload))


def settled(upload: UUID) -> None:
    """A file is ready, or will never be: its message looks different now, and everybody is told. Repeated, it is told
    again, which changes nothing."""
    file = next(iter(_sent(upload)), None)
    if file is None:
        return
    with log.open_ledger(file.message.conversation_id) as ledger:
        rows = Message.objects.select_related("sender", "reply_to__sender").filter(deleted_at=None)
        row = rows.filter(pk=file.message_id).first()
        if row is None:
            return
        extras.load([row])
        row.attached = sort_of(row.files)
        row.save(update_fields=["attached"])
        told = {"message": str(row.pk), "upload": str(upload), "state": file.upload.state}
        ledger.event(UPDATED, row.sender, told, message=row)
