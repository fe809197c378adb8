"""Files that new messages carry: each is its sender's own, finished, and in no message yet."""

import secrets
from collections.abc import Sequence
from uuid import UUID, uuid5

from django.utils import timezone

from accounts.models import User
from chatify.lib import ids
from chatify.lib.errors import Invalid, NotFound
from media import queries as files
from media.events import awaited
from media.models import Upload
from media.operations import keeping
from messaging.models import Attachment, Message, sort_of
from messaging.operations.ledger import Draft
from messaging.operations.records import NewMessage

MOST = 10
GONE = "A file of this message is not here, or was sent already. Choose it again."
Claimable = dict[UUID, Upload]


def wanted(given: Sequence[UUID | str]) -> tuple[UUID, ...]:
    """What a message is to carry. Raises Invalid for more than ten, for the same twice, for what is no id."""
    if len(given) > MOST:
        raise Invalid.field("attachments", f"A message carries at most {MOST} files.")
    found = tuple(ids.parse(each, field="attachments") for each in given)
    if len(set(found)) != len(found):
        raise Invalid.field("attachments", "The same file is named twice.")
    return found


def claimable(drafts: Sequence[Draft]) -> Claimable:
    """The files that these drafts may carry, locked; no query when none carries any."""
    named = [upload for draft in drafts for upload in draft.attachments]
    return files.claimable(named) if named else {}


def reserve(sender: User, named: Sequence[UUID]) -> None:
    """A message that waits is to carry these, so they are kept for it; locked until the transaction ends.

    Raises NotFound for one that is not the sender's, not finished, or promised already.
    """
    if not named:
        return
    free = files.claimable(named)
    promised = awaited(sender.pk)
    if any(id not in free or free[id].owner_id != sender.pk or id in promised for id in named):
        raise NotFound(GONE)


def claim(draft: Draft, free: Claimable) -> NotFound | None:
    """Let a draft that enters the log take its files, all or none."""
    mine = [free.get(upload) for upload in draft.attachments]
    if any(upload is None or upload.owner_id != draft.sender.id for upload in mine):
        return NotFound(GONE)
    draft.files = [
        Attachment(upload=free.pop(id), place=place, salt=secrets.token_hex(16))
        for place, id in enumerate(draft.attachments)
    ]
    return None


def keep(messages: Sequence[NewMessage]) -> None:
    """Store which files new messages carry; nothing for messages without any."""
    carrying = [message for message in messages if message.files]
    if not carrying:
        return
    for message in carrying:
        for file in message.files:
            file.message_id = UUID(message.id)
        Message.objects.filter(pk=message.id).update(attached=sort_of(message.files))
    carried = [file for message in carrying for file in message.files]
    Attachment.objects.bulk_create(carried)
    Upload.objects.filter(pk__in=[file.pk for file in carried]).update(claimed_at=timezone.now())


def release(message: Message) -> None:
    """Forget the files of a message that is deleted, in its transaction; their bytes follow after it."""
    if not message.attached:
        return
    carried = Attachment.objects.select_related("upload").filter(message=message)
    uploads = [file.upload for file in carried]
    carried.delete()
    keeping.remove(uploads)
    message.attached, message.files = None, ()  # type: ignore[misc]


def copies(message: Message | Draft, *, owner: User, key: UUID) -> list[UUID]:
    """The files of a message once more, for somebody who sends it on; the same `key` again gives the same."""
    return [keeping.copy(file.upload, owner=owner, id=uuid5(key, str(file.pk))).pk for file in message.files]
