"""Mailboxes that somebody brings, for that person; and what is known of the mail in them."""

from collections.abc import Iterable
from uuid import UUID

from accounts.models import User
from chatify.lib.errors import NotFound
from messaging.models import MailImport, MailReference


def latest(actor: User) -> MailImport | None:
    """The one that is being read, or was brought last."""
    return MailImport.objects.filter(user=actor).order_by("-created_at", "-pk").first()


def own(actor: User, id: UUID) -> MailImport:
    """One of mine. Raises NotFound for every other."""
    row = MailImport.objects.filter(pk=id, user=actor).first()
    if row is None:
        raise NotFound("There is no such import.")
    return row


def known(owner: User, keys: Iterable[UUID]) -> dict[UUID, MailReference]:
    """What was brought, or named by what was, under these keys."""
    return {row.key: row for row in MailReference.objects.filter(user=owner, key__in=list(keys))}
