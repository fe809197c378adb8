"""What of a message is looked through."""

from messaging.models import Message


def of(row: Message) -> str:
    """Its text, and the names of its files, which `queries.extras` loads."""
    return " ".join([row.body, *(file.upload.name for file in row.files)]) if row.files else row.body
