"""What a person began to write. A draft whose message was sent is over, and not found."""

from collections.abc import Iterable, Sequence
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
    begun: dict[UUID, KeptDraft] = {}
    wanted: list[Q] = []
    for row in rows:
        draft = getattr(row, "kept_draft", None)
        if draft is None:
            continue
        begun[row.pk] = draft
        if draft.client_id:
            place = {"conversation_id": row.conversation_id, "sender_id": row.user_id}
            wanted.append(Q(**place, client_id=draft.client_id))
    sent = _sent(wanted)
    return {id: draft for id, draft in begun.items() if draft.client_id not in sent}


def _sent(wanted: Sequence[Q]) -> set[UUID]:
    if not wanted:
        return set()
    return set(Message.objects.filter(reduce(or_, wanted)).values_list("client_id", flat=True))
