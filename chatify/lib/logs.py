"""What a record says in the log."""

import logging


class Refused(logging.Filter):
    """A request that Django refuses is one line: its trace tells nothing, and anybody could fill the log with it."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.security."):
            record.exc_info = None
        return True
