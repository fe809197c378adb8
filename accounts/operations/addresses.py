"""A changed e-mail, and taking the change back from the old mailbox: for a week it outweighs whoever made it."""

import hashlib
import secrets

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone

from accounts import mail, queries
from accounts.models import AddressChange, User
from accounts.models.address import UNDONE_WITHIN
from accounts.operations import bounces, sessions
from chatify.lib import db
from chatify.lib.errors import Conflict, NotFound

CHANGED = "account/email/address_changed"
BACK = "account/email/address_back"
_GONE = "This link is used up or too old."


def changed(user: User, *, old: str, new: str) -> None:
    """Tell the old mailbox, with a link that takes it back."""
    token = secrets.token_urlsafe(32)
    with db.atomic():
        row = AddressChange.objects.create(user=user, old=old, new=new, key=key_of(token))
        url = f"{settings.CHATIFY_ORIGINS[0]}/accounts/email/undo/{token}/"
        mail.tell(CHANGED, old, {"new": new, "url": url, "until": row.at + UNDONE_WITHIN})


def undoable(token: str) -> AddressChange:
    """The change that a link takes back. Raises NotFound for a link that we did not send, used up or too old."""
    rows = AddressChange.objects.filter(key=key_of(token), at__gt=timezone.now() - UNDONE_WITHIN)
    row = rows.select_related("user").first()
    if row is None or row.user.erased_at is not None:
        raise NotFound(_GONE)
    return row


def undo(token: str) -> User:
    """Give the account back to its old address: everybody is signed out, the password is void, and what was added since
    the change to sign in by is gone. Later changes can no longer be taken back: they were not the owner's.

    Raises NotFound for a link that does not hold, Conflict where the address has another account by now.
    """
    change = undoable(token)
    try:
        with db.atomic():
            user = User.objects.select_for_update().get(pk=change.user_id)
            undoable(token)  # used meanwhile?
            _give_back(user, change)
    except IntegrityError:
        raise Conflict("This address has another account by now, so it cannot be given back.") from None
    return user


def forget_old() -> None:
    """What can no longer be taken back is not remembered."""
    with db.atomic():
        AddressChange.objects.filter(at__lte=timezone.now() - UNDONE_WITHIN).delete()


def key_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _give_back(user: User, change: AddressChange) -> None:
    lost, user.email = user.email, change.old
    user.set_unusable_password()
    user.save(update_fields=["email", "password"])
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=change.old, verified=True, primary=True)
    Authenticator.objects.filter(user=user, created_at__gte=change.at).delete()
    if not queries.second_steps(user):  # recovery codes alone are no second step
        Authenticator.objects.filter(user=user).delete()
    SocialAccount.objects.filter(user=user, date_joined__gte=change.at).delete()
    AddressChange.objects.filter(user=user, at__gte=change.at).delete()
    sessions.end_all(user)
    for address in {lost, change.old}:
        mail.tell(BACK, address, {"old": change.old})


def attempt(actor: User) -> None:
    """Forget what came back from their address and mail it, to see whether it takes mail again."""
    bounces.forget(actor)
    mail.tell("account/email/trial", actor.email, {})
