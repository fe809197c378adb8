from django.conf import settings
from django.db import models
from django.utils import timezone

from chatify.lib import ids, text
from chatify.lib.digest import GENESIS
from messaging import kinds

RIGHTS = ("post", "add", "pin", "edit")
"""What a group may leave to all its members."""


class Conversation(models.Model):
    """An ordered, append-only log. Its row lock is the only place where order is decided."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    kind = models.CharField(max_length=12, choices=kinds.CHOICES)
    title = models.CharField(max_length=200, blank=True, default="")
    title_salt = models.CharField(max_length=32, blank=True, default="")
    # "Find or start" between two people is one atomic step on this key.
    direct_key = models.CharField(max_length=80, unique=True, null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    client_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    head = models.BigIntegerField(default=0)
    head_digest = models.CharField(max_length=64, default=GENESIS)
    message_count = models.BigIntegerField(default=0)
    floor_seq = models.BigIntegerField(default=0)
    floor_number = models.BigIntegerField(default=0)
    floor_digest = models.CharField(max_length=64, default=GENESIS)
    membership_version = models.BigIntegerField(default=1)
    last_activity_at = models.DateTimeField(default=timezone.now)

    # A group's own; who may do what is decided in `messaging.queries.rights`.
    topic = models.CharField(max_length=300, blank=True, default="", db_default="")
    topic_salt = models.CharField(max_length=32, blank=True, default="", db_default="")
    # A key of `accounts.avatars`.
    avatar = models.CharField("picture", max_length=32, blank=True, default="", db_default="", editable=False)
    members_post = models.BooleanField(default=True, db_default=True)
    members_add = models.BooleanField(default=False, db_default=False)
    members_pin = models.BooleanField(default=False, db_default=False)
    members_edit = models.BooleanField(default=False, db_default=False)
    open_history = models.BooleanField(default=False, db_default=False)
    copy_of = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    """The mail that this is the Bcc of, with one person who is in nothing else of it. Only its sender may know."""
    imported = models.BooleanField(default=False, db_default=False)
    """Whether it came from elsewhere: then whoever brought it is alone in it."""
    # Whether links get cards here; null is as in every conversation of its kind.
    previews = models.BooleanField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["created_by", "client_id"], name="conversation_created_once")
        ]
        indexes = [
            models.Index(
                fields=["copy_of"], condition=models.Q(copy_of__isnull=False), name="conversation_copies"
            )
        ]
        # No index holds what a send changes (head, counts, last activity): PostgreSQL then updates the row in place.

    started_now = False
    """True on the row that was just made, for doors that tell it from one that was found."""

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def traits(self) -> kinds.Kind:
        """What its kind allows and how it is drawn."""
        return kinds.BY_NAME[self.kind]

    @property
    def rights(self) -> dict[str, str]:
        """Who may do what here, in words: `everyone` or `admins`; `history` is what who joins may read."""
        words = {name: "everyone" if getattr(self, f"members_{name}") else "admins" for name in RIGHTS}
        return {**words, "history": "all" if self.open_history else "joining"}

    @property
    def avatar_url(self) -> str | None:
        """Where the small picture is, for its members; None without one."""
        return self._picture("small")

    @property
    def avatar_large_url(self) -> str | None:
        return self._picture("large")

    def _picture(self, size: str) -> str | None:
        return f"/avatars/groups/{self.id}/{self.avatar}/{size}/" if self.avatar else None

    @property
    def hue(self) -> int:
        return text.hue(self.id)


class LogEpoch(models.Model):
    """One random id per lineage of the database: new after a restore, so that old cursors are reset."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return str(self.id)
