from datetime import timedelta

from django.db import models
from django.utils import timezone

from accounts.models.user import User
from chatify.lib import ids

NOTE_LENGTH = 300
ASKED_FOR = timedelta(days=30)


class Contact(models.Model):
    """One side of a contact: it exists as two rows, so that a person's list is one look-up."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    owner = models.ForeignKey(User, models.CASCADE, related_name="contacts")
    person = models.ForeignKey(User, models.CASCADE, related_name="+")
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "person"], name="contact_once")]

    def __str__(self) -> str:
        return f"{self.owner_id} has {self.person_id}"


class ContactRequest(models.Model):
    """Somebody asks somebody to be a contact. While it waits it holds `pair`, so that two people have one at a time."""

    class State(models.TextChoices):
        PENDING = "pending", "Waiting"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        CANCELLED = "cancelled", "Withdrawn"
        EXPIRED = "expired", "Expired"

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    sender = models.ForeignKey(User, models.CASCADE, related_name="requests_sent")
    receiver = models.ForeignKey(User, models.CASCADE, related_name="requests_received")
    note = models.CharField(max_length=NOTE_LENGTH, blank=True, default="")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    pair = models.CharField(max_length=73, unique=True, null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["receiver", "state", "-created_at"], name="request_received"),
            models.Index(fields=["sender", "state", "-created_at"], name="request_sent"),
            models.Index(fields=["state", "expires_at"], name="request_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.sender_id} asks {self.receiver_id}: {self.state}"

    @property
    def shown_state(self) -> str:
        """The state, also where nobody has come by yet to write down that the time is over."""
        over = self.state == self.State.PENDING and self.expires_at <= timezone.now()
        return self.State.EXPIRED if over else self.state
