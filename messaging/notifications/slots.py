"""Moments for which work is gathered: one job for all that is due within a slot, however much that is."""

from datetime import UTC, datetime, timedelta


def end_of(slot: timedelta, at: datetime) -> datetime:
    """The end of the slot of this length that a moment lies in, the same for every process."""
    seconds = slot.total_seconds()
    return datetime.fromtimestamp((at.timestamp() // seconds + 1) * seconds, UTC)
