from django.conf import settings
from django.db import models

from chatify.lib import ids
from messaging.models.message import Message


class Reaction(models.Model):
    """An emoji that somebody put under a message."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    emoji = models.CharField(max_length=32)
    withheld = models.BooleanField(default=False, db_default=False)
    """Whether it is for its giver's eyes alone: the other person of the chat had blocked them."""
    retracted = models.BooleanField(default=False, db_default=False)
    """Whether it is for all eyes but its giver's, who took it back when the other person had blocked them."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "emoji", "user"], name="reaction_once"),
        ]

    def __str__(self) -> str:
        return f"{self.emoji} of {self.user_id} on {self.message_id}"
