"""Changing how one is shown to others. Raises Invalid by field; what is refused changes nothing."""

import zoneinfo
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import IO, Any

from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone

from accounts import avatars, identity, queries
from accounts.models import User
from accounts.models.user import ABOUT_LENGTH, DISPLAY_NAME_LENGTH, STATUS_LENGTH
from chatify.lib import db, ratelimit, text
from chatify.lib.errors import ChatifyError, Invalid


def clean_display_name(value: object) -> str:
    """One line of at most 80 characters, or nothing: then the username is shown."""
    return text.clean_line(value, field="display_name", maximum=DISPLAY_NAME_LENGTH, required=False)


def clean_time_zone(value: object) -> str:
    """A name of the IANA database such as Europe/Berlin, or nothing. Never a path: only known names pass."""
    name = text.clean_line(value, field="time_zone", maximum=64, required=False)
    if name and name not in zoneinfo.available_timezones():
        raise Invalid.field("time_zone", "There is no such time zone. Choose one like Europe/Berlin.")
    return name


def clean_language(value: object) -> str:
    """The code of a language that the product speaks, or nothing: then the browser's is taken."""
    code = text.clean_line(value, field="language", maximum=12, required=False)
    if code and code not in dict(settings.LANGUAGES):
        raise Invalid.field("language", "Chatify does not speak this language yet.")
    return code


def clean_status_until(value: datetime | None) -> datetime | None:
    """When the status ends, a time to come; None for one that stays."""
    if value is not None and value <= timezone.now():
        raise Invalid.field("status_until", "This time is over. Choose one to come.")
    return value


CLEAN: Mapping[str, Callable[[Any], Any]] = {
    "display_name": clean_display_name,
    "username": lambda value: identity.clean_username(str(value)),
    "about": lambda value: text.clean_paragraphs(value, field="about", maximum=ABOUT_LENGTH),
    "status_text": lambda value: text.clean_line(
        value, field="status_text", maximum=STATUS_LENGTH, required=False
    ),
    "status_emoji": lambda value: text.clean_emoji(value, field="status_emoji"),
    "status_until": clean_status_until,
    "time_zone": clean_time_zone,
    "language": clean_language,
}


def update(actor: User, **changes: Any) -> User:
    """Change what is given, all of it or nothing: the names of CLEAN.

    Raises Invalid with a sentence for each field that cannot be accepted, TooMany for a fourth new username in a day.
    """
    cleaned = _cleaned(changes)
    if not cleaned:
        return actor
    renamed = cleaned.get("username", actor.username) != actor.username
    if renamed:
        ratelimit.hit("account.username", actor.pk)
    before = {name: getattr(actor, name) for name in cleaned}
    for name, value in cleaned.items():
        setattr(actor, name, value)
    try:
        with db.atomic():
            if renamed and queries.username_taken(actor.username):
                raise _taken()
            actor.save(update_fields=list(cleaned))
    except (IntegrityError, Invalid):
        for name, value in before.items():
            setattr(actor, name, value)
        raise _taken() from None
    return actor


def _cleaned(changes: Mapping[str, Any]) -> dict[str, Any]:
    cleaned: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name, value in changes.items():
        try:
            cleaned[name] = CLEAN[name](value)
        except ChatifyError as error:
            errors |= getattr(error, "errors", {}) or {name: [error.detail]}
    if errors:
        raise Invalid(" ".join(sentence for told in errors.values() for sentence in told), errors)
    return cleaned


def _taken() -> Invalid:
    return Invalid.field("username", "This username is taken.")


def set_avatar(actor: User, source: IO[bytes]) -> User:
    """Show this picture of the actor, cut to a square. Raises Invalid about `avatar`; then the old one stays."""
    ratelimit.hit("account.avatar", actor.pk)
    return _show(actor, avatars.store(source))


def begin_with_avatar(actor: User, squares: avatars.Squares) -> User:
    """Show the picture that somebody new brought along, which `avatars.prepared` made."""
    return _show(actor, avatars.keep(squares))


def remove_avatar(actor: User) -> User:
    """Show initials again."""
    return _show(actor, "")


def _show(actor: User, key: str) -> User:
    """Put the new picture in place, then forget the old one: between the two nobody sees a broken one."""
    with db.atomic():
        row = User.objects.select_for_update().only("id", "avatar").get(pk=actor.pk)
        old, row.avatar = row.avatar, key
        row.save(update_fields=["avatar"])
    actor.avatar = key
    avatars.remove(old)
    return actor
