from django.conf import settings
from django.db import models

from chatify.lib import ids
from messaging.models.message import Message


class Mention(models.Model):
    """Somebody whom a message calls by name; without a user it calls everyone. A renamed person stays called."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "user"], name="mention_once")]
        indexes = [models.Index(fields=["user", "-id"], name="mention_latest")]

    def __str__(self) -> str:
        return f"{self.user_id or 'everyone'} in {self.message_id}"
