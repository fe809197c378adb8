"""What an edited message said before, for the members who may read it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from accounts.models import User
from messaging.models import Message, MessageVersion, VersionReader
from messaging.queries import timeline


@dataclass(frozen=True, slots=True)
class Version:
    """A text, since when it stood, and whether the asker had read the conversation that far while it did."""

    body: str
    at: datetime
    seen: bool


def of(user: User, id: UUID | str) -> tuple[Message, list[Version]]:
    """A message and its texts, oldest first, the present one last. Raises NotFound; a deleted one has none."""
    row = timeline.message(user, id)
    if row.deleted_at:
        return row, []
    mine = VersionReader.objects.filter(version_id=OuterRef("pk"), user=user)
    earlier = MessageVersion.objects.filter(message=row).annotate(seen=Exists(mine)).order_by("id")
    found = [Version(each.body, each.at, each.seen) for each in earlier]
    return row, [*found, Version(row.body, row.edited_at or row.sent_at, False)]


def versions_of(messages: Iterable[Message]) -> dict[UUID, list[MessageVersion]]:
    """What these messages, which the asker may read, said before; one query, none where none was edited."""
    edited = [row.pk for row in messages if row.edited_at and not row.deleted_at]
    found: dict[UUID, list[MessageVersion]] = {}
    if edited:
        for version in MessageVersion.objects.filter(message_id__in=edited).order_by("id"):
            found.setdefault(version.message_id, []).append(version)
    return found


def read_before_edit(user: UUID, messages: Iterable[Message]) -> set[UUID]:
    """Which of these messages were changed after this person had read them; one query, none where none was edited."""
    edited = [row.pk for row in messages if row.edited_at]
    if not edited:
        return set()
    rows = VersionReader.objects.filter(user_id=user, version__message_id__in=edited)
    return set(rows.values_list("version__message_id", flat=True))
