from django.conf import settings
from django.db import models
from django.utils import timezone

from chatify.lib import ids


class InboxChange(models.Model):
    """What a person did to conversations of their inbox, and how those stood before: so that it can be undone.

    `before` is {"rows": {conversation: {field: value}}, "read": {conversation: number}, "labels": [...]}, each only
    where it was changed.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    words = models.CharField(max_length=200)
    before = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.words
