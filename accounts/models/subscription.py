from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models.session import UserSession
from chatify.lib import ids


class PushSubscription(models.Model):
    """A browser that wants to be called while no page is open there. It ends with the session that made it: a device
    that is signed out hears nothing more.

    `endpoint` and the keys are the browser's; its push service carries what only these keys open.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="push_subscriptions"
    )
    session = models.ForeignKey(UserSession, on_delete=models.CASCADE, related_name="push_subscriptions")
    endpoint = models.TextField()
    digest = models.CharField(max_length=64)
    """SHA-256 of the endpoint, which is too long for an index."""
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=32)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    reached_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=200, blank=True, default="")
    """Why the last call did not go out, in words for its person; empty when it did."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "digest"], name="accounts_push_once")
        ]
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return f"a device of {self.user}"
