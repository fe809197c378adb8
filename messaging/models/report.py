from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from chatify.lib import ids
from messaging.models.message import Message

TEXT_LENGTH = 1000
OUTCOME_LENGTH = 1000
REASON_LENGTH = 500


class Report(models.Model):
    """Somebody tells staff about a person, or about one message of theirs. The reported person is never told.

    `context` is a copy of what the reporter saw (`person`, `conversation`, `messages`), so that it outlives edits and
    deletion. A report that was merged into another follows that one's fate. While it is open it holds `open_key`:
    one open report for each reporter and subject.
    """

    class Reason(models.TextChoices):
        SPAM = "spam", "Spam or advertising"
        HARASSMENT = "harassment", "Harassment or bullying"
        HATE = "hate", "Hate"
        VIOLENCE = "violence", "Violence or a threat"
        SEXUAL = "sexual", "Unwanted sexual content"
        IMPERSONATION = "impersonation", "Pretends to be somebody else"
        ILLEGAL = "illegal", "Something else against the law"
        OTHER = "other", "Something else"

    class State(models.TextChoices):
        OPEN = "open", "Waiting"
        ASSIGNED = "assigned", "Being looked at"
        RESOLVED = "resolved", "Acted upon"
        DISMISSED = "dismissed", "Closed without action"

    PENDING = (State.OPEN, State.ASSIGNED)

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="reports_made"
    )
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    message = models.ForeignKey(Message, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=16, choices=Reason.choices)
    text = models.TextField(max_length=TEXT_LENGTH, blank=True, default="")
    context = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    open_key = models.CharField(max_length=120, unique=True, null=True, editable=False)
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="merged")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    outcome = models.TextField("what the reporter is told", max_length=OUTCOME_LENGTH, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    assigned_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["reporter", "-created_at"], name="report_of_reporter"),
            models.Index(fields=["state", "-created_at"], name="report_queue"),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}, {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def pending(self) -> bool:
        return self.state in self.PENDING


class ReportAct(models.Model):
    """What staff did with a report, and why. Written once, by `operations.moderation` alone."""

    class Act(models.TextChoices):
        READ = "read", "Read"
        ASSIGNED = "assigned", "Assigned"
        RELEASED = "released", "Released"
        MERGED = "merged", "Merged"
        RESOLVED = "resolved", "Resolved"
        DISMISSED = "dismissed", "Dismissed"

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    report = models.ForeignKey(Report, models.PROTECT, related_name="acts")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    act = models.CharField(max_length=10, choices=Act.choices)
    reason = models.CharField(max_length=REASON_LENGTH)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "act on a report"
        verbose_name_plural = "acts on reports"
        ordering: ClassVar[list[str]] = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.get_act_display()}, {self.at:%Y-%m-%d %H:%M}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises TypeError for a row that is written already."""
        if not self._state.adding:
            raise TypeError("What staff did is written once.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Raises TypeError: what happened stays."""
        raise TypeError("What staff did is not deleted.")
