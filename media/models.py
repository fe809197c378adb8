"""Files as their owners hand them over, and what is made of them to be seen. Nothing here knows of messages."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from chatify.lib import ids

NAME_LENGTH = 150
REASON_LENGTH = 200


class Purpose(models.TextChoices):
    """What a file is for; each has its own limits (`media.policy`)."""

    ATTACHMENT = "attachment", "Attachment"
    VOICE = "voice", "Voice note"


class State(models.TextChoices):
    """How far a file has come. What failed can be downloaded and not seen in place; what was refused cannot be had."""

    WAITING = "waiting", "Waiting for its bytes"
    PROCESSING = "processing", "Being prepared"
    READY = "ready", "Ready"
    FAILED = "failed", "Cannot be previewed"
    REFUSED = "refused", "Refused"


class Kind(models.TextChoices):
    """What a file is by its content, whatever its name or its sender says."""

    IMAGE = "image", "Image"
    VIDEO = "video", "Video"
    AUDIO = "audio", "Audio"
    FILE = "file", "File"


class Upload(models.Model):
    """A file of somebody. `size` and `type` are what was promised until it is finished, then what it really is.

    `key` names its bytes in the store: random, never shown to anybody but in the link its owner sends them to. Equal
    files of one owner share a key.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    purpose = models.CharField(max_length=12, choices=Purpose, default=Purpose.ATTACHMENT)
    name = models.CharField(max_length=NAME_LENGTH)
    size = models.BigIntegerField()
    type = models.CharField(max_length=100)
    kind = models.CharField(max_length=5, choices=Kind, default=Kind.FILE)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)
    key = models.CharField(max_length=40)
    session = models.CharField(max_length=300, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    duration = models.FloatField(null=True, blank=True)
    placeholder = models.TextField(blank=True)
    details = models.JSONField(default=dict, blank=True)
    checked = models.BooleanField(default=False)
    """Whether a decoder of ours has opened it: only then may a browser play it in place."""
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    touched_at = models.DateTimeField(default=timezone.now, editable=False)
    """When it was begun, or given back by what was to carry it: from then on it waits a day for its message."""

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["owner", "created_at"], name="upload_of_owner"),
            models.Index(fields=["owner", "sha256"], name="upload_twin"),
            models.Index(fields=["key"], name="upload_key"),
            models.Index(fields=["touched_at"], condition=models.Q(claimed_at=None), name="upload_unclaimed"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.id})"

    @property
    def finished(self) -> bool:
        """Whether its bytes were checked, so that it can be sent."""
        return self.state in (State.PROCESSING, State.READY, State.FAILED)


class Rendition(models.Model):
    """Something of a file that a browser can show at once: made by us, with nothing of the original but pixels."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    upload = models.ForeignKey(Upload, models.CASCADE, related_name="renditions", db_index=False)
    name = models.CharField(max_length=12)
    key = models.CharField(max_length=40)
    type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["upload", "name"], name="rendition_once")
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["key"], name="rendition_key")]

    def __str__(self) -> str:
        return f"{self.name} of {self.upload_id}"
