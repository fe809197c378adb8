"""What a person chose for their inbox."""

from accounts.models import User
from messaging.queries import filters


def kept_filter(user: User) -> str:
    """The filter they used last, on whatever device."""
    name = str(user.settings.get("inbox", {}).get("filter", "all"))
    return name if filters.known(user, name) else "all"
