"""The only readers of where somebody is reached while no page is open: their browsers, and their mailbox."""

from collections.abc import Collection, Sequence
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import Bounce, PushSubscription, User
from chatify.lib.prepared import Prepared


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


def mailed(people: Collection[UUID]) -> set[UUID]:
    """Who of these has a proven address that no mail came back from."""
    return {row.user_id for row in _proven(list(people))}


@Prepared
def _proven(people: Sequence[UUID]) -> "QuerySet[EmailAddress]":
    back = Bounce.objects.filter(user_id=OuterRef("user_id"), email=OuterRef("email"))
    return EmailAddress.objects.filter(~Exists(back), user_id__in=people, verified=True, primary=True)


def bounces_of(user: User) -> list[Bounce]:
    """What came back from my address, if it is still mine."""
    return list(Bounce.objects.filter(user=user, email__iexact=user.email))


def standing() -> tuple[int, int]:
    """How many browsers are called, and how many of them could not be the last time."""
    found = PushSubscription.objects.aggregate(total=Count("pk"), troubled=Count("pk", filter=~Q(trouble="")))
    return found["total"], found["troubled"]
