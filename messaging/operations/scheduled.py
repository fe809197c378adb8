"""Messages that wait: for the seconds in which a send can be undone, or for the time that was chosen.

They enter the log when they go, under the `client_id` they were given. Until then they can be changed or taken back.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from chatify.lib import db, moments, text
from chatify.lib.errors import ChatifyError, Conflict, NotFound, TooMany
from media.operations import uploads
from messaging.models import Scheduled
from messaging.operations import drafts, firsts, messages, notices, rows
from messaging.operations.holding import RELEASE, Held, State, keep, plan, tell
from messaging.operations.log import Sent
from messaging.queries import access
from messaging.queries.preferences import asks_when_late, undo_seconds

__all__ = ["RELEASE", "Held", "change", "hold", "post", "release", "release_late", "send_now", "take_back"]

LATE = timedelta(minutes=10)
KEPT = timedelta(days=30)
FAILED = (State.ASKING, State.REFUSED)
"""What its sender must hear of: it did not go."""


def post(
    sender: User, *, send_at: datetime | None = None, undo: int | None = None, **message: Any
) -> Sent | Held:
    """Send now, or hold where a time was chosen or the sender wants some seconds to think again.

    `message` is what `messages.send` takes; `undo` are the sender's seconds where the door knows them already.
    """
    seconds = undo_seconds(sender) if undo is None else undo
    if send_at is None and not seconds:
        sent: Sent | Held = messages.send(sender, **message)
    else:
        sent = hold(sender, send_at=send_at, seconds=seconds, **message)
    # After it, not with it: the log's locks are held for nothing else, and a draft of a sent message is over anyhow.
    drafts.clear(sender, conversation=message["conversation"])
    return sent


def hold(
    sender: User,
    *,
    conversation: UUID,
    body: str,
    client_id: UUID | str,
    reply_to: UUID | str | None = None,
    attachments: Sequence[UUID | str] = (),
    reads: bool = True,
    send_at: datetime | None = None,
    seconds: int = 0,
) -> Sent | Held:
    """Keep a message until `send_at`, or for so many seconds. The same `client_id` again gives the first answer.

    Raises NotFound where the sender is no member, Forbidden where they only read, Invalid for a text or a time that
    cannot be, Conflict for one that was taken back.
    """
    my = access.membership_for(sender, conversation)
    draft = messages.prepare(
        sender,
        conversation=conversation,
        body=body,
        client_id=client_id,
        reply_to=reply_to,
        attachments=attachments,
    )
    identity = conversation, sender.pk, draft.client_id
    if sent := rows.sent_before([identity]).get(identity):
        return sent
    row = Scheduled(
        user=sender,
        conversation_id=conversation,
        client_id=draft.client_id,
        body=draft.body,
        reply_to=draft.reply_to,
        attachments=[str(each) for each in draft.attachments],
        due_at=_due(send_at, seconds),
        undo=send_at is None,
    )
    return keep(row, my=my)


def take_back(actor: User, *, scheduled: UUID) -> Scheduled:
    """It will not be sent; its text is the sender's again. Raises NotFound, or Conflict where it has gone."""
    with db.atomic():
        row = _open(actor, scheduled)
        row.state = State.CANCELLED
        row.save(update_fields=["state"])
        uploads.touch(actor, row.attachments)
        _give_back(row)
        tell(row)
    return row


def change(
    actor: User, *, scheduled: UUID, body: str | None = None, send_at: datetime | None = None
) -> Scheduled:
    """Another text or another time; what was refused or asks waits again once it has a time to come."""
    with db.atomic():
        row = _open(actor, scheduled)
        if body is not None:
            row.body = text.clean_body(body, required=not row.attachments)
        if send_at is not None:
            row.due_at, row.undo = moments.to_come(send_at, field="send_at"), False
            row.state, row.reason = State.WAITING, ""
            plan(row)
        row.save(update_fields=["body", "due_at", "undo", "state", "reason"])
        tell(row)
    return row


def send_now(actor: User, *, scheduled: UUID) -> Scheduled:
    """Do not wait any longer. The row tells what came of it."""
    with db.atomic():
        row = _open(actor, scheduled)
        row.state, row.due_at = State.WAITING, timezone.now()
        row.save(update_fields=["state", "due_at"])
    _release(row, ask=False)
    row.refresh_from_db()
    return row


def release(payload: dict[str, str]) -> None:
    """The job at its time: it goes, or asks where it is late and its sender wants that."""
    row = Scheduled.objects.filter(pk=UUID(payload["id"])).select_related("user").first()
    if row is not None and row.due_at <= timezone.now():
        _release(row)


def release_late() -> None:
    """The sweep behind the jobs: what is overdue goes, whatever became of its job."""
    overdue = timezone.now() - LATE
    due = Scheduled.objects.filter(state__in=(State.WAITING, State.SENDING), due_at__lt=overdue)
    for row in due.select_related("user").order_by("due_at")[:100]:
        _release(row)
    closed = Scheduled.objects.filter(state__in=(State.SENT, State.CANCELLED))
    old = closed.filter(due_at__lt=timezone.now() - KEPT)
    firsts.forget(old)
    old.delete()


def _release(row: Scheduled, *, ask: bool = True) -> None:
    late = row.due_at < timezone.now() - LATE
    if ask and late and row.state == State.WAITING and asks_when_late(row.user):
        return _end(row, State.ASKING, "This should have gone while the server was away.")
    if not row.user.is_active:
        return _end(row, State.REFUSED, "The account is suspended.")
    # Claimed first: from here on it can no longer be taken back. A crash in between is found by the next try.
    claimed = Scheduled.objects.filter(pk=row.pk, state=State.WAITING).update(state=State.SENDING)
    if not claimed and not Scheduled.objects.filter(pk=row.pk, state=State.SENDING).exists():
        return None
    try:
        _send(row)
    except TooMany:
        raise  # the conversation is busy: the job is tried again
    except NotFound:
        return _end(row, State.REFUSED, "You are no longer in this conversation.")
    except ChatifyError as error:
        return _end(row, State.REFUSED, error.detail)
    return _end(row, State.SENT)


def _send(row: Scheduled) -> None:
    if row.recipients is not None:
        return firsts.release(row)
    messages.send(
        row.user,
        conversation=row.conversation_id,
        body=row.body,
        client_id=row.client_id,
        reply_to=row.reply_to,
        attachments=row.attachments,
        reads=False,
    )
    return None


def _end(row: Scheduled, state: str, reason: str = "") -> None:
    with db.atomic():
        waiting = Scheduled.objects.filter(pk=row.pk, state__in=(State.WAITING, State.SENDING))
        if waiting.update(state=state, reason=reason[:300]) and state in FAILED:
            key = f"scheduled:{row.pk}:{row.due_at.isoformat()}"
            notices.tell(row.user_id, event="scheduled_failed", key=key, said=reason)
        tell(row)


def _open(actor: User, id: UUID) -> Scheduled:
    """The actor's own, held by the transaction, as long as it has not gone."""
    row = Scheduled.objects.select_for_update().filter(pk=id, user=actor).first()
    if row is None or row.state == State.CANCELLED:
        raise NotFound("There is no such message waiting.")
    if row.state not in Scheduled.OPEN:
        raise Conflict("This message was sent already.")
    return row


def _due(send_at: datetime | None, seconds: int) -> datetime:
    """The time that was chosen, or so many seconds from now. Raises Invalid for a time that cannot be."""
    return (
        moments.to_come(send_at, field="send_at") if send_at else timezone.now() + timedelta(seconds=seconds)
    )


def _give_back(row: Scheduled) -> None:
    if row.recipients is not None:
        return firsts.withdraw(row)
    try:
        drafts.put_back(row.user, conversation=row.conversation_id, body=row.body)
    except NotFound:
        return None  # they are no longer in it: the list of what waits showed them the text
    return None
