"""What a person chose about being told: the part `notifications` of their settings, read here and nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone

from accounts.models import User
from messaging import kinds

PART = "notifications"
LEVELS = ("all", "mentions", "nothing")
MAILS = ("off", "personal", "all")
MAIL_TIMES = ("soon", "daily", "weekly")
MOST_KEYWORDS = 20
EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours without push and mail, on some days (0 is Monday) from a time to a time, in the person's own time zone.

    What begins on one day may end on the next. `calls`, `mentions` and `people` (ids) come through.
    """

    on: bool = False
    start: time = time(22)
    end: time = time(7)
    days: tuple[int, ...] = EVERY_DAY
    calls: bool = True
    mentions: bool = False
    people: frozenset[str] = frozenset()

    def until(self, now: datetime, zone: tzinfo) -> datetime | None:
        """When the hours that hold this moment end; None where none does."""
        if not self.on or self.start == self.end:
            return None
        local = now.astimezone(zone)
        for day in (local.date() - timedelta(days=1), local.date()):
            begin = datetime.combine(day, self.start, zone)
            over = datetime.combine(day + timedelta(days=self.end <= self.start), self.end, zone)
            if day.weekday() in self.days and begin <= local < over:
                return over
        return None


@dataclass(frozen=True, slots=True)
class Wishes:
    """All of it. `levels` are by kind of conversation; `push_text`: whether a push may show what was written."""

    levels: Mapping[str, str] = field(default_factory=dict)
    keywords: tuple[str, ...] = ()
    push: bool = True
    push_text: bool = True
    mail: str = "personal"
    mail_when: str = "soon"
    mail_at: time = time(8)
    sound: bool = False
    toasts: bool = True
    quiet: Quiet = Quiet()

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Self:
        """From what is kept of a person; what cannot be read is as if it had not been chosen."""
        kept = settings.get(PART) or {}
        return cls(
            levels={name: str(level) for name, level in dict(kept.get("levels", {})).items()},
            keywords=tuple(kept.get("keywords", ())),
            mail=kept.get("mail", "personal"),
            mail_when=kept.get("mail_when", "soon"),
            mail_at=_time(kept.get("mail_at"), time(8)),
            quiet=_quiet(kept.get("quiet") or {}),
            **{name: bool(kept[name]) for name in ("push", "push_text", "sound", "toasts") if name in kept},
        )

    def next_mail(self, now: datetime, zone: tzinfo) -> datetime:
        """When the next digest is due, in their own time: each day at a time, or on Mondays."""
        day = now.astimezone(zone).date()
        while True:
            at = datetime.combine(day, self.mail_at, zone)
            if at > now and (self.mail_when != "weekly" or day.weekday() == 0):
                return at.astimezone(UTC)
            day += timedelta(days=1)

    def level_for(self, kind: kinds.Kind) -> str:
        """What they chose for this kind of conversation, else what it begins with."""
        return self.levels.get(kind.name) or kind.notify


NOTHING_CHOSEN = Wishes()


def of(user: User) -> Wishes:
    return of_settings(user.settings)


def of_settings(settings: Mapping[str, Any]) -> Wishes:
    """Most people chose nothing: they share one answer."""
    return Wishes.of(settings) if settings.get(PART) else NOTHING_CHOSEN


def shown(user: User) -> dict[str, Any]:
    """The settings as the API shows them."""
    chosen = of(user)
    quiet = chosen.quiet
    return {
        "levels": {kind.name: chosen.level_for(kind) for kind in kinds.ALL},
        "keywords": list(chosen.keywords),
        "push": chosen.push,
        "push_text": chosen.push_text,
        "mail": chosen.mail,
        "mail_when": chosen.mail_when,
        "mail_at": chosen.mail_at.isoformat("minutes"),
        "sound": chosen.sound,
        "toasts": chosen.toasts,
        "quiet": {
            "on": quiet.on,
            "from": quiet.start.isoformat("minutes"),
            "until": quiet.end.isoformat("minutes"),
            "days": list(quiet.days),
            "calls": quiet.calls,
            "mentions": quiet.mentions,
            "people": sorted(quiet.people),
        },
    }


def zone_of(name: str) -> tzinfo:
    """The time zone of this name, else the server's."""
    try:
        return ZoneInfo(name) if name else timezone.get_default_timezone()
    except (ZoneInfoNotFoundError, ValueError):
        return timezone.get_default_timezone()


def _quiet(kept: Mapping[str, Any]) -> Quiet:
    return Quiet(
        on=bool(kept.get("on", False)),
        start=_time(kept.get("from"), Quiet().start),
        end=_time(kept.get("until"), Quiet().end),
        days=tuple(kept.get("days", EVERY_DAY)),
        calls=bool(kept.get("calls", True)),
        mentions=bool(kept.get("mentions", False)),
        people=frozenset(kept.get("people", ())),
    )


def _time(value: Any, default: time) -> time:
    try:
        return time.fromisoformat(value) if value else default
    except (TypeError, ValueError):
        return default
