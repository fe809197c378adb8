"""A person's own labels, and which of their conversations carry them."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from chatify.lib.errors import NotFound
from chatify.lib.prepared import Prepared
from messaging.models import Label, Labelling, Membership


def has(user: User) -> bool:
    """Whether there are any: most people have none, and need not be asked after."""
    return bool(user.settings.get("inbox", {}).get("labels"))


def of(user: User) -> list[Label]:
    """By name; there are at most fifty. No query for who has none."""
    if not has(user):
        return []
    return _of(user.pk)


@Prepared
def _of(user: UUID) -> QuerySet[Label]:
    return Label.objects.filter(user_id=user).order_by("key")


def choices(user: User, membership: Membership) -> list[tuple[Label, bool]]:
    """All of them, each with whether this conversation carries it; no query for who has none."""
    carried = {each.pk for each in on(user, [membership.pk]).get(membership.pk, [])}
    return [(each, each.pk in carried) for each in of(user)]


def one(user: User, id: UUID) -> Label:
    """Raises NotFound for what is not the asker's."""
    label = Label.objects.filter(pk=id, user=user).first()
    if label is None:
        raise NotFound("There is no such label.")
    return label


def on(user: User, memberships: Iterable[UUID]) -> dict[UUID, list[Label]]:
    """The labels of each of their memberships, by name; one query, none for who has no labels."""
    found: dict[UUID, list[Label]] = {}
    if not has(user):
        return found
    for each in _on(list(memberships)):
        found.setdefault(each.membership_id, []).append(each.label)
    return found


@Prepared
def _on(memberships: Sequence[UUID]) -> QuerySet[Labelling]:
    rows = Labelling.objects.filter(membership_id__in=memberships).select_related("label")
    return rows.order_by("label__key")
