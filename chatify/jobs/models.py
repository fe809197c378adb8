"""The table of work that must happen."""

from django.db import models
from django.utils import timezone

from chatify.lib.ids import uuid7


class Job(models.Model):
    """One piece of work, once per (kind, key): it ends when its work is done, however often it was tried."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    payload = models.JSONField(default=dict, blank=True)
    due = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="job_once")]
        indexes = [
            models.Index(fields=["due"], condition=models.Q(done_at=None, failed_at=None), name="job_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
