"""Times as people and programs write them."""

from datetime import UTC, datetime


def parse(value: object) -> datetime | None:
    """A time with its zone, between the years 1970 and 9000: what no database or client stumbles over; else None."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) and len(value) <= 40 else None
        if moment is not None and moment.tzinfo is not None and 1970 < moment.year < 9000:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    return None
