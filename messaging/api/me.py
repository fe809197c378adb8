"""Myself."""

from typing import IO, Any, cast

from django.http import HttpRequest
from ninja import File, Router
from ninja.files import UploadedFile

from accounts.api import asker
from accounts.models import User
from accounts.operations import privacy, profile
from accounts.presenters import person, settings
from chatify.lib import db
from messaging.api import given, shapes
from messaging.operations import preferences
from messaging.operations import wishes as wishing
from messaging.queries import counts, wishes
from messaging.queries.preferences import kept_filter, sending

router = Router(tags=["me"])


@router.get("/me", response=shapes.Me, operation_id="show_me")
def show(request: HttpRequest) -> dict[str, Any]:
    """My profile, my settings and my unread total."""
    return _shown(asker(request))


@router.patch("/me", response=shapes.Me, operation_id="change_me")
def change(request: HttpRequest, payload: given.ProfileChange) -> dict[str, Any]:
    """Change my profile, all of what is given or nothing; an empty name shows the username again."""
    me = asker(request)
    with db.atomic():
        profile.update(me, **_changes(payload))
        if payload.settings and payload.settings.privacy:
            given_switches = payload.settings.privacy.model_dump(exclude_none=True)
            chosen = {name: given_switches.pop(name, None) for name in ("audience", "groups")}
            privacy.update(me, **chosen, switches=given_switches)
        if payload.settings and payload.settings.sending:
            preferences.set_sending(me, **payload.settings.sending.model_dump())
        if payload.settings and payload.settings.notifications:
            wishing.choose(me, **payload.settings.notifications.model_dump(by_alias=True))
        if payload.settings and payload.settings.inbox and payload.settings.inbox.filter:
            preferences.keep_filter(me, name=payload.settings.inbox.filter)
    return _shown(me)


@router.post("/me/avatar", response=shapes.Me, operation_id="set_my_avatar")
def set_avatar(request: HttpRequest, avatar: File[UploadedFile]) -> dict[str, Any]:
    """Show this picture of me, sent as `multipart/form-data`: JPEG, PNG, GIF, WebP or AVIF, at most 5 MB."""
    return _shown(profile.set_avatar(asker(request), cast(IO[bytes], avatar)))


@router.delete("/me/avatar", response=shapes.Me, operation_id="remove_my_avatar")
def remove_avatar(request: HttpRequest) -> dict[str, Any]:
    """Show my initials again."""
    return _shown(profile.remove_avatar(asker(request)))


def _changes(payload: given.ProfileChange) -> dict[str, Any]:
    """The names that `profile.update` knows."""
    changes = payload.model_dump(include=set(profile.CLEAN), exclude_none=True)
    if payload.status is not None:
        said = payload.status
        changes |= {"status_text": said.text, "status_emoji": said.emoji, "status_until": said.until}
    return changes


def _shown(me: User) -> dict[str, Any]:
    own = {name: getattr(me, name) for name in ("email", "about", "time_zone", "language")}
    parts = {**settings(me), "inbox": {"filter": kept_filter(me)}, "sending": sending(me)}
    parts["notifications"] = wishes.shown(me)
    found = counts.by_filter(me.pk)
    waiting = {name: found[name] for name in ("unread", "notices")}
    return {**person(me), **own, **waiting, "settings": parts}
