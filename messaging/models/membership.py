from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import models
from django.utils import timezone

from chatify.lib import ids
from messaging.models.conversation import Conversation


class Membership(models.Model):
    """A person in a conversation: what they may do, from where they read, and how far they have read.

    Unread is derived, never counted up on its own: `message_count - read_number - skip`, where `skip` counts the
    messages after `read_number` that do not count for this member (their own, deleted ones).
    """

    class Role(models.TextChoices):
        OWNER = "owner", "Owner"
        ADMIN = "admin", "Admin"
        MEMBER = "member", "Member"

    MANAGING = (Role.OWNER, Role.ADMIN)

    class MailRole(models.TextChoices):
        NONE = "", "None"
        FROM = "from", "From"
        TO = "to", "To"
        CC = "cc", "Cc"
        BCC = "bcc", "Bcc"

    class Request(models.TextChoices):
        """What a member was asked into by somebody they do not know, and has not answered yet."""

        NONE = "", "None"
        WAITING = "waiting", "Waiting"
        DECLINED = "declined", "Declined"
        BLOCKED = "blocked", "Of somebody blocked"

    class Level(models.TextChoices):
        """Of what in a conversation its member wants to hear; nothing chosen is what they chose for its kind."""

        DEFAULT = "", "As I chose for its kind"
        ALL = "all", "Every message"
        MENTIONS = "mentions", "Mentions and replies"
        NOTHING = "nothing", "Nothing"

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="memberships", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", db_index=False
    )
    role = models.CharField(max_length=8, choices=Role.choices, default=Role.MEMBER)
    mail_role = models.CharField(max_length=4, choices=MailRole.choices, default=MailRole.NONE, blank=True)
    joined_at = models.DateTimeField(default=timezone.now)

    visible_from_seq = models.BigIntegerField(default=0)
    left_seq = models.BigIntegerField(null=True, blank=True)
    read_number = models.BigIntegerField(default=0)
    skip = models.BigIntegerField(default=0)
    delivered_number = models.BigIntegerField(default=0)

    level = models.CharField(
        max_length=8, choices=Level.choices, default=Level.DEFAULT, db_default=Level.DEFAULT, blank=True
    )
    muted_until = models.DateTimeField(null=True, blank=True)
    pinned_at = models.DateTimeField(null=True, blank=True)
    # Done and snoozed hold up to the message that was the last one then: a later one ends them by being there, so
    # that sending pays nothing for it.
    done_at = models.DateTimeField(null=True, blank=True)
    done_number = models.BigIntegerField(default=0, db_default=0)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    snoozed_number = models.BigIntegerField(default=0, db_default=0)

    # What the database knows a default of costs the statements of a send nothing (operations/unheard.py).
    request = models.CharField(
        max_length=8, choices=Request.choices, default=Request.NONE, db_default=Request.NONE, blank=True
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    """Who began it or added this member without their knowing each other, until the member accepts."""
    unheard = models.BooleanField(default=False, db_default=False)
    """Whether somebody in here blocked this member: what they write then asks for more care."""
    activity_at = models.DateTimeField(null=True, blank=True)
    """When this member last wrote what nobody else sees: their own list moves, and no other."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "user"], name="membership_once")]
        indexes = [models.Index(fields=["user", "left_seq"], name="membership_of_person")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.conversation_id}"

    @property
    def manages(self) -> bool:
        """Whether this member is an owner or an admin."""
        return self.role in self.MANAGING

    # The same rules as of rows in a query: messaging.queries.standing. All need `conversation` loaded.

    def is_muted(self, now: datetime) -> bool:
        return self.muted_until is not None and self.muted_until > now

    def is_done(self, now: datetime) -> bool:
        return self.done_at is not None and self._quiet_since(self.done_number, now)

    def is_snoozed(self, now: datetime) -> bool:
        waits = self.snoozed_until is not None and self.snoozed_until > now
        return waits and self._quiet_since(self.snoozed_number, now)

    def shown_at(self, now: datetime) -> datetime:
        """Where it stands in the inbox: by its last activity, or by the end of its snooze."""
        last, back = self.conversation.last_activity_at, self.snoozed_until
        last = max(last, self.activity_at or last)
        return back if back is not None and last < back <= now else last

    def _quiet_since(self, number: int, now: datetime) -> bool:
        return self.conversation.message_count <= number or self.is_muted(now)

    def succession(self) -> tuple[bool, bool, bool, datetime, UUID]:
        """Who takes a group over first: who can sign in, then who takes part, then admins, then who is in it longest.
        Needs `user`."""
        here = self.user.is_active and self.user.leaves_at is None
        return not here, bool(self.request), self.role != self.Role.ADMIN, self.joined_at, self.id
