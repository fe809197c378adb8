import base64
import hashlib
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from chatify.lib import ids
from messaging.models.conversation import Conversation


class Invitation(models.Model):
    """A way into a group: a link for whoever has it, or a question to one person (`receiver`).

    The token of a link is derived from its id by the server's own key, so that those who may see the link can copy it
    again; the database holds only its hash.
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        REVOKED = "revoked", "Taken back"

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="invitations", db_index=False)
    creator = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    receiver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    pair = models.CharField(max_length=80, unique=True, null=True, blank=True, editable=False)
    """Held while a person's invitation is open: one at a time into the same group."""
    token_hash = models.CharField(max_length=64, unique=True, null=True, blank=True, editable=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    """When it was answered or taken back."""
    expires_at = models.DateTimeField(null=True, blank=True)
    max_uses = models.PositiveIntegerField(null=True, blank=True)
    """How many people may come by it; None is as many as the group takes."""
    uses = models.PositiveIntegerField(default=0)
    approval = models.BooleanField(default=False)
    """Whether an owner or admin lets each of them in."""

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["conversation", "state", "-id"], name="invitation_of_group"),
            models.Index(
                fields=["receiver", "state", "-id"],
                condition=models.Q(receiver__isnull=False),
                name="invitation_received",
            ),
        ]

    def __str__(self) -> str:
        return f"into {self.conversation_id}: {self.state}"

    @staticmethod
    def hash_of(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()

    def derived(self) -> str:
        """The token that the server's key gives this link: 192 bits."""
        mac = salted_hmac("messaging.invitation", str(self.id), algorithm="sha256").digest()
        return base64.urlsafe_b64encode(mac[:24]).decode()

    @property
    def token(self) -> str:
        """What opens it: of a link its token, empty where the server's key has changed since; of a person its id."""
        if self.receiver_id is not None:
            return str(self.id)
        token = self.derived()
        return token if constant_time_compare(self.hash_of(token), self.token_hash or "") else ""

    def is_over(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now

    @property
    def is_full(self) -> bool:
        return self.max_uses is not None and self.uses >= self.max_uses


class Joining(models.Model):
    """Somebody asks to be let into a group: by a link that wants an approval, or after having been removed."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="joinings", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="+", db_index=False)
    asked_at = models.DateTimeField(default=timezone.now)
    declined_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "user"], name="joining_once")]

    def __str__(self) -> str:
        return f"{self.user_id} asks to join {self.conversation_id}"
