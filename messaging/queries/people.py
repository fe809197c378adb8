"""The people whom events speak of."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from chatify.lib.prepared import Prepared
from messaging.models import Event


def people_of(events: Iterable[Event]) -> dict[UUID, User]:
    """Actors and persons named in the data of non-message events, by id; one query, none where nobody is named."""
    wanted: set[UUID] = set()
    for event in events:
        if event.message_id is None:
            wanted |= {event.actor_id} if event.actor_id else set()
            wanted |= {UUID(event.data["user"])} if "user" in event.data else set()
    if not wanted:
        return {}
    return {person.id: person for person in User.objects.filter(id__in=wanted)}


def listening(user: UUID) -> User | None:
    """Somebody who may be told of something: not suspended, not leaving."""
    found = _listening(user)
    return found[0] if found else None


@Prepared
def _listening(user: UUID) -> QuerySet[User]:
    return User.objects.filter(pk=user, is_active=True, leaves_at=None)
