"""What a person chose for their inbox and for what they send."""

from collections.abc import Mapping
from typing import Any

from accounts.models import User
from messaging.queries import filters

MOST_UNDO_SECONDS = 30


def kept_filter(user: User) -> str:
    """The filter they used last, on whatever device."""
    name = str(user.settings.get("inbox", {}).get("filter", "all"))
    return name if filters.known(user, name) else "all"


def undo_seconds(user: User) -> int:
    """For how long what they send waits, so that it can be taken back; 0 for not at all."""
    return undo_in(user.settings.get("sending", {}))


def undo_in(sending: Mapping[str, Any]) -> int:
    """The same, where only what was chosen about sending is at hand."""
    seconds = sending.get("undo", 0)
    return max(0, min(MOST_UNDO_SECONDS, seconds)) if isinstance(seconds, int) else 0


def previews(user: User) -> bool:
    """Whether what they link to may be looked up for those who read it."""
    return user.settings.get("sending", {}).get("previews") is not False


def asks_when_late(user: User) -> bool:
    """Whether a message whose time passed while the server was away asks before it goes."""
    return user.settings.get("sending", {}).get("late") == "ask"


def sending(user: User) -> dict[str, Any]:
    """The settings as the API shows them."""
    return {
        "undo": undo_seconds(user),
        "late": "ask" if asks_when_late(user) else "send",
        "previews": previews(user),
    }
