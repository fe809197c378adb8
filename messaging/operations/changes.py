"""Remembering what was done to the inbox, and undoing it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from chatify.lib import db, events
from chatify.lib.errors import Conflict, NotFound
from messaging.events import RowsChanged
from messaging.models import InboxChange, Labelling, Membership
from messaging.operations import inbox

KEPT = timedelta(days=1)
TIMES = {"done_at", "snoozed_until", "muted_until", "pinned_at"}
Before = Mapping[str, Mapping[str, Any]]


def remember(
    actor: User,
    words: str,
    count: int,
    *,
    rows: Before | None = None,
    read: Mapping[str, int] | None = None,
    labels: Sequence[tuple[UUID, UUID, bool]] = (),
) -> InboxChange:
    """Keep how things stood: fields of `rows`, how far was `read`, and `labels` as (label, membership, was there)."""
    before = {
        "rows": {id: {name: _text(value) for name, value in row.items()} for id, row in (rows or {}).items()},
        "read": dict(read or {}),
        "labels": [[str(label), str(membership), there] for label, membership, there in labels],
    }
    told = words.capitalize() if count == 1 else f"{count} conversations {words}"
    return InboxChange.objects.create(user=actor, words=f"{told}.", before=before)


def conversations_of(change: InboxChange) -> list[UUID]:
    """The conversations whose standing it changed."""
    return [UUID(id) for id, fields in change.before["rows"].items() if fields]


def undo(actor: User, *, change: UUID) -> InboxChange:
    """Put everything back as it was, once. Raises NotFound for what is not the actor's, Conflict when it was undone."""
    with db.atomic():
        row = InboxChange.objects.select_for_update().filter(pk=change, user=actor).first()
        if row is None or row.created_at < timezone.now() - KEPT:
            raise NotFound("This can no longer be undone.")
        if row.undone_at:
            raise Conflict("This was undone already.")
        row.undone_at = timezone.now()
        row.save(update_fields=["undone_at"])
        touched = [*_put_back_rows(actor, row.before["rows"]), *_put_back_labels(actor, row.before["labels"])]
        events.emit(RowsChanged(actor.id, tuple(dict.fromkeys(touched))))
    _put_back_read(actor, row.before["read"])
    return row


def forget_old() -> None:
    """The sweep: what can no longer be undone is not kept."""
    InboxChange.objects.filter(created_at__lt=timezone.now() - KEPT).delete()


def _put_back_rows(actor: User, before: Before) -> list[UUID]:
    rows = list(
        Membership.objects.select_for_update(of=("self",), no_key=True)
        .filter(conversation_id__in=[UUID(id) for id in before], user=actor, left_seq=None)
        .order_by("id")
    )
    names: set[str] = set()
    for row in rows:
        for name, value in before[str(row.conversation_id)].items():
            names.add(name)
            setattr(row, name, datetime.fromisoformat(value) if name in TIMES and value else value)
    if names:
        Membership.objects.bulk_update(rows, sorted(names))
    return [row.conversation_id for row in rows]


def _put_back_labels(actor: User, before: Sequence[tuple[str, str, bool]]) -> list[UUID]:
    """A label that is gone meanwhile stays gone."""
    mine = dict(
        Membership.objects.filter(pk__in=[membership for _, membership, _ in before], user=actor).values_list(
            "pk", "conversation_id"
        )
    )
    there = set(actor.labels.filter(pk__in=[label for label, _, _ in before]).values_list("pk", flat=True))
    for label, membership, was in before:
        if UUID(label) not in there or UUID(membership) not in mine:
            continue
        if was:
            Labelling.objects.get_or_create(label_id=label, membership_id=membership)
        else:
            Labelling.objects.filter(label_id=label, membership_id=membership).delete()
    return list(mine.values())


def _put_back_read(actor: User, before: Mapping[str, int]) -> None:
    """Back or forth to where they had read; of the two steps of each only one moves anything."""
    inbox.advance(
        [
            step
            for id, number in before.items()
            for step in (
                inbox.Advance(actor.pk, UUID(id), "unread", number + 1),
                inbox.Advance(actor.pk, UUID(id), "read", number),
            )
        ]
    )


def _text(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
