from django.conf import settings
from django.db import models

from chatify.lib import ids
from messaging.models.message import Message


class Star(models.Model):
    """A message that somebody wants to find again. Nobody else knows. Its id says when."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "user"], name="star_once")]
        indexes = [models.Index(fields=["user", "-id"], name="star_latest")]

    def __str__(self) -> str:
        return f"{self.message_id} by {self.user_id}"
