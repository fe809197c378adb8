"""The only readers of where somebody's browsers are called."""

from collections.abc import Collection
from uuid import UUID

from accounts.models import PushSubscription, User


def of(user: User) -> list[PushSubscription]:
    """Mine, with the session of each, the first made first."""
    return list(PushSubscription.objects.filter(user=user).select_related("session"))


def called(people: Collection[UUID]) -> set[UUID]:
    """Who of these can be called at all."""
    return set(PushSubscription.objects.filter(user__in=people).values_list("user_id", flat=True))


def ids_of(user: UUID) -> list[UUID]:
    return list(PushSubscription.objects.filter(user=user).values_list("id", flat=True))


def one(id: UUID | str) -> PushSubscription | None:
    """With its person; None where it was taken away meanwhile."""
    return PushSubscription.objects.filter(pk=id, user__is_active=True).select_related("user").first()
