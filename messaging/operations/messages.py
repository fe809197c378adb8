"""Sending."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from accounts.models import User
from chatify.lib import ids, text
from chatify.lib.errors import ChatifyError
from messaging.models import Message
from messaging.operations import claims, log, mentions, rows, writing
from messaging.operations.log import Draft, Sent
from messaging.queries import access


def prepare(
    sender: User,
    *,
    conversation: UUID,
    body: str,
    client_id: UUID | str,
    reply_to: UUID | str | None = None,
    attachments: Sequence[UUID | str] = (),
    reads: bool = True,
    sent_at: datetime | None = None,
    forwarded_from: Message | None = None,
    first: bool = False,
) -> Draft:
    """Validate and render a message, outside any lock. Raises Invalid (TooLarge for a text beyond its limit).

    `attachments` are uploads; with some, the text may be empty. Whether the sender may post there and may take the
    files is decided by `log.append`, on the locked rows. `first`: it is the first letter of a thread.
    """
    carried = claims.wanted(attachments)
    source = text.clean_body(body, required=not carried)
    called = mentions.NOBODY
    if "@" in source:
        called = mentions.found_in(source, sender=sender, conversation=conversation)
    return Draft(
        conversation=conversation,
        sender=sender,
        client_id=ids.parse(client_id, field="client_id"),
        body=source,
        html=writing.html_of(source, called, conversation=conversation, letter=first),
        salt=secrets.token_hex(16),
        reply_to=ids.parse(reply_to, field="reply_to") if reply_to else None,
        reads=reads,
        sent_at=sent_at,
        forwarded_from=forwarded_from,
        mentions=called.ids if called.people else (),
        attachments=carried,
    )


def sent_before(sender: User, *, conversation: UUID, client_id: UUID) -> Sent | None:
    """The first answer, where this very message is in the log already. Raises NotFound for who is no member."""
    access.membership_for(sender, conversation)
    return rows.sent_before([(conversation, sender.id, client_id)]).get((conversation, sender.id, client_id))


def send(
    sender: User,
    *,
    conversation: UUID,
    body: str,
    client_id: UUID | str,
    reply_to: UUID | str | None = None,
    attachments: Sequence[UUID | str] = (),
    reads: bool = True,
    forwarded_from: Message | None = None,
) -> Sent:
    """Send one message and return its place in the log. The same `client_id` again returns the first answer.

    Raises NotFound where the sender is no member, Invalid for a text that cannot be sent.
    """
    draft = prepare(
        sender,
        conversation=conversation,
        body=body,
        client_id=client_id,
        reply_to=reply_to,
        attachments=attachments,
        reads=reads,
        forwarded_from=forwarded_from,
    )
    (outcome,) = log.append([draft])
    if isinstance(outcome, ChatifyError):
        raise outcome
    return outcome
