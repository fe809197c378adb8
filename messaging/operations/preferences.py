"""Keeping what a person chose for their inbox."""

from accounts.models import User
from accounts.operations import preferences
from chatify.lib.errors import Invalid
from messaging.queries import filters


def keep_filter(actor: User, *, name: str) -> None:
    """This is how they look at their inbox from now on, on every device. Raises Invalid for an unknown filter."""
    if not filters.known(actor, name):
        raise Invalid.field("filter", f"Choose one of {', '.join(filters.NAMES)}.")
    preferences.keep(actor, "inbox", filter=name)
