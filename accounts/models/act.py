from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from chatify.lib import ids


class AccountAct(models.Model):
    """What staff did to an account, and why. Written once; `actor` is empty for a command of the operator, and where a
    person's own wish came into force."""

    SUSPENDED = "suspended"
    RESTORED = "restored"
    ERASED = "erased"

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    subject = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="acts")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    act = models.CharField(max_length=20)
    reason = models.CharField(max_length=500)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "act on an account"
        verbose_name_plural = "acts on accounts"
        ordering: ClassVar[list[str]] = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.subject} was {self.act}"
