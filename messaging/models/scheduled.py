from django.conf import settings
from django.db import models
from django.utils import timezone

from chatify.lib import ids
from messaging.models.conversation import Conversation


class Scheduled(models.Model):
    """A message that waits: it has no place in any log until it goes, so nobody but its sender knows of it.

    What went or was taken back is remembered: the same `client_id` again must neither send nor hold it anew.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Being sent"
        ASKING = "asking", "Waiting for your word"
        REFUSED = "refused", "Not sent"
        SENT = "sent", "Sent"
        CANCELLED = "cancelled", "Taken back"

    OPEN = (State.WAITING, State.ASKING, State.REFUSED)

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="+", db_index=False)
    client_id = models.UUIDField()
    body = models.TextField()
    reply_to = models.UUIDField(null=True, blank=True)
    attachments = models.JSONField(default=list, blank=True)
    # Of a first letter, ids of people by `to`, `cc` and `bcc`: until it goes, its thread holds its sender alone.
    recipients = models.JSONField(null=True, blank=True)
    due_at = models.DateTimeField()
    # Whether it only waits out the seconds in which a send can be undone.
    undo = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "user", "client_id"], name="scheduled_once")
        ]
        indexes = [
            models.Index(fields=["user", "state", "due_at"], name="scheduled_of_person"),
            models.Index(fields=["state", "due_at"], name="scheduled_due"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.conversation_id} at {self.due_at:%Y-%m-%d %H:%M:%S}"
