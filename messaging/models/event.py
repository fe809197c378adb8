from django.conf import settings
from django.db import models

from chatify.lib import ids
from chatify.lib.digest import canonical
from messaging.models.conversation import Conversation
from messaging.models.message import Message


class Event(models.Model):
    """One durable change. Append-only: a row is never updated once it is committed."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    # The log is appended by one function, which holds the conversation and wrote the message itself: that the database
    # looks both up again at each commit was a fifth of its work.
    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="events", db_index=False, db_constraint=False
    )
    seq = models.BigIntegerField()
    type = models.CharField(max_length=24)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    message = models.ForeignKey(
        Message,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="events",
        db_index=False,
        db_constraint=False,
    )
    data = models.JSONField(default=dict)
    at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    withheld = models.BooleanField(default=False, db_default=False)
    """Whether only its actor may see it: to everybody else it is a place in the order, and nothing more."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "seq"], name="event_place")]
        indexes = [
            models.Index(
                fields=["message"], condition=models.Q(message__isnull=False), name="event_of_message"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id}#{self.seq} {self.type}"

    def canonical(self) -> bytes:
        """The bytes of this row that enter the digest chain."""
        return canonical(
            conversation=self.conversation_id,
            seq=self.seq,
            type=self.type,
            actor=self.actor_id,
            at=self.at,
            data=self.data,
        )
