"""The only writers of people. Errors: Invalid with `errors` by field (also for a name or address that is taken)."""

from allauth.account.models import EmailAddress
from django.db import IntegrityError

from accounts import identity
from accounts.models import User
from accounts.models.user import DISPLAY_NAME_LENGTH
from chatify.lib import db, text
from chatify.lib.errors import Invalid


def create(
    *,
    email: str,
    username: str,
    password: str | None,
    display_name: str = "",
    is_staff: bool = False,
    verified: bool = True,
) -> User:
    """A new person who can sign in at once when `verified`; `password=None` leaves only sign-in by code."""
    user = User(
        email=identity.clean_email(email),
        username=identity.clean_username(username),
        display_name=clean_display_name(display_name),
        is_staff=is_staff,
    )
    # Outside the transaction: hashing takes a tenth of a second, and SQLite has one writer.
    user.set_password(password)
    with db.atomic():
        _refuse_taken(user)
        try:
            user.save(force_insert=True)
        except IntegrityError:
            raise _taken("username") from None
        EmailAddress.objects.create(user=user, email=user.email, verified=verified, primary=True)
    return user


def clean_display_name(value: str) -> str:
    """One line of at most 80 characters, or nothing: then the username is shown."""
    return text.clean_line(value, field="display_name", maximum=DISPLAY_NAME_LENGTH) if value.strip() else ""


def _refuse_taken(user: User) -> None:
    for field in ("email", "username"):
        if User.objects.filter(**{field: getattr(user, field)}).exists():
            raise _taken(field)


def _taken(field: str) -> Invalid:
    message = {"email": "There is an account with this e-mail.", "username": "This username is taken."}[field]
    return Invalid(message, {field: [message]})
