"""What a person has waiting to be sent. Nobody else finds it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import User
from chatify.lib import ids, paging
from chatify.lib.errors import NotFound
from chatify.lib.paging import Page
from chatify.lib.prepared import Prepared
from messaging.models import Conversation, Scheduled


def page(user: User, *, cursor: str | None = None, limit: int = 40) -> Page[Scheduled]:
    """What goes first comes first. Raises Invalid for a foreign cursor."""
    limit = paging.clamp(limit)
    rows = Scheduled.objects.filter(user=user, state__in=Scheduled.OPEN).select_related("conversation")
    if cursor:
        at, last = paging.decode(cursor, datetime, UUID)
        rows = rows.filter(Q(due_at__gt=at) | Q(due_at=at, pk__gt=last))
    found = list(rows.order_by("due_at", "pk")[: limit + 1])
    more = paging.encode(found[limit - 1].due_at, found[limit - 1].pk) if len(found) > limit else None
    return Page(found[:limit], more)


def one(user: User, id: UUID) -> Scheduled:
    """One of mine that has not gone. Raises NotFound."""
    rows = Scheduled.objects.filter(pk=id, user=user, state__in=Scheduled.OPEN)
    row = rows.select_related("conversation").first()
    if row is None:
        raise NotFound("There is no such message waiting.")
    return row


def held(user: User, id: UUID) -> Scheduled:
    """The row behind the answer to a send, whatever became of it since. Raises NotFound."""
    row = Scheduled.objects.filter(pk=id, user=user).first()
    if row is None:
        raise NotFound("There is no such message waiting.")
    return row


def taken_back(user: User, id: UUID | str) -> Scheduled:
    """A first letter that was taken back, to be written anew. Raises NotFound."""
    rows = Scheduled.objects.filter(user=user, state=Scheduled.State.CANCELLED, recipients__isnull=False)
    row = rows.filter(pk=key).select_related("conversation").first() if (key := ids.read(str(id))) else None
    if row is None:
        raise NotFound("There is no such letter.")
    return row


def addressed(rows: Sequence[Scheduled]) -> dict[UUID, dict[str, list[User]]]:
    """Whom first letters go to, by letter and by `to`, `cc` and `bcc`; one query, none where there is none."""
    firsts = {row.pk: row.recipients for row in rows if row.recipients is not None}
    wanted = {id for named in firsts.values() for people in named.values() for id in people}
    known = {str(each.pk): each for each in User.objects.filter(pk__in=wanted)} if wanted else {}
    return {
        key: {part: [known[id] for id in people if id in known] for part, people in named.items()}
        for key, named in firsts.items()
    }


def files_of(user: UUID) -> set[UUID]:
    """Files that what this person has waiting is to carry."""
    states = (*Scheduled.OPEN, Scheduled.State.SENDING)
    rows = Scheduled.objects.filter(user_id=user, state__in=states)
    return {UUID(each) for named in rows.values_list("attachments", flat=True) for each in named}


def waiting_in(user: User, conversation: Conversation) -> list[Scheduled]:
    """What waits to enter this conversation, in the order in which it goes."""
    return _waiting_in(user.pk, conversation.id)


@Prepared
def _waiting_in(user: UUID, conversation: UUID) -> QuerySet[Scheduled]:
    rows = Scheduled.objects.filter(user_id=user, conversation_id=conversation, state__in=Scheduled.OPEN)
    return rows.order_by("due_at", "pk")[:20]
