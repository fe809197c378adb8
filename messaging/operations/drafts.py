"""Keeping what somebody began to write, so that it is there on their next device and after their session ended."""

from uuid import UUID

from django.utils import timezone

from accounts.models import User
from chatify.lib import db, events, ids
from chatify.lib.errors import Invalid, TooLarge
from messaging.events import RowsChanged
from messaging.models import KeptDraft
from messaging.queries import access

MOST_POINTS = 32_000


def save(
    actor: User,
    *,
    conversation: UUID,
    body: str,
    reply_to: UUID | str | None = None,
    client_id: UUID | str | None = None,
) -> KeptDraft | None:
    """Keep this in place of what was kept before: of two devices the one that saves later has its way.

    A text of spaces alone ends the draft. Raises NotFound where the actor is no member, Invalid for what is no text.
    """
    my = access.membership_for(actor, conversation)
    text = _clean(body)
    if not text.strip():
        clear(actor, conversation=conversation)
        return None
    kept = {
        "body": text,
        "reply_to": ids.parse(reply_to, field="reply_to") if reply_to else None,
        "client_id": ids.parse(client_id, field="client_id") if client_id else None,
        "updated_at": timezone.now(),
    }
    with db.atomic():
        draft, _ = KeptDraft.objects.update_or_create(membership=my, defaults=kept)
        events.emit(RowsChanged(actor.pk, (conversation,)))
    return draft


def clear(actor: User, *, conversation: UUID) -> None:
    """It is sent, or not wanted any more."""
    with db.atomic():
        rows = KeptDraft.objects.filter(membership__user=actor, membership__conversation_id=conversation)
        if rows.delete()[0]:
            events.emit(RowsChanged(actor.pk, (conversation,)))


def forget(user: User) -> None:
    """The account is erased: what was only begun goes with it."""
    KeptDraft.objects.filter(membership__user=user).delete()


def put_back(actor: User, *, conversation: UUID, body: str) -> None:
    """What was taken back stands above what was begun meanwhile."""
    rows = KeptDraft.objects.filter(membership__user=actor, membership__conversation_id=conversation)
    begun = rows.values_list("body", flat=True).first()
    save(actor, conversation=conversation, body="\n\n".join(filter(None, [body, begun]))[:MOST_POINTS])


def _clean(body: object) -> str:
    if not isinstance(body, str) or "\x00" in body:
        raise Invalid.field("body", "This must be text.")
    try:
        body.encode()
    except UnicodeEncodeError:
        raise Invalid.field("body", "The text contains half a character (a lone surrogate).") from None
    if len(body) > MOST_POINTS:
        raise TooLarge.field("body", f"This is too long to be kept: at most {MOST_POINTS:,} characters.")
    return body.replace("\r\n", "\n").replace("\r", "\n")
