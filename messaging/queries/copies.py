"""Who got a copy that nobody else may know of: for the sender of a letter alone."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from accounts.models.user import unshown
from chatify.lib.prepared import Prepared
from messaging.models import Conversation, Membership

Role = Membership.MailRole


def of(user: User, rows: Sequence[Conversation]) -> dict[UUID, list[Membership]]:
    """By letter that this person began, those who got a copy, each in a conversation of their own; one query, none for
    who began no letter."""
    mine = [row.pk for row in rows if row.traits.has_subject and row.created_by_id == user.pk]
    found: dict[UUID, list[Membership]] = {}
    if mine:
        for each in _blind(mine):
            found.setdefault(each.conversation.copy_of_id, []).append(each)  # type: ignore[arg-type]
    return found


@Prepared
def _blind(letters: Sequence[UUID]) -> QuerySet[Membership]:
    rows = Membership.objects.filter(mail_role=Role.BCC, conversation__copy_of__in=letters)
    return rows.select_related("user", "conversation").defer(*unshown("user", reaching=True)).order_by("pk")


def addressed(copy: Conversation) -> list[Membership]:
    """Whom the letter of which this is a copy was written to, as its head says to everybody who got it."""
    wanted = Membership.objects.filter(mail_role__in=(Role.TO, Role.CC))
    rows = wanted.filter(conversation=copy.copy_of_id)
    return list(rows.select_related("user").defer(*unshown("user")).order_by("pk")[:100])
