from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from chatify.lib import ids
from messaging.models.conversation import Conversation
from messaging.models.message import Message


class MailImport(models.Model):
    """A mailbox that somebody brings. While it is read it holds `open_key`: one at a time.

    `offset` is where the next piece of work goes on in the file; `turn` counts the pieces, so that of two workers with
    the same one only the first goes on. `created`, `merged` and `skipped` together are the messages of the file.
    """

    class State(models.TextChoices):
        READING = "reading", "Being read"
        DONE = "done", "Read"
        FAILED = "failed", "Could not be read"

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    upload = models.UUIDField()
    name = models.CharField(max_length=150)
    state = models.CharField(max_length=8, choices=State.choices, default=State.READING)
    open_key = models.CharField(max_length=40, unique=True, null=True, editable=False)
    offset = models.BigIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    turn = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    merged = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    threads = models.PositiveIntegerField(default=0)
    # The first of those that were skipped, and files that were left out: {"at": number, "subject", "reason"}.
    remarks: Any = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["user", "-created_at"], name="import_of_person")]

    def __str__(self) -> str:
        return f"{self.name}: {self.get_state_display()}"

    @property
    def percent(self) -> int:
        """How far it is; a hundred only when it is done."""
        if self.state == self.State.DONE:
            return 100
        return min(99, self.offset * 100 // self.size) if self.size else 0


class MailReference(models.Model):
    """A Message-ID that mail of somebody has or names: where the next one that names it belongs. `key` is made from
    it; `message` is what was brought under it, if anything was."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    key = models.UUIDField()
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="+", db_index=False)
    message = models.ForeignKey(
        Message, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    held = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="mail_reference_once")]

    def __str__(self) -> str:
        return f"{self.key} of {self.user_id}"
