"""Times that people choose: an hour from now, tomorrow at eight, or one they type, in the reader's own zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from chatify.lib.digest import stamp
from chatify.lib.errors import Invalid

MORNING, EVENING = time(8), time(18)
MUTES = (("hour", "For an hour", 1), ("hours", "For 8 hours", 8), ("week", "For a week", 7 * 24))


@dataclass(frozen=True, slots=True)
class Moment:
    """A time to choose: `name` tells the browser how to compute it in its own zone."""

    name: str
    label: str
    at: datetime

    @property
    def value(self) -> str:
        return stamp(self.at)


def to_come() -> list[Moment]:
    """Later today while there is an evening left, tomorrow morning, Monday morning."""
    now = timezone.localtime()
    today = now.date()
    monday = today + timedelta(days=7 - today.weekday())
    choices = [
        Moment("evening", "This evening", _at(today, EVENING)),
        Moment("tomorrow", "Tomorrow morning", _at(today + timedelta(days=1), MORNING)),
        Moment("monday", "Monday morning", _at(monday, MORNING)),
    ]
    return [each for each in choices if each.at > now + timedelta(minutes=30)]


def chosen(value: str, *, field: str = "until") -> datetime:
    """A time as a form gives it: with its zone, or as typed in the reader's zone. Raises Invalid."""
    try:
        moment = datetime.fromisoformat(value) if len(value) <= 40 else None
        if moment is not None and 1970 < moment.year < 8999:
            return (moment if moment.tzinfo else timezone.make_aware(moment)).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Invalid.field(field, "Choose a day and a time.")


def asked(form: Mapping[str, Any]) -> datetime | None:
    """When a message is to go: the time of the button that was pressed, or the one that was typed beside it; None for
    now. Raises Invalid."""
    pressed = form.get("send_at", "")
    wish = form.get("own_at", "") if pressed == "own" else pressed
    return chosen(wish, field="send_at") if pressed else None


def muted_until(name: str) -> datetime | None:
    """The end of a mute by its name; None for one without end. Raises Invalid for an unknown name."""
    if name == "ever":
        return None
    hours = next((hours for known, _, hours in MUTES if known == name), None)
    if hours is None:
        raise Invalid.field("for", "Choose an hour, 8 hours, a week, or until you switch it on again.")
    return timezone.now() + timedelta(hours=hours)


def _at(day: date, clock: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock))
