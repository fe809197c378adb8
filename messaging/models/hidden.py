from django.conf import settings
from django.db import models

from chatify.lib import ids
from messaging.models.message import Message


class HiddenMessage(models.Model):
    """A message that somebody deleted for themselves: the others keep it, and it can be brought back."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "user"], name="hidden_once")]

    def __str__(self) -> str:
        return f"{self.message_id} from {self.user_id}"
