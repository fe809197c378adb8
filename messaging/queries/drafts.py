"""What a person began to write. A draft whose message was sent is over, and not found."""

from collections.abc import Iterable
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q

from messaging.models import KeptDraft, Membership, Message


def of(row: Membership) -> KeptDraft | None:
    """The draft of one membership, which needs `kept_draft` loaded."""
    return among([row]).get(row.pk)


def among(rows: Iterable[Membership]) -> dict[UUID, KeptDraft]:
    """The drafts of memberships that have `kept_draft` loaded; one query, none where nothing is begun."""
    begun = {row.pk: row.kept_draft for row in rows if getattr(row, "kept_draft", None)}
    sent = _sent(row for row in rows if row.pk in begun and row.kept_draft.client_id)
    return {id: draft for id, draft in begun.items() if draft.client_id not in sent}


def _sent(rows: Iterable[Membership]) -> set[UUID]:
    wanted = [
        Q(conversation_id=row.conversation_id, sender_id=row.user_id, client_id=row.kept_draft.client_id)
        for row in rows
    ]
    if not wanted:
        return set()
    return set(Message.objects.filter(reduce(or_, wanted)).values_list("client_id", flat=True))
