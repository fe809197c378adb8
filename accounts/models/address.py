from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts import identity
from chatify.lib import ids

UNDONE_WITHIN = timedelta(days=7)


class AddressChange(models.Model):
    """Somebody's e-mail was changed. Who reads the old mailbox can take it back for a week, by a link of which only a
    hash is kept."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="address_changes"
    )
    old = models.EmailField(max_length=identity.EMAIL_LENGTH)
    new = models.EmailField(max_length=identity.EMAIL_LENGTH)
    key = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["at"], name="address_change_age")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.at:%Y-%m-%d %H:%M}"
