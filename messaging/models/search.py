from datetime import UTC, datetime

from django.conf import settings
from django.db import models

from messaging.models.conversation import Conversation
from messaging.models.message import Message

PLACE_BITS = 21
LATEST_MS = (1 << 42) - 1  # in the year 2109: a date from elsewhere may be any


def position_of(at: datetime, number: int) -> int:
    """Where a message stands among all: by its time, within a millisecond by its number."""
    return position_from(at) | number % (1 << PLACE_BITS)


def position_from(at: datetime) -> int:
    """The first position of a moment."""
    return max(0, min(int(at.timestamp() * 1000), LATEST_MS)) << PLACE_BITS


def moment_of(position: int) -> datetime:
    """When what stands there was said, to the millisecond."""
    return datetime.fromtimestamp((position >> PLACE_BITS) / 1000, UTC)


class SearchEntry(models.Model):
    """What search knows of a message: its folded text. It is gone when the message is deleted, and follows each edit.

    Made from the log, a moment after the message was acknowledged. The pairs of letters are in an index of the
    database's own sort, known to `queries.search.backends` alone.
    """

    message = models.OneToOneField(Message, models.CASCADE, primary_key=True, related_name="+")
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="+", db_index=False)
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    position = models.BigIntegerField(unique=True)
    number = models.BigIntegerField()
    seq = models.BigIntegerField()
    has = models.CharField(max_length=60, blank=True, default="")
    text = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "search entries"
        indexes = [models.Index(fields=["conversation", "position"], name="search_in_conversation")]

    def __str__(self) -> str:
        return f"{self.conversation_id}/{self.number}"


class SearchProgress(models.Model):
    """Up to which event of a conversation the log was read into the index."""

    conversation = models.OneToOneField(Conversation, models.CASCADE, primary_key=True, related_name="+")
    seq = models.BigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "search progress"

    def __str__(self) -> str:
        return f"{self.conversation_id}#{self.seq}"
