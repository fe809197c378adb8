"""Myself."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from accounts.api import asker
from accounts.models import User
from accounts.operations import people
from accounts.presenters import person
from messaging.api import given, shapes
from messaging.queries import inbox

router = Router(tags=["me"])


@router.get("/me", response=shapes.Me, operation_id="show_me")
def show(request: HttpRequest) -> dict[str, Any]:
    """My profile, my settings and my unread total."""
    return _shown(asker(request))


@router.patch("/me", response=shapes.Me, operation_id="change_me")
def change(request: HttpRequest, payload: given.Profile) -> dict[str, Any]:
    """Change my profile; an empty name shows the username again."""
    return _shown(
        people.update_profile(
            asker(request), **payload.model_dump(include={"display_name"}, exclude_none=True)
        )
    )


def _shown(me: User) -> dict[str, Any]:
    return {**person(me), "email": me.email, "unread": inbox.unread_total(me), "settings": me.settings}
