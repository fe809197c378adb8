from typing import Any

from django.db import models
from django.utils import timezone

from chatify.lib import ids
from messaging.models.message import Message


class LinkedPage(models.Model):
    """What an address told of itself when it was looked at: public, so the same for everybody who links there. It is
    not changed afterwards; a later look is another row. One without a title had nothing to show."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    address = models.CharField(max_length=64)
    """The hash of its URL."""
    title = models.CharField(max_length=200, blank=True)
    text = models.CharField(max_length=300, blank=True)
    site = models.CharField(max_length=100, blank=True)
    picture = models.CharField(max_length=40, blank=True)
    """The key of its picture in the store."""
    picture_type = models.CharField(max_length=40, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    placeholder = models.TextField(blank=True)
    looked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["address", "looked_at"], name="linked_page_address"),
            models.Index(fields=["looked_at"], name="linked_page_age"),
        ]

    def __str__(self) -> str:
        return self.title or str(self.id)


class Preview(models.Model):
    """The card under a message for one of its links. Its sender may take it away for good: then it has no page."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="+", db_index=False)
    place = models.PositiveSmallIntegerField()
    url = models.TextField()
    page = models.ForeignKey(LinkedPage, models.PROTECT, null=True, blank=True, related_name="previews")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "place"], name="preview_place")]

    def __str__(self) -> str:
        return f"{self.url} in {self.message_id}"

    def card(self) -> dict[str, Any]:
        """As every door shows it (`preview` of docs/api.md); needs `page` loaded."""
        page = self.page or LinkedPage()
        size = {"width": page.width, "height": page.height, "placeholder": page.placeholder}
        return {
            "id": str(self.pk),
            "url": self.url,
            "title": page.title,
            "text": page.text,
            "site": page.site,
            "image": size if page.picture else None,
        }
