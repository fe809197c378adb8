"""What follows what: signals of the libraries become facts of ours, and jobs find their work."""

from typing import Any

from allauth.account import signals
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

from accounts import devices, mail, push
from accounts.archive import own
from accounts.events import SessionsChanged
from accounts.models import User
from accounts.operations import addresses, contacts, exports, leaving, people, sessions, subscriptions
from chatify.jobs import registry, sweeps
from chatify.jobs.registry import Queue, Turn
from chatify.lib import events


def connect() -> None:
    registry.register(mail.KIND, mail.deliver, turn=Turn.OUTGOING)
    registry.register(exports.KIND, exports.make, turn=Turn.PATIENT)
    registry.register(leaving.KIND, leaving.erase, turn=Turn.PATIENT)
    registry.register(subscriptions.TRIAL, push.attempt, turn=Turn.DISTANT, queue=Queue.NOTIFY)
    own.register()
    sweeps.register(exports.sweep)
    sweeps.register(sessions.forget_expired)
    sweeps.register(contacts.expire)
    for signal in (signals.password_changed, signals.password_set, signals.password_reset):
        signal.connect(_password_is_new, dispatch_uid="accounts.password")
    user_logged_in.connect(_signed_in, dispatch_uid="accounts.signed_in")
    sweeps.register(addresses.forget_old)
    signals.email_changed.connect(_address_is_new, dispatch_uid="accounts.new_address")
    signals.email_confirmed.connect(_address_is_proven, dispatch_uid="accounts.address")


def _signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    devices.signed_in(request, user)


def _password_is_new(user: User, **_: Any) -> None:
    events.emit(SessionsChanged(user.pk))


def _address_is_new(
    user: User, from_email_address: EmailAddress | None, to_email_address: EmailAddress, **_: Any
) -> None:
    """The old mailbox is told, if it was ever proven to be theirs: a mistyped one is a stranger's."""
    if from_email_address and from_email_address.verified:
        addresses.changed(user, old=from_email_address.email, new=to_email_address.email)


def _address_is_proven(request: HttpRequest, email_address: EmailAddress, **_: Any) -> None:
    """A first sign-in by code proves the address, and tells nothing of who chose the password before."""
    user = email_address.user
    steps = get_authentication_records(request, user)
    if user.last_login is None and steps and steps[-1]["method"] == "code":
        people.drop_unproven_password(user)
