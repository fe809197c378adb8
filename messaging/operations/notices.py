"""The only writer of notices: put down once, read, handed over."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from chatify.jobs import operations as jobs
from chatify.lib import db, events
from messaging.events import CallsOver, NoticesChanged
from messaging.models import Notice
from messaging.queries import notices as queries

TELL = "notices.tell"
# A transaction of SQLite, whose one writer others wait for, takes at most a hundred rows.
AT_ONCE = {"sqlite": 100, "postgresql": 500}
SHOWN = timedelta(days=1)
"""A browser may still show what it was called for so long ago."""
KEPT_READ, KEPT = timedelta(days=30), timedelta(days=180)
AGAIN = ("message_id", "number", "actor_id", "reason", "said", "quieted", "created_at", "read_at")
DUES = tuple(f"{channel}_{what}" for channel in queries.CHANNELS for what in ("due", "sent"))
CHANGING = (*AGAIN, *DUES)


def tell(user: UUID, *, event: str, key: str, due: datetime | None = None, **about: Any) -> None:
    """Have somebody hear of something that no log tells, in the transaction in which it happens. `about` may name
    `conversation`, `actor`, `number`, `said`; the same `key` again changes nothing."""
    named = {name: str(value) for name, value in about.items() if value is not None}
    payload = {"user": str(user), "event": event, "key": key, **named}
    jobs.add(kind=TELL, key=f"{user}:{key}", payload=payload, due=due)


def put(wanted: Sequence[Notice], *, then: Callable[[Sequence[Notice]], object]) -> None:
    """Store what is new, begin anew what was read, leave the rest. `then(rows)` gets what is now to be told, in the
    transaction that stores it: what it plans is there when they are. May run again."""
    size = AT_ONCE.get(db.vendor(), AT_ONCE["sqlite"])
    for start in range(0, len(wanted), size):
        with db.atomic():
            then(_put(wanted[start : start + size]))


def _put(wanted: Sequence[Notice]) -> list[Notice]:
    known = queries.existing([(row.user_id, row.key) for row in wanted])
    fresh = [row for row in wanted if (row.user_id, row.key) not in known]
    Notice.objects.bulk_create(fresh, ignore_conflicts=True)
    told = set(Notice.objects.filter(pk__in=[row.pk for row in fresh]).values_list("pk", flat=True))
    later = [_later(known[row.user_id, row.key], row) for row in wanted if (row.user_id, row.key) in known]
    changed = [row for row in later if row is not None]
    _change(changed)
    if listed := [row for row in fresh if row.listed and row.pk in told]:
        people = tuple({row.user_id for row in listed})
        events.emit(NoticesChanged(people, tuple(row.pk for row in listed if row.read_at is None)))
    return [row for row in fresh if row.pk in told] + changed


def _later(kept: Notice, row: Notice) -> Notice | None:
    """What is kept of a conversation's plain messages, brought up to a later one; None where nothing is to change."""
    if row.listed or row.number is None or (kept.number or 0) >= row.number:
        return None
    waits = kept.fresh and kept.push_sent is None and kept.mail_sent is None  # type: ignore[attr-defined]
    for name in AGAIN:
        setattr(kept, name, getattr(row, name))
    for name in () if waits and not row.quieted else DUES:
        setattr(kept, name, getattr(row, name))
    return kept


def _change(rows: Sequence[Notice]) -> None:
    """Most of a page of them change alike: one statement for those that do."""
    alike: dict[tuple[Any, ...], list[UUID]] = {}
    for row in rows:
        alike.setdefault(tuple(getattr(row, name) for name in CHANGING), []).append(row.pk)
    for values, ids in alike.items():
        Notice.objects.filter(pk__in=ids).update(**dict(zip(CHANGING, values, strict=True)))


def read(actor: User, *, notices: Collection[UUID]) -> int:
    """I have seen these. Those that are not mine stay as they are. Returns how many were unread."""
    return _read(Notice.objects.filter(user=actor, pk__in=notices), [actor.pk])


def read_all(actor: User) -> int:
    """I have seen all of them."""
    return _read(Notice.objects.filter(user=actor, listed=True), [actor.pk])


def read_through(pairs: Collection[tuple[UUID, UUID]]) -> int:
    """These (person, conversation) were read so far in the log that some notices are over."""
    rows = queries.read_through(set(pairs))
    if not rows:
        return 0
    people = {row.user_id for row in rows if row.listed}
    since = timezone.now() - SHOWN
    called = frozenset(row.user_id for row in rows if row.push_sent and row.push_sent > since)
    return _read(Notice.objects.filter(pk__in=[row.pk for row in rows]), people, called)


def forget(user: UUID, *, actor: UUID) -> None:
    """Somebody was blocked: nothing of them is left in the list."""
    with db.atomic():
        if Notice.objects.filter(user_id=user, actor_id=actor).delete()[0]:
            events.emit(NoticesChanged((user,)))


def close(user: UUID, *, key: str) -> None:
    """What it asked for was answered."""
    _read(Notice.objects.filter(user_id=user, key=key), [user])


def close_contacts(one: UUID, other: UUID) -> None:
    """These two have answered each other: nobody need be reminded of the question."""
    for user, actor in ((one, other), (other, one)):
        _read(Notice.objects.filter(user_id=user, actor_id=actor, kind=Notice.Kind.CONTACT), [user])


def hand_over(channel: str, rows: Iterable[Notice], now: datetime) -> list[Notice]:
    """Take these for a channel, in the transaction that passes them on: what another took meanwhile is left out."""
    sent = f"{channel}_sent"
    wanted = {row.pk: row for row in rows}
    held = Notice.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    free = list(held.filter(**{sent: None}).values_list("pk", flat=True))
    Notice.objects.filter(pk__in=free).update(**{sent: now})
    for id in free:
        setattr(wanted[id], sent, now)
    return [wanted[id] for id in free]


def mailed(rows: Iterable[Notice]) -> list[Notice]:
    """Take these for a letter, in the transaction that puts it down: what another letter has is left out."""
    wanted = {row.pk: row for row in rows}
    held = Notice.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    free = list(held.exclude(mail_due=None).values_list("pk", flat=True))
    Notice.objects.filter(pk__in=free).update(mail_due=None)
    return [wanted[id] for id in free]


def drop(channel: str, rows: Collection[Notice]) -> None:
    """These need not go out any more."""
    Notice.objects.filter(pk__in=[row.pk for row in rows]).update(**{f"{channel}_due": None})


def quieten(rows: Collection[Notice]) -> None:
    """These wait for the end of somebody's quiet hours."""
    ids = [row.pk for row in rows]
    Notice.objects.filter(pk__in=ids).update(quieted=True, push_due=None, mail_due=None)


def summed(rows: Collection[Notice]) -> None:
    """A summary told of these."""
    Notice.objects.filter(pk__in=[row.pk for row in rows]).update(quieted=False)


def forget_old() -> None:
    """What was read a month ago is not kept, and what nobody read half a year later."""
    now = timezone.now()
    old = Q(read_at__lt=now - KEPT_READ) | Q(created_at__lt=now - KEPT)
    Notice.objects.filter(old).delete()


def _read(rows: Any, people: Iterable[UUID], called: frozenset[UUID] | None = None) -> int:
    with db.atomic():
        if called is None:
            shown = rows.filter(read_at=None, push_sent__gt=timezone.now() - SHOWN)
            called = frozenset(shown.values_list("user_id", flat=True))
        count = rows.filter(read_at=None).update(read_at=timezone.now())
        if count and (told := tuple(people)):
            events.emit(NoticesChanged(told))
        if count and called:
            events.emit(CallsOver(called))
    return int(count)
