"""People as the dictionaries that every door shows."""

from typing import Any

from accounts.models import User


def person(user: User) -> dict[str, Any]:
    """A person as anybody who meets them sees them: no e-mail address, and no presence, which depends on who looks."""
    return {
        "id": str(user.id),
        "username": user.username,
        "display_name": user.label,
        "initials": user.initials,
        "hue": user.hue,
        "avatar_url": None,
        "status": {"text": "", "emoji": "", "until": None},
    }
