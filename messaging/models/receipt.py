from django.conf import settings
from django.db import models

from chatify.lib import ids
from messaging.models.conversation import Conversation


class StoppedReceipt(models.Model):
    """How far somebody had read a chat when they blocked the other, who goes on seeing just that."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="+", db_index=False)
    blocker = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    delivered_number = models.BigIntegerField()
    read_number = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "blocker"], name="receipt_stopped_once")
        ]

    def __str__(self) -> str:
        return f"{self.blocker_id} in {self.conversation_id}: {self.read_number}"
