from django.db import models
from django.utils import timezone

from accounts.models.user import User
from chatify.lib import ids


class Block(models.Model):
    """Somebody does not want to hear of somebody. The blocked person is never told."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    blocker = models.ForeignKey(User, models.CASCADE, related_name="blocks")
    blocked = models.ForeignKey(User, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["blocker", "blocked"], name="block_once")]

    def __str__(self) -> str:
        return f"{self.blocker_id} blocks {self.blocked_id}"
