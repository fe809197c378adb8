"""Ending sessions."""

from accounts.events import SessionsChanged
from accounts.models import User
from accounts.models.user import new_nonce
from accounts.sessions import SessionStore
from chatify.lib import db, events


def end_all(user: User) -> None:
    """Sign a person out everywhere: every session and token of theirs stops at once."""
    with db.atomic():
        user.session_nonce = new_nonce()
        user.save(update_fields=["session_nonce"])
        events.emit(SessionsChanged(user.pk))


def forget_expired() -> None:
    """Delete the rows of sessions that are over: every sign-up and every code asked for leaves one."""
    with db.atomic():
        SessionStore.clear_expired()
