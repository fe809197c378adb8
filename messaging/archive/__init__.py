"""What an export holds of conversations, their files, and of reports."""

from accounts.archive import parts
from messaging.archive import conversations, files, reports


def register() -> None:
    """Have all of it in every export."""
    parts.register(parts.Part("conversations", conversations.write, size=conversations.size))
    parts.register(parts.Part("files", files.write))
    parts.register(parts.Part("reports", reports.write))
