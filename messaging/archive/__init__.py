"""What an export holds of conversations, and of reports."""

from accounts.archive import parts
from messaging.archive import conversations, reports


def register() -> None:
    """Have both in every export."""
    parts.register(parts.Part("conversations", conversations.write, size=conversations.size))
    parts.register(parts.Part("reports", reports.write))
