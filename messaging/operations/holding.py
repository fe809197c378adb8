"""Letting something wait: the row, its job at its time, and what its sender is told of it."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import IntegrityError
from django.utils import timezone

from chatify.jobs import operations as jobs
from chatify.lib import db, events
from chatify.lib.digest import stamp
from chatify.lib.errors import Conflict, NotFound, TooMany
from messaging.events import RowsChanged
from messaging.models import Membership, Scheduled
from messaging.operations import claims
from messaging.queries import rights

RELEASE = "scheduled.release"
MOST = 200
State = Scheduled.State


class Held(NamedTuple):
    """What the sender of a message that waits is told: it has no place yet."""

    id: UUID
    conversation: UUID
    client_id: UUID
    held_until: datetime
    duplicate: bool = False

    def shape(self) -> dict[str, Any]:
        """The acknowledgement as the socket and the form give it."""
        return {
            "type": "ack",
            "client_id": str(self.client_id),
            "conversation": str(self.conversation),
            "id": str(self.id),
            "seq": None,
            "number": None,
            "at": stamp(timezone.now()),
            "duplicate": self.duplicate,
            "held_until": stamp(self.held_until),
        }


def keep(row: Scheduled, *, my: Membership | None = None) -> Held:
    """Let it wait, with its files, where its sender may write: as `my` says, or in a thread of their own. The same
    again gets the first answer. Raises Forbidden where they only read, TooMany beyond what can wait at a time, NotFound
    for a file that is not there for it, Conflict for what was taken back."""
    if my is not None:
        if first := before(row):
            return first
        rights.require_post(my.conversation, my)
    mine = Scheduled.objects.filter(user=row.user)
    if mine.filter(state__in=Scheduled.OPEN).count() >= MOST:
        raise TooMany(f"At most {MOST} messages can wait at a time.", retry_after=60)
    try:
        with db.atomic():
            claims.reserve(row.user, [UUID(each) for each in row.attachments])
            row.save(force_insert=True)
            plan(row)
            tell(row)
    except (IntegrityError, NotFound):
        # The same message at the same time: it has the row, and the files.
        first = before(row)
        if first is None:
            raise
        return first
    return Held(row.pk, row.conversation_id, row.client_id, row.due_at)


def before(row: Scheduled) -> Held | None:
    """The first answer to a message that was held under this id before. Raises Conflict where it was taken back."""
    same = Scheduled.objects.filter(
        conversation_id=row.conversation_id, user=row.user, client_id=row.client_id
    ).first()
    if same is None:
        return None
    if same.state == State.CANCELLED:
        raise Conflict("This message was taken back.")
    return Held(same.pk, same.conversation_id, same.client_id, same.due_at, duplicate=True)


def plan(row: Scheduled) -> None:
    """The job that lets it go at its time."""
    payload = {"id": str(row.pk)}
    jobs.add(kind=RELEASE, key=f"{row.pk}:{row.due_at.isoformat()}", payload=payload, due=row.due_at)


def tell(row: Scheduled) -> None:
    """Every device of the sender looks again at what waits."""
    events.emit(RowsChanged(row.user_id, (row.conversation_id,)))
