"""The one rule for names and addresses: what two spellings of the same identity become.

Every door that takes a username or an e-mail (sign-up, JSON, admin, commands) goes through here, so no two
people can hold twins of one identity, and no database is asked to compare letters.
"""

import re
import unicodedata
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from chatify.lib.errors import Invalid

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,29}")
EMAIL_LENGTH = 254

# Names that would speak for the product, or that are the first segment of an address of ours.
RESERVED = frozenset(
    """
    abuse accounts admin administrator all anonymous api assistant auth channel chatify contact deleted demo
    email everyone health healthz here help hostmaster inbox info login logout mail me media moderator new
    no-reply nobody none noreply null official people postmaster readyz root search security settings signup
    staff static support sysadmin system team undefined unknown user webmaster www
    """.split()  # noqa: SIM905
)

# Stands for everybody who wrote mail that was brought from elsewhere and has no account here.
OUTSIDE = "mail"
OUTSIDE_ID = UUID("00000000-0000-7000-8000-6d61696c0000")

# What accounts are called that were deleted.
GONE = "deleted-"


def clean_email(value: str) -> str:
    """The stored form of an address: NFKC, casefolded, ASCII. Raises Invalid about `email`."""
    address = fold_email(value)
    if len(address) > EMAIL_LENGTH or not address.isascii():
        raise Invalid.field("email", "Enter an e-mail address with plain letters only.")
    try:
        validate_email(address)
    except ValidationError:
        raise Invalid.field("email", "Enter an e-mail address like name@example.org.") from None
    return address


def fold_email(value: str) -> str:
    """The form in which addresses are compared; not a check."""
    return unicodedata.normalize("NFKC", value.strip()).casefold()


def clean_username(value: str) -> str:
    """The stored form of a username: lower case ASCII, 2 to 30 characters. Raises Invalid about `username`.

    Letters outside ASCII are refused and never folded: `straße` must not become, or collide with, `strasse`.
    """
    name = value.strip()
    name = name.lower() if name.isascii() else ""
    if not USERNAME.fullmatch(name):
        raise Invalid.field(
            "username", "Use 2 to 30 of the letters a to z, digits, dots, dashes and underscores."
        )
    if name in RESERVED or name.startswith(GONE):
        raise Invalid.field("username", "This name is reserved. Choose another.")
    return name
