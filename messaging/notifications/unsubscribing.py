"""The link in each letter that ends them: good for one person and for nothing else, signed out as well."""

from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.models import User
from messaging.operations import wishes
from messaging.queries import people

_SIGNER = signing.Signer(salt="mail.unsubscribe")


def url(person: User) -> str:
    """It holds as long as the server's key does: a letter may be old when somebody has had enough."""
    token = _SIGNER.sign(person.pk.hex)
    return settings.CHATIFY_ORIGINS[0] + reverse("mail_off", args=[token])


def owner(token: str) -> User | None:
    """Whose letters it ends; None where we never wrote it, or where they have left."""
    try:
        return people.listening(UUID(_SIGNER.unsign(token)))
    except signing.BadSignature:
        return None


def end(person: User) -> None:
    """No more letters about what they missed. Codes and what concerns the account still come."""
    wishes.choose(person, mail="off")
