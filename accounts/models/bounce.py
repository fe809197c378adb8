from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from chatify.lib import ids


class Bounce(models.Model):
    """The mail server refused an address of somebody for good. Nothing but codes is sent there until they, or staff,
    say to try again, or a mail arrives."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="bounces")
    email = models.EmailField()
    code = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=300)
    """What the server said, as it said it."""
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "email"], name="accounts_bounce_once")
        ]

    def __str__(self) -> str:
        return self.email
