"""Where somebody reads and in which language, and how times are told there."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache

from django.utils import formats, timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language


def iso(value: datetime | str) -> str:
    """The machine's form, in UTC: `2026-11-21T09:41:00.000Z`."""
    if isinstance(value, str):
        return value
    utc = value.astimezone(timezone.get_fixed_timezone(0))
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


@dataclass(frozen=True, slots=True)
class Reader:
    """Where somebody reads, and in which language: asked once for many times, for each asking takes as long as telling.

    Times are told as datetimes of the reader's zone.
    """

    zone: tzinfo
    language: str | None
    today: date

    @classmethod
    def of_now(cls) -> "Reader":
        """Of whoever this thread works for."""
        zone = timezone.get_current_timezone()
        return cls(zone, get_language(), timezone.localdate(timezone=zone))

    @property
    def key(self) -> tuple[str | None, str, date]:
        """Plain values that tell this reader from others."""
        return self.language, str(self.zone), self.today

    def time(self, value: datetime | str, style: str = "clock") -> SafeString:
        """`time_of`."""
        at = (value if isinstance(value, datetime) else datetime.fromisoformat(value)).astimezone(self.zone)
        told, exact = STYLES[style](self, at), self.exact(at)
        # Nothing to escape: what could be read as a time is one, and the rest is told by us.
        return SafeString(
            f'<time datetime="{iso(value)}" data-format="{style}" title="{exact}">{told}</time>'
        )

    def clock(self, at: datetime) -> str:
        """`9:41`, in 24 hours."""
        return f"{at.hour}:{at.minute:02d}"

    def exact(self, at: datetime) -> str:
        """`Saturday 21 November 2026, 9:41`, for whoever asks for the whole of it."""
        return f"{self._day(at, 'l j F Y')}, {self.clock(at)}"

    def row(self, at: datetime) -> str:
        """As short as it can be told: `9:41` today, `Mon` this week, `3 Nov` this year, `3 Nov 2025` before."""
        if at.date() == self.today:
            return self.clock(at)
        if timedelta(0) < self.today - at.date() < timedelta(days=7):
            return self._day(at, "D")
        return self._day(at, "j M" if at.year == self.today.year else "j M Y")

    def until(self, at: datetime) -> str:
        """A time to come, as short as it can be told: `18:00` today, `Mon 8:00` this week, `3 Nov 8:00` later."""
        if at.date() == self.today:
            return self.clock(at)
        if timedelta(0) < at.date() - self.today < timedelta(days=7):
            return f"{self._day(at, 'D')} {self.clock(at)}"
        return f"{self._day(at, 'j M' if at.year == self.today.year else 'j M Y')} {self.clock(at)}"

    def day_name(self, value: date) -> str:
        """The filter of this name."""
        if value == self.today:
            return "Today"
        if value == self.today - timedelta(days=1):
            return "Yesterday"
        return self._day(value, "l j F" if value.year == self.today.year else "l j F Y")

    def _day(self, at: date, form: str) -> str:
        return _spelled(at.date() if isinstance(at, datetime) else at, form, self.language)


STYLES = {"clock": Reader.clock, "row": Reader.row, "until": Reader.until}


@lru_cache(maxsize=1_000)
def _spelled(day: date, form: str, language: str | None) -> str:
    """Many messages share a day: spelling it anew for each was a tenth of a conversation's page."""
    return formats.date_format(day, form)
