from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from chatify.lib import ids
from messaging.models.conversation import Conversation
from messaging.models.message import Message

KEY_LENGTH = 160
SAID_LENGTH = 100


class Notice(models.Model):
    """Somebody is to hear of something: one row per person and cause, so that it happens once.

    `key` names the cause. Plain messages have one row per conversation, which begins anew once it was read: how much
    waits is counted from the log, never here, and such a row is only what push and mail go by (`listed` is false).
    `number` is the message up to which one must have read for it to be over; what it says is made when it is shown, in
    the reader's place, from what it points at.
    """

    class Kind(models.TextChoices):
        MESSAGE = "message", "Message"
        MENTION = "mention", "Mention"
        REPLY = "reply", "Reply"
        KEYWORD = "keyword", "Keyword"
        REACTION = "reaction", "Reaction"
        REQUEST = "request", "Request"
        CONTACT = "contact", "Contact request"
        INVITE = "invite", "Invitation"
        MISSED_CALL = "missed_call", "Missed call"
        SCHEDULED_FAILED = "scheduled_failed", "Not sent"
        REPORT = "report", "Report"
        SUMMARY = "summary", "Summary"

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=KEY_LENGTH)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    listed = models.BooleanField(default=True)
    """Whether the list of notices shows it."""
    conversation = models.ForeignKey(
        Conversation, models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    message = models.ForeignKey(
        Message, models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    number = models.BigIntegerField(null=True, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    said = models.CharField(max_length=SAID_LENGTH, blank=True, default="")
    """What belongs to it beside what it points at: an emoji, a keyword, how many."""
    reason = models.CharField(max_length=24)
    """Why they hear of it: a name of `messaging.notifications.policy.Reason`."""
    quieted = models.BooleanField(default=False)
    """Whether it came in their quiet hours: it is in the summary at their end, and goes out with nothing else."""
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    read_at = models.DateTimeField(null=True, blank=True)
    push_due = models.DateTimeField(null=True, blank=True)
    push_sent = models.DateTimeField(null=True, blank=True)
    mail_due = models.DateTimeField(null=True, blank=True)
    mail_sent = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="notice_once")]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "-id"], condition=models.Q(listed=True), name="notice_list"),
            models.Index(
                fields=["user", "conversation"], condition=models.Q(read_at=None), name="notice_unread"
            ),
            models.Index(
                fields=["push_due"],
                condition=models.Q(push_due__isnull=False, push_sent=None, read_at=None),
                name="notice_push_due",
            ),
            models.Index(
                fields=["mail_due"],
                condition=models.Q(mail_due__isnull=False, mail_sent=None, read_at=None),
                name="notice_mail_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}"


BY_NAME = frozenset((Notice.Kind.MENTION, Notice.Kind.REPLY, Notice.Kind.KEYWORD))
"""Somebody was meant, and not only everybody who is there."""
