"""Keeping what a person chose for their inbox and for what they send."""

from accounts.events import ReachChanged
from accounts.models import User
from accounts.operations import preferences
from chatify.lib import db, events
from chatify.lib.errors import Invalid
from messaging.queries import filters
from messaging.queries.preferences import MOST_UNDO_SECONDS

LATE = ("send", "ask")


def keep_filter(actor: User, *, name: str) -> None:
    """This is how they look at their inbox from now on, on every device. Raises Invalid for an unknown filter."""
    if not filters.known(actor, name):
        raise Invalid.field("filter", f"Choose one of {', '.join(filters.NAMES)}.")
    preferences.keep(actor, "inbox", filter=name)


def set_sending(
    actor: User, *, undo: int | None = None, late: str | None = None, previews: bool | None = None
) -> None:
    """For how many seconds a send can be undone, whether what is late asks before it goes, and whether links get
    cards. Raises Invalid."""
    if undo is not None and not 0 <= undo <= MOST_UNDO_SECONDS:
        raise Invalid.field("undo", f"Choose 0 to {MOST_UNDO_SECONDS} seconds.")
    if late is not None and late not in LATE:
        raise Invalid.field("late", f"Choose one of {', '.join(LATE)}.")
    chosen = {"undo": undo, "late": late, "previews": previews}
    with db.atomic():
        preferences.keep(
            actor, "sending", **{name: value for name, value in chosen.items() if value is not None}
        )
        # Open sockets send by what they know of their person.
        events.emit(ReachChanged((actor.pk,)))
