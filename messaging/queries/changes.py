"""What was done to the inbox and can be undone."""

from uuid import UUID

from accounts.models import User
from chatify.lib.errors import NotFound
from messaging.models import InboxChange


def change(user: User, id: UUID) -> InboxChange:
    """One of my own. Raises NotFound."""
    row = InboxChange.objects.filter(pk=id, user=user).first()
    if row is None:
        raise NotFound("This can no longer be undone.")
    return row
