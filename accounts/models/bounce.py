from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from chatify.lib import ids


class Bounce(models.Model):
    """An address of somebody was refused for good: by our mail server while it was spoken with, or later by a mail that
    came back. Nothing but codes is sent there until they, or staff, say to try again, or a mail arrives."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="bounces")
    email = models.EmailField()
    code = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=300)
    """What the server said, as it said it."""
    by_mail = models.BooleanField(default=False, db_default=False)
    """Whether it came back later: that our mail server takes the next one says nothing then."""
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "email"], name="accounts_bounce_once")
        ]

    def __str__(self) -> str:
        return self.email
