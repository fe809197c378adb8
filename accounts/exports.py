"""Exports as those see them who asked for them: the only reader."""

from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from accounts.models import Export, User
from chatify.lib.errors import NotFound


def latest(actor: User, subject: UUID | None = None) -> Export | None:
    """The one of everything, or of this conversation, that is being made or was made last, while it lasts."""
    row = Export.objects.filter(user=actor, subject=subject).order_by("-created_at", "-pk").first()
    return None if row and row.expires_at and row.expires_at <= timezone.now() else row


def ready(actor: User, id: UUID, subject: UUID | None = None) -> Export:
    """Mine, of this subject, made and not too old. Raises NotFound for every other."""
    row = Export.objects.filter(pk=id, user=actor, subject=subject, state=Export.State.READY).first()
    if row is None or not row.expires_at or row.expires_at <= timezone.now() or not file_of(row.id).is_file():
        raise NotFound("There is no such file.")
    return row


def file_of(id: UUID) -> Path:
    """The zip of an export."""
    return Path(settings.EXPORTS_DIR) / f"{id}.zip"


def work_of(id: UUID) -> Path:
    """Where its pieces lie until they are packed."""
    return Path(settings.EXPORTS_DIR) / str(id)


def file_name(row: Export) -> str:
    """What a browser calls it."""
    what = "conversation" if row.subject else row.user.username
    return f"chatify-{what}-{row.created_at:%Y-%m-%d}.zip"
