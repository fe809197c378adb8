"""Sending."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from accounts.models import User
from chatify.lib import ids, markup, text
from chatify.lib.errors import ChatifyError, Invalid
from messaging.models import Message
from messaging.operations import log, mentions
from messaging.operations.log import Draft, Sent


def prepare(
    sender: User,
    *,
    conversation: UUID,
    body: str,
    client_id: UUID | str,
    reply_to: UUID | str | None = None,
    attachments: Sequence[str] = (),
    reads: bool = True,
    sent_at: datetime | None = None,
    forwarded_from: Message | None = None,
) -> Draft:
    """Validate and render a message, outside any lock. Raises Invalid (TooLarge for a text beyond its limit).

    Whether the sender may post there is decided by `log.append`, on the locked rows.
    """
    if attachments:
        raise Invalid.field("attachments", "Files cannot be sent yet.")
    source = text.clean_body(body)
    called = mentions.NOBODY
    if "@" in source:
        called = mentions.found_in(source, sender=sender, conversation=conversation)
    return Draft(
        conversation=conversation,
        sender=sender,
        client_id=ids.parse(client_id, field="client_id"),
        body=source,
        html=mentions.mark(markup.render(source), called),
        salt=secrets.token_hex(16),
        reply_to=ids.parse(reply_to, field="reply_to") if reply_to else None,
        reads=reads,
        sent_at=sent_at,
        forwarded_from=forwarded_from,
        mentions=called.ids if called.people else (),
    )


def send(
    sender: User,
    *,
    conversation: UUID,
    body: str,
    client_id: UUID | str,
    reply_to: UUID | str | None = None,
    attachments: Sequence[str] = (),
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
