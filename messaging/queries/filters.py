"""The ways to look at the inbox. A filter is a line of this table, here and in `views.filters` with its words."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from chatify.lib import ids
from chatify.lib.errors import Invalid
from messaging import kinds
from messaging.models import Label, Labelling, Membership, Message, Star
from messaging.queries import requests
from messaging.queries.standing import done, here, snoozed, unread

Rule = Callable[[UUID, datetime], Q]
LABEL = "label:"


def sent() -> Exists:
    """The member wrote in it."""
    mine = Message.objects.filter(sender_id=OuterRef("user_id"), conversation_id=OuterRef("conversation_id"))
    return Exists(mine)


def starred(user: UUID) -> Q:
    """Something in it is starred by this person; their stars are read once, not once for each conversation."""
    stars = Star.objects.filter(user_id=user, message__deleted_at=None)
    return Q(conversation_id__in=stars.values("message__conversation_id"))


RULES: dict[str, Rule] = {
    "all": lambda user, now: here(now),
    "unread": lambda user, now: here(now) & unread(),
    "read": lambda user, now: here(now) & ~unread(),
    "chats": lambda user, now: here(now) & Q(conversation__kind__in=kinds.CHATS),
    "mail": lambda user, now: here(now) & Q(conversation__kind__in=kinds.MAILS),
    "sent": lambda user, now: Q(sent()),
    "starred": lambda user, now: starred(user),
    "done": lambda user, now: done(now),
    "snoozed": lambda user, now: snoozed(now),
    "requests": lambda user, now: requests.waiting(),
}
NAMES = tuple(RULES)


def apply(rows: QuerySet[Membership], user: UUID, name: str, now: datetime) -> QuerySet[Membership]:
    """Of this person's memberships those that this filter shows; `label:<id>` shows what carries the label, wherever it
    stands.

    Raises Invalid for an unknown one.
    """
    if label := label_in(name):
        carried = Labelling.objects.filter(
            membership_id=OuterRef("pk"), label_id=label, label__user_id=OuterRef("user_id")
        )
        return rows.filter(Exists(carried))
    if name not in RULES:
        raise Invalid.field("filter", f"Choose one of {', '.join(NAMES)}.")
    return rows.filter(RULES[name](user, now))


def label_in(name: str) -> UUID | None:
    """The label that a filter names."""
    if not name.startswith(LABEL):
        return None
    return ids.parse(name.removeprefix(LABEL), field="filter")


def known(user: User, name: str) -> bool:
    """Whether this person has such a filter."""
    try:
        label = label_in(name)
    except Invalid:
        return False
    return Label.objects.filter(pk=label, user=user).exists() if label else name in RULES
