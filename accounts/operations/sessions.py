"""Sessions and devices of a person: begun, seen, ended."""

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import IntegrityError
from django.utils import timezone

from accounts.events import SessionEnded, SessionsChanged
from accounts.models import Device, User, UserSession
from accounts.models.user import new_nonce
from accounts.sessions import SessionStore, ends
from chatify.lib import db, events
from chatify.lib.errors import NotFound

DEVICE_KEPT = timedelta(days=400)


def begin(
    user: User, *, id: UUID, key: str, client: str, network: str, begun: datetime | None = None
) -> None:
    """Note a session under its own id; again with another key, the row follows."""
    seen = {"session_key": key, "client": client, "network": network, "last_seen_at": timezone.now()}
    try:
        with db.atomic():
            if not UserSession.objects.filter(id=id, user=user).update(**seen):
                UserSession.objects.create(id=id, user=user, created_at=begun or timezone.now(), **seen)
    except IntegrityError:  # another request of the same session was first
        UserSession.objects.filter(session_key=key).update(**seen)


def seen(key: str, *, client: str, network: str) -> bool:
    """Somebody used this session just now, so it lives on. False when no row knows it."""
    row = UserSession.objects.filter(session_key=key).first()
    if row is None:
        return False
    with db.atomic():
        seen = {"client": client, "network": network, "last_seen_at": timezone.now()}
        UserSession.objects.filter(pk=row.pk).update(**seen)
        Session.objects.filter(session_key=key).update(expire_date=ends(row.created_at))
    return True


def end(actor: User, id: UUID) -> None:
    """Sign out one of my sessions. Raises NotFound for another's, and for one that is over."""
    row = UserSession.objects.filter(pk=id, user=actor).first()
    if row is None:
        raise NotFound("This session is over already.")
    _end([row])


def end_others(actor: User, *, keep: str) -> int:
    """Sign out every session but the one with the key `keep`. Returns the number."""
    others = list(UserSession.objects.filter(user=actor).exclude(session_key=keep))
    _end(others)
    return len(others)


def end_all(user: User) -> None:
    """Sign a person out everywhere: every session and token of theirs stops at once."""
    with db.atomic():
        user.session_nonce = new_nonce()
        user.save(update_fields=["session_nonce"])
        UserSession.objects.filter(user=user).delete()
        events.emit(SessionsChanged(user.pk))


def forget(key: str) -> None:
    """A session was signed out: its row for people goes too."""
    UserSession.objects.filter(session_key=key).delete()


def is_new_device(user: User, key: str) -> bool:
    """Remember where somebody signs in from. True for a place that is not their first and was not there before."""
    now = timezone.now()
    if Device.objects.filter(user=user, key=key).update(last_seen_at=now):
        return False
    first = not Device.objects.filter(user=user).exists()
    try:
        with db.atomic():
            Device.objects.create(user=user, key=key, last_seen_at=now)
    except IntegrityError:  # two sign-ins at once
        return False
    return not first


def forget_expired() -> None:
    """Delete the rows of sessions that are over (every sign-up and every code asked for leaves one), and devices
    that nobody used for a year."""
    with db.atomic():
        SessionStore.clear_expired()
    alive = Session.objects.values("session_key")
    with db.atomic():
        UserSession.objects.exclude(session_key__in=alive).delete()
        Device.objects.filter(last_seen_at__lt=timezone.now() - DEVICE_KEPT).delete()


def _end(rows: list[UserSession]) -> None:
    keys = [row.session_key for row in rows]
    with db.atomic():
        Session.objects.filter(session_key__in=keys).delete()
        UserSession.objects.filter(pk__in=[row.pk for row in rows]).delete()
        for row in rows:
            events.emit(SessionEnded(session_key=row.session_key, user_id=row.user_id))
