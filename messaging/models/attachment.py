from collections.abc import Iterable

from django.db import models

from media.models import Kind, Upload
from messaging.models.message import Message


class Attachment(models.Model):
    """A file that a message carries. Its name enters the digest chain only as a salted hash, so it can be erased."""

    upload = models.OneToOneField(Upload, models.PROTECT, primary_key=True, related_name="attachment")
    message = models.ForeignKey(Message, models.CASCADE, related_name="+", db_index=False)
    place = models.PositiveSmallIntegerField()
    salt = models.CharField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "place"], name="attachment_place")]

    def __str__(self) -> str:
        return f"{self.upload_id} in {self.message_id}"


def sort_of(files: Iterable[Attachment]) -> str:
    """What a message is that carries these: pictures, films or sounds alone; all else are files."""
    kinds = {file.upload.kind for file in files}
    return kinds.pop() if len(kinds) == 1 else Kind.FILE
