"""The only writers of people. They raise Invalid by field, also for a name or address that is taken."""

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError

from accounts import identity, queries
from accounts.events import SessionsChanged
from accounts.models import AccountAct, User
from accounts.operations import sessions
from accounts.operations.profile import clean_display_name
from chatify.lib import db, events, text
from chatify.lib.errors import Invalid

REASON_LENGTH = 500


def create(
    *,
    email: str,
    username: str,
    password: str | None,
    display_name: str = "",
    is_staff: bool = False,
    is_superuser: bool = False,
    verified: bool = True,
) -> User:
    """A new person who can sign in at once when `verified`; `password=None` leaves only sign-in by code."""
    user = User(
        email=identity.clean_email(email),
        username=identity.clean_username(username),
        display_name=clean_display_name(display_name),
        is_staff=is_staff,
        is_superuser=is_superuser,
    )
    # Outside the transaction: hashing takes a tenth of a second, and SQLite has one writer.
    user.set_password(password)
    admit(user, verified=verified)
    return user


def admit(user: User, *, verified: bool = True) -> None:
    """Store a new, cleaned user together with their e-mail address."""
    try:
        with db.atomic():
            _refuse_taken(user)
            user.save(force_insert=True)
            EmailAddress.objects.create(user=user, email=user.email, verified=verified, primary=True)
    except IntegrityError:  # between the look and the row
        raise _taken("username") from None


def outside() -> User:
    """Who stands for everybody that wrote to somebody elsewhere and has no account here. Nobody signs in as them."""
    names = {"username": identity.OUTSIDE, "display_name": "Somebody elsewhere", "is_active": False}
    made = {
        **names,
        "email": f"{identity.OUTSIDE}@{identity.OUTSIDE}.invalid",
        "password": make_password(None),
    }
    return User.objects.get_or_create(pk=identity.OUTSIDE_ID, defaults=made)[0]


def suspend(user: User, *, by: User | None = None, reason: str = "no reason given") -> None:
    """Close an account: no sign-in, and every session of it stops at once. Raises Invalid about `reason`."""
    with db.atomic():
        user.is_active = False
        user.save(update_fields=["is_active"])
        _record(user, AccountAct.SUSPENDED, by, reason)
        sessions.end_all(user)


def restore(user: User, *, by: User | None = None, reason: str = "no reason given") -> None:
    """Open a suspended account again; its person signs in anew. Raises Invalid about `reason`, and for an account that
    was deleted."""
    if user.erased_at is not None:
        raise Invalid("This account was deleted. Nothing of it can be restored.")
    with db.atomic():
        user.is_active = True
        user.save(update_fields=["is_active"])
        _record(user, AccountAct.RESTORED, by, reason)
        events.emit(SessionsChanged(user.pk))


def _record(user: User, act: str, by: User | None, reason: str) -> None:
    said = text.clean_line(reason, field="reason", maximum=REASON_LENGTH)
    AccountAct.objects.create(subject=user, actor=by, act=act, reason=said)


def drop_unproven_password(user: User) -> None:
    """Forget a password that was set before the address was ever proven by somebody else's mail box.

    Whoever signs up with another's address could otherwise come back after its owner signed in by code.
    """
    user.set_unusable_password()
    user.save(update_fields=["password"])


def _refuse_taken(user: User) -> None:
    if User.objects.filter(email=user.email).exists():
        raise _taken("email")
    if queries.username_taken(user.username):
        raise _taken("username")


def _taken(field: str) -> Invalid:
    message = {"email": "There is an account with this e-mail.", "username": "This username is taken."}[field]
    return Invalid.field(field, message)
