from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from chatify.lib import ids

KEPT = timedelta(days=7)


class Export(models.Model):
    """A copy of somebody's own data that they asked for, or of the one conversation that `subject` names. While it is
    being made it holds `open_key`: one of each at a time.

    `place` is where the next piece of work goes on, so that a worker that dies costs one piece; `turn` counts the
    pieces, so that of two workers with the same one only the first goes on.
    """

    class State(models.TextChoices):
        MAKING = "making", "Being made"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exports")
    state = models.CharField(max_length=8, choices=State.choices, default=State.MAKING)
    subject = models.UUIDField(null=True, editable=False)
    open_key = models.CharField(max_length=80, unique=True, null=True, editable=False)
    place: Any = models.JSONField(default=dict)
    turn = models.PositiveIntegerField(default=0)
    counts: Any = models.JSONField(default=dict)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "-created_at"], name="export_of_person")
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()}, {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def percent(self) -> int:
        """How far it is; a hundred only when it is ready."""
        if self.state == self.State.READY:
            return 100
        return min(99, self.done * 100 // self.total) if self.total else 0
