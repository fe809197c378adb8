"""What staff see and do: the log without its texts, and the queue of reports."""

from messaging.admin import log, reports

__all__ = ["log", "reports"]
