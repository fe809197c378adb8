"""When notices go out: what is put down gets a time, and at that time the channels get what is still unread."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from chatify.jobs import operations as jobs
from chatify.lib import db
from chatify.lib.ids import uuid7
from messaging.models import Notice
from messaging.models.notice import BY_NAME
from messaging.notifications import channels, making, slots
from messaging.notifications.policy import Event, Situation, decide
from messaging.operations import notices as operations
from messaging.queries import notices as queries
from messaging.queries import wishes
from messaging.queries.wishes import Quiet

DUE = "notices.due"
QUIET_OVER = "notices.quiet_over"
SLOT = timedelta(seconds=5)
AT_ONCE = 100
Kept = tuple[dict[str, Any], str]
"""A person's settings and time zone."""


def put(rows: Sequence[Notice], people: Mapping[UUID, Kept], now: datetime) -> None:
    """Store notices, and see to it that somebody looks again when they are due."""

    def plan(told: Sequence[Notice]) -> None:
        _plan(told)
        for user in {row.user_id for row in told if row.quieted}:
            _plan_summary(user, people[user], now)

    operations.put(rows, then=plan)


def _plan(rows: Iterable[Notice]) -> None:
    """One look per five seconds is enough, for however many."""
    dues = (due for row in rows for due in (row.push_due, row.mail_due) if due)
    for at in sorted({slots.end_of(SLOT, due) for due in dues}):
        if jobs.add(kind=DUE, key=at.isoformat(), due=at).done_at:  # by a process whose clock is ahead
            jobs.add(kind=DUE, key=f"{at.isoformat()} {uuid7()}", due=at)


def deliver(payload: dict[str, Any]) -> None:
    """The job at a time: hand what is due to the channels. What was read, muted or left meanwhile is dropped."""
    for name, channel in channels.registered().items():
        while rows := queries.due(name, timezone.now(), limit=AT_ONCE):
            _hand_over(name, channel, rows)


def _hand_over(name: str, channel: channels.Channel, rows: Sequence[Notice]) -> None:
    now = timezone.now()
    with db.atomic():
        operations.drop(name, [row for row in rows if not _wanted(row)])
        wanted = [row for row in rows if _wanted(row)]
        held = [row for row in wanted if _held(row, now)]
        operations.quieten(held)
        for row in held:
            _plan_summary(row.user_id, (row.user.settings, row.user.time_zone), now)
        for row in operations.hand_over(name, [row for row in wanted if row not in held], now):
            channel.send(row.user, row)


def _wanted(row: Notice) -> bool:
    return bool(row.wanted and not row.muted and row.user.is_active)  # type: ignore[attr-defined]


def _held(row: Notice, now: datetime) -> bool:
    """Whether their quiet hours began while it waited."""
    quiet = wishes.of(row.user).quiet
    over = quiet.until(now, wishes.zone_of(row.user.time_zone)) if quiet.on else None
    return over is not None and not excepted(quiet, row.kind, row.actor_id)


def excepted(quiet: Quiet, kind: str, actor: UUID | None) -> bool:
    """Whether somebody's quiet hours let this through."""
    if kind == Notice.Kind.MISSED_CALL and quiet.calls:
        return True
    return (quiet.mentions and kind in BY_NAME) or (actor is not None and str(actor) in quiet.people)


def _plan_summary(user: UUID, kept: Kept, now: datetime) -> None:
    settings, zone = kept
    over = wishes.of_settings(settings).quiet.until(now, wishes.zone_of(zone))
    if over is not None:
        at = over.astimezone(UTC)
        payload = {"user": str(user), "at": at.isoformat()}
        jobs.add(kind=QUIET_OVER, key=f"{user}:{at.isoformat()}", payload=payload, due=at)


def sum_up(payload: dict[str, str]) -> None:
    """The job at the end of somebody's quiet hours: one notice for all that came in them and is still unread."""
    user, now = UUID(payload["user"]), timezone.now()
    rows = queries.quieted(user)
    if rows:
        with db.atomic():
            operations.summed(rows)
            put(_summary(user, payload["at"], rows, now), {}, now)


def _summary(user: UUID, at: str, rows: Collection[Notice], now: datetime) -> list[Notice]:
    verdict = decide(Situation(event=Event.SUMMARY))
    reach = making.Reach(channels.reached([user]))
    said = str(len({row.conversation_id or row.pk for row in rows}))
    row = making.row(user, Event.SUMMARY, f"summary:{at}", verdict, reach, now, said=said)
    return [row] if row else []
