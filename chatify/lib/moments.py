"""Times as people and programs write them."""

from datetime import UTC, datetime, timedelta

from django.utils import timezone

from chatify.lib.errors import Invalid

FURTHEST = timedelta(days=99 * 365)


def parse(value: object) -> datetime | None:
    """A time with its zone, between the years 1970 and 9000: what no database or client stumbles over; else None."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) and len(value) <= 40 else None
        if moment is not None and moment.tzinfo is not None and 1970 < moment.year < 9000:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    return None


def to_come(moment: datetime, *, field: str) -> datetime:
    """A time that was chosen for something to happen. Raises Invalid for one that is over, or that nobody will see."""
    now = timezone.now()
    if moment <= now:
        raise Invalid.field(field, "This time is over. Choose one to come.")
    if moment > now + FURTHEST:
        raise Invalid.field(field, "This time is too far away. Choose one within 99 years.")
    return moment
