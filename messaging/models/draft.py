from django.db import models
from django.utils import timezone

from chatify.lib import ids
from messaging.models.membership import Membership


class KeptDraft(models.Model):
    """What a member began to write in a conversation: at most one, the same on all their devices.

    `client_id` is that of the message which it is to become: once that was sent the draft is over, whether or not
    anybody came to delete it.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    membership = models.OneToOneField(Membership, models.CASCADE, related_name="kept_draft")
    body = models.TextField()
    reply_to = models.UUIDField(null=True, blank=True)
    client_id = models.UUIDField(null=True, blank=True)
    updated_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"draft of {self.membership_id}"
