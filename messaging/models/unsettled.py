from django.db import models
from django.utils import timezone

from chatify.lib import ids


class Unsettled(models.Model):
    """What one transaction appended and nobody was told yet: the row goes once it is announced, and the relay finds
    the one that a crash left behind.

    `ranges` lists [conversation, first seq, last seq]. A row for the batch, not a mark on each event: taking the mark
    off would write each event, and all its index entries, a second time.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    at = models.DateTimeField(default=timezone.now, editable=False)
    ranges = models.JSONField()

    class Meta:
        verbose_name = "unsettled batch"
        verbose_name_plural = "unsettled batches"

    def __str__(self) -> str:
        return f"{len(self.ranges)} conversations, {self.at:%Y-%m-%d %H:%M:%S}"
