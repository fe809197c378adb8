from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models

from accounts.identity import OUTSIDE, OUTSIDE_ID
from accounts.models import User
from chatify.lib import ids, markup
from messaging.models.conversation import Conversation

CARRIED = {"image": "Photo", "video": "Video", "audio": "Sound", "file": "File"}


@dataclass(frozen=True, slots=True)
class Reacted:
    """One emoji under a message: how many put it there, and the first of them."""

    emoji: str
    count: int
    users: list[UUID]


class Message(models.Model):
    """What somebody wrote. Its text enters the digest chain only as a salted hash, so it can be erased."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    conversation = models.ForeignKey(
        Conversation,
        models.CASCADE,
        related_name="messages",
        db_index=False,
        db_constraint=False,  # as of events
    )
    number = models.BigIntegerField()
    seq = models.BigIntegerField()
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    client_id = models.UUIDField()
    body = models.TextField(blank=True)
    html = models.TextField(blank=True)
    salt = models.CharField(max_length=32, blank=True)
    reply_to = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    forwarded_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    sent_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    pinned_at = models.DateTimeField(null=True, blank=True)
    pinned_apart = models.JSONField(null=True, blank=True)
    """Since when it is pinned (or null) to single people alone, by id: the other of the chat had blocked them."""
    # When somebody last reacted: whoever shows messages need not look for reactions where there never were any.
    reacted_at = models.DateTimeField(null=True, blank=True)
    # Likewise: what sort of files it carries, an `Upload.kind`; null, as a plain send leaves it, is none.
    attached = models.CharField(max_length=5, null=True, blank=True)
    # Where it was brought from elsewhere, as it said there: {"id" (its Message-ID), "sender": {name, address}, "to":
    # [...], "cc": [...]}.
    letter = models.JSONField(null=True, blank=True)

    # Likewise: when it last got a card for one of its links.
    previewed_at = models.DateTimeField(null=True, blank=True)

    reactions: ClassVar[Sequence["Reacted"]] = ()
    """What people put under it."""
    origin: ClassVar[User | None] = None
    """Who wrote what it repeats; both are read by `queries.extras`."""
    reader: ClassVar[UUID | None] = None
    """As whom `queries.extras` read it, where that makes a difference to what is pinned."""
    starred: ClassVar[bool] = False
    """Whether the reader of a page of the timeline starred it."""
    withheld = models.BooleanField(default=False, db_default=False)
    """Whether it is for its sender's eyes alone, for ever: the other person of the chat had blocked them."""
    files: ClassVar[Sequence[Any]] = ()
    """The Attachment rows of the files it carries; read by `queries.extras`."""
    previews: ClassVar[Sequence[Any]] = ()
    """The Preview rows of its links; read by `queries.extras`."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "number"], name="message_place"),
            models.UniqueConstraint(fields=["conversation", "sender", "client_id"], name="message_once"),
        ]
        # What one person wrote is found through their memberships and `message_once`: every other index of this
        # table would be paid for at each send.
        indexes = [
            models.Index(
                fields=["reply_to"], condition=models.Q(reply_to__isnull=False), name="message_answers"
            ),
            models.Index(
                fields=["forwarded_from"],
                condition=models.Q(forwarded_from__isnull=False),
                name="message_forwards",
            ),
            models.Index(
                fields=["conversation", "number"],
                condition=models.Q(attached__isnull=False),
                name="message_carries",
            ),
            models.Index(
                fields=["conversation", "pinned_at"],
                condition=models.Q(pinned_at__isnull=False),
                name="message_pinned",
            ),
            models.Index(
                fields=["conversation"],
                condition=models.Q(pinned_apart__isnull=False),
                name="message_pinned_apart",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id}/{self.number}"

    def pinned_to(self, reader: UUID | None) -> datetime | None:
        """Since when it is pinned, as this person sees it; None is everybody else."""
        at: str | None = (self.pinned_apart or {}).get(str(reader), "")
        return self.pinned_at if at == "" else datetime.fromisoformat(at) if at else None  # "" is not said

    @property
    def pin(self) -> datetime | None:
        """Since when it is pinned, as its reader sees it."""
        return self.pinned_to(self.reader)

    @property
    def writer(self) -> User:
        """Who is shown as its sender: of a letter from elsewhere, by somebody without an account, the name it gave."""
        if self.letter is None or self.sender_id != OUTSIDE_ID:
            return self.sender
        return _elsewhere(self.letter)

    @property
    def author(self) -> User:
        """Who is named where it is sent on: who brings mail can make it say anything, so that it is nobody's word."""
        return self.sender if self.letter is None else _elsewhere(self.letter, " (imported mail)")

    @property
    def line(self) -> str:
        """Its words in one plain line, or what it carries where it has none."""
        return markup.snippet(self.body) if self.body or not self.attached else CARRIED[self.attached]


def _elsewhere(letter: dict[str, Any], remark: str = "") -> User:
    """Somebody without an account, by the name that a letter gave them."""
    said = letter["sender"]
    name = said["name"] or said["address"] or "Unknown sender"
    return User(id=OUTSIDE_ID, username=OUTSIDE, display_name=f"{name}{remark}")


class MessageVersion(models.Model):
    """An earlier text of an edited message; erased with the message."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="versions", db_index=False)
    body = models.TextField()
    salt = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["message", "at"], name="version_order")]

    def __str__(self) -> str:
        return f"{self.message_id} at {self.at:%Y-%m-%d %H:%M:%S}"


class VersionReader(models.Model):
    """Somebody who had read a message while it said this: they are told that it was changed after that."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    version = models.ForeignKey(MessageVersion, models.CASCADE, related_name="readers", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "user"], name="version_read_once")]

    def __str__(self) -> str:
        return f"{self.user_id} of {self.version_id}"
