"""Changing what one wrote. Every earlier text stays in the history that members may read."""

import secrets
from uuid import UUID

from accounts.models import User
from chatify.lib import text
from chatify.lib.digest import text_hash
from chatify.lib.errors import Conflict, Forbidden
from messaging.events import EDITED
from messaging.models import Membership, Message, MessageVersion, VersionReader
from messaging.operations import acting, linking, mentions, writing


def edit(actor: User, *, message: UUID, body: str) -> Message:
    """Give a message another text. The same text again changes nothing.

    Raises Forbidden for somebody else's message, Conflict for a deleted one, Invalid for a text that cannot be sent.
    """
    with acting.on(actor, message) as act:
        row = act.message
        if not act.own:
            raise Forbidden("Only the person who wrote a message can change it.")
        act.require_text()
        if (
            act.unheard and not row.withheld
        ):  # what the other can read must not become something they did not hear
            raise Conflict("This message can no longer be changed.")
        source = text.clean_body(body, required=not row.attached)
        if row.body == source:
            return row
        _keep(row)
        called = mentions.found_in(source, sender=actor, conversation=row.conversation_id)
        row.body, row.html = source, writing.html_of(source, called, conversation=row.conversation_id)
        row.salt, row.edited_at = secrets.token_hex(16), act.at
        row.save(update_fields=["body", "html", "salt", "edited_at"])
        mentions.replace(row.pk, called.ids)
        linking.renew(row)
        act.tell(EDITED, {"text": text_hash(row.salt, source)})
    return row


def _keep(row: Message) -> None:
    """The text as it was, and who had read it so."""
    written = row.edited_at or row.sent_at
    version = MessageVersion.objects.create(message=row, body=row.body, salt=row.salt, at=written)
    members = Membership.objects.filter(conversation_id=row.conversation_id, left_seq=None)
    read = members.filter(read_number__gte=row.number).exclude(user_id=row.sender_id)
    VersionReader.objects.bulk_create(
        VersionReader(version=version, user_id=user) for user in read.values_list("user_id", flat=True)
    )
