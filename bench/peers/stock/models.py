"""A counter and a row."""

from django.db import models


class Conversation(models.Model):
    """A room and the number of its last message."""

    id = models.CharField(max_length=64, primary_key=True)
    head = models.BigIntegerField(default=0)

    class Meta:
        app_label = "stock"

    def __str__(self) -> str:
        return self.id


class Message(models.Model):
    """One message."""

    conversation = models.ForeignKey(Conversation, models.CASCADE)
    seq = models.BigIntegerField()
    sender = models.CharField(max_length=64)
    client_id = models.CharField(max_length=64)
    body = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "stock"
        constraints = [models.UniqueConstraint(fields=["conversation", "seq"], name="stock_seq")]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.seq}"
