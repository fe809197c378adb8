"""Messages that wait: for the seconds in which a send can be undone, or for the time that was chosen.

They enter the log when they go, under the `client_id` they were given. Until then they can be changed or taken back.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import IntegrityError
from django.utils import timezone

from accounts.models import User
from chatify.jobs import operations as jobs
from chatify.lib import db, events, text
from chatify.lib.digest import stamp
from chatify.lib.errors import ChatifyError, Conflict, Invalid, NotFound, TooMany
from media.operations import uploads
from messaging.events import RowsChanged
from messaging.models import Membership, Scheduled
from messaging.operations import claims, drafts, messages, notices, rows
from messaging.operations.log import Sent
from messaging.queries import access, rights
from messaging.queries.preferences import asks_when_late, undo_seconds

RELEASE = "scheduled.release"
MOST = 200
LATE = timedelta(minutes=10)
KEPT = timedelta(days=30)
State = Scheduled.State
FAILED = (State.ASKING, State.REFUSED)
"""What its sender must hear of: it did not go."""


class Held(NamedTuple):
    """What the sender of a message that waits is told: it has no place yet."""

    id: UUID
    conversation: UUID
    client_id: UUID
    held_until: datetime
    duplicate: bool = False

    def shape(self) -> dict[str, Any]:
        """The acknowledgement as the socket and the form give it."""
        return {
            "type": "ack",
            "client_id": str(self.client_id),
            "conversation": str(self.conversation),
            "id": str(self.id),
            "seq": None,
            "number": None,
            "at": stamp(timezone.now()),
            "duplicate": self.duplicate,
            "held_until": stamp(self.held_until),
        }


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
        due_at=_to_come(send_at) if send_at else timezone.now() + timedelta(seconds=seconds),
        undo=send_at is None,
    )
    return _keep(row, my)


def _keep(row: Scheduled, my: Membership) -> Held:
    if first := _before(row):
        return first
    rights.require_post(my.conversation, my)
    mine = Scheduled.objects.filter(user=row.user)
    if mine.filter(state__in=Scheduled.OPEN).count() >= MOST:
        raise TooMany(f"At most {MOST} messages can wait at a time.", retry_after=60)
    try:
        with db.atomic():
            claims.reserve(row.user, [UUID(each) for each in row.attachments])
            row.save(force_insert=True)
            _plan(row)
            _tell(row)
    except (IntegrityError, NotFound):
        # The same message at the same time: it has the row, and the files.
        first = _before(row)
        if first is None:
            raise
        return first
    return Held(row.pk, row.conversation_id, row.client_id, row.due_at)


def _before(row: Scheduled) -> Held | None:
    """The first answer to a message that was held under this id before. Raises Conflict where it was taken back."""
    same = Scheduled.objects.filter(
        conversation_id=row.conversation_id, user=row.user, client_id=row.client_id
    ).first()
    if same is None:
        return None
    if same.state == State.CANCELLED:
        raise Conflict("This message was taken back.")
    return Held(same.pk, same.conversation_id, same.client_id, same.due_at, duplicate=True)


def take_back(actor: User, *, scheduled: UUID) -> Scheduled:
    """It will not be sent; its text is the sender's again. Raises NotFound, or Conflict where it has gone."""
    with db.atomic():
        row = _open(actor, scheduled)
        row.state = State.CANCELLED
        row.save(update_fields=["state"])
        uploads.touch(actor, row.attachments)
        _give_back(row)
        _tell(row)
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
            row.due_at, row.undo = _to_come(send_at), False
            row.state, row.reason = State.WAITING, ""
            _plan(row)
        row.save(update_fields=["body", "due_at", "undo", "state", "reason"])
        _tell(row)
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
    closed.filter(due_at__lt=timezone.now() - KEPT).delete()


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
        messages.send(
            row.user,
            conversation=row.conversation_id,
            body=row.body,
            client_id=row.client_id,
            reply_to=row.reply_to,
            attachments=row.attachments,
            reads=False,
        )
    except TooMany:
        raise  # the conversation is busy: the job is tried again
    except NotFound:
        return _end(row, State.REFUSED, "You are no longer in this conversation.")
    except ChatifyError as error:
        return _end(row, State.REFUSED, error.detail)
    return _end(row, State.SENT)


def _end(row: Scheduled, state: str, reason: str = "") -> None:
    with db.atomic():
        waiting = Scheduled.objects.filter(pk=row.pk, state__in=(State.WAITING, State.SENDING))
        if waiting.update(state=state, reason=reason[:300]) and state in FAILED:
            key = f"scheduled:{row.pk}:{row.due_at.isoformat()}"
            notices.tell(row.user_id, event="scheduled_failed", key=key, said=reason)
        _tell(row)


def _open(actor: User, id: UUID) -> Scheduled:
    """The actor's own, held by the transaction, as long as it has not gone."""
    row = Scheduled.objects.select_for_update().filter(pk=id, user=actor).first()
    if row is None or row.state == State.CANCELLED:
        raise NotFound("There is no such message waiting.")
    if row.state not in Scheduled.OPEN:
        raise Conflict("This message was sent already.")
    return row


def _give_back(row: Scheduled) -> None:
    try:
        drafts.put_back(row.user, conversation=row.conversation_id, body=row.body)
    except NotFound:
        return  # they are no longer in it: the list of what waits showed them the text


def _plan(row: Scheduled) -> None:
    payload = {"id": str(row.pk)}
    jobs.add(kind=RELEASE, key=f"{row.pk}:{row.due_at.isoformat()}", payload=payload, due=row.due_at)


def _tell(row: Scheduled) -> None:
    """Every device of the sender looks again at what waits."""
    events.emit(RowsChanged(row.user_id, (row.conversation_id,)))


def _to_come(send_at: datetime) -> datetime:
    if send_at <= timezone.now():
        raise Invalid.field("send_at", "This time is over. Choose one to come.")
    return send_at
