"""Where a conversation stands in its member's inbox, as conditions of a query; the same rules as Membership's own."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from django.db.models import F, Q
from django.utils import timezone

from messaging import kinds
from messaging.models import Membership
from messaging.queries.requests import TAKING_PART

FOREVER = datetime(8999, 12, 31, tzinfo=UTC)
"""Until it is switched on again: a time that every client can hold."""


def muted(now: datetime) -> Q:
    return Q(muted_until__gt=now)


def done(now: datetime) -> Q:
    """Put away, and nothing came since, or it came muted."""
    return Q(done_at__isnull=False) & _quiet_since("done_number", now)


def snoozed(now: datetime) -> Q:
    """Out of sight until a time or an answer, whichever is first."""
    return Q(snoozed_until__gt=now) & _quiet_since("snoozed_number", now)


def here(now: datetime) -> Q:
    """In the inbox: begun, neither done nor snoozed, and no request that waits for an answer."""
    return (
        TAKING_PART
        & begun()
        & _woken("done_number", now, Q(done_at=None))
        & _woken("snoozed_number", now, Q(snoozed_until=None) | Q(snoozed_until__lte=now))
    )


def begun() -> Q:
    """Something was said in it, or the member began it: of a chat that another has only opened, nobody learns."""
    said, named = Q(conversation__message_count__gt=0), ~Q(conversation__kind__in=kinds.PAIRS)
    return said | named | Q(conversation__created_by=F("user_id"))


def unread() -> Q:
    """Something waits in it."""
    return Q(conversation__message_count__gt=F("read_number") + F("skip"))


def _quiet_since(number: str, now: datetime) -> Q:
    return Q(conversation__message_count__lte=F(number)) | muted(now)


def _woken(number: str, now: datetime, never: Q) -> Q:
    loud = Q(muted_until=None) | Q(muted_until__lte=now)
    return never | (Q(conversation__message_count__gt=F(number)) & loud)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one conversation stands for its member now; None and False where nothing was said or it is over."""

    done_at: datetime | None = None
    snoozed_until: datetime | None = None
    muted_until: datetime | None = None
    pinned_at: datetime | None = None

    @classmethod
    def of(cls, row: Membership) -> Self:
        """Needs `conversation` loaded."""
        now = timezone.now()
        return cls(
            row.done_at if row.is_done(now) else None,
            row.snoozed_until if row.is_snoozed(now) else None,
            row.muted_until if row.is_muted(now) else None,
            row.pinned_at,
        )

    @property
    def muted_for_ever(self) -> bool:
        return self.muted_until == FOREVER
