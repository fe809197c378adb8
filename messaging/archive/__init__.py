"""What an export holds of conversations, their files, and of reports."""

from accounts.archive import parts
from messaging.archive import conversations, files, mailbox, reports


def register() -> None:
    """Have all of it in every export."""
    parts.register(parts.Part("conversations", conversations.write, size=conversations.size, narrowed=True))
    parts.register(parts.Part("files", files.write, narrowed=True))
    # In a copy of everything, each file would be there twice.
    parts.register(parts.Part("mailbox", mailbox.write, whole=False, narrowed=True))
    parts.register(parts.Part("reports", reports.write))
