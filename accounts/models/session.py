from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from chatify.lib import ids


class UserSession(models.Model):
    """What a person sees of one of their sessions. It counts only while the session with its key is alive."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sessions")
    session_key = models.CharField(max_length=40, unique=True)
    client = models.CharField(max_length=80)
    network = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar[list[str]] = ["-last_seen_at", "-id"]

    def __str__(self) -> str:
        return self.client


class Device(models.Model):
    """A browser or a program that somebody signed in from before: the next sign-in from there is no news."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="devices")
    key = models.CharField(max_length=64)
    last_seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "key"], name="accounts_device_once")
        ]

    def __str__(self) -> str:
        return f"a device of {self.user}"
