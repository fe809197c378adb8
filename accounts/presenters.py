"""People as the dictionaries that every door shows."""

from typing import Any

from accounts.models import User
from accounts.models.user import Status
from chatify.lib.digest import stamp


def person(user: User) -> dict[str, Any]:
    """A person as anybody who meets them sees them: no e-mail address, and no presence, which depends on who looks."""
    return {
        "id": str(user.id),
        "username": user.username,
        "display_name": user.label,
        "initials": user.initials,
        "hue": user.hue,
        "avatar_url": user.avatar_url,
        "status": status(user.status),
    }


def status(said: Status) -> dict[str, Any]:
    """What a person says about the moment; `until` is null for what stays."""
    return {"text": said.text, "emoji": said.emoji, "until": stamp(said.until) if said.until else None}
