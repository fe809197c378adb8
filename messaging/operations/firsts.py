"""The first letter of a thread that waits. Until it goes, its thread holds its sender alone, who cannot write in it:
nobody else sees anything of it, and when it goes all is as if it were begun then.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from chatify.lib import db, ids, moments
from chatify.lib.errors import Invalid
from messaging import kinds
from messaging.models import Conversation, Membership, Scheduled
from messaging.operations import conversations, messages, rows
from messaging.operations.holding import State, keep
from messaging.queries import scheduled as waiting
from messaging.queries.preferences import undo_seconds

MailRole = Membership.MailRole
NOBODY = "Nobody whom it is to is here any more."


def post(actor: User, *, send_at: datetime | None = None, **letter: Any) -> Conversation:
    """Begin a thread with its first letter, at once, or when it is time: where one was chosen, or the sender wants some
    seconds to think again. `letter` is what `conversations.start_mail` takes."""
    seconds = undo_seconds(actor)
    if send_at is None and not seconds:
        return conversations.start_mail(actor, **letter)
    due = moments.to_come(send_at, field="send_at") if send_at else None
    return _hold(actor, due=due, seconds=seconds, **letter)


def _hold(
    actor: User,
    *,
    due: datetime | None,
    seconds: int,
    subject: str,
    to: Sequence[User],
    cc: Sequence[User] = (),
    bcc: Sequence[User] = (),
    body: str,
    client_id: UUID | str,
    attachments: Sequence[UUID | str] = (),
) -> Conversation:
    wish = conversations.envelope(actor, subject=subject, to=to, cc=cc, bcc=bcc)
    named = {"to": wish.to, "cc": wish.cc, "bcc": wish.bcc}
    placeholder = ids.uuid7()
    draft = messages.prepare(
        actor, conversation=placeholder, body=body, client_id=client_id, attachments=attachments
    )

    def fill(row: Conversation) -> None:
        Membership.objects.create(
            conversation=row, user=actor, mail_role=MailRole.FROM, joined_at=row.created_at
        )
        keep(
            Scheduled(
                user=actor,
                conversation=row,
                client_id=draft.client_id,
                body=draft.body,
                attachments=[str(each) for each in draft.attachments],
                recipients={name: [str(person.pk) for person in people] for name, people in named.items()},
                due_at=due or timezone.now() + timedelta(seconds=seconds),
                undo=due is None,
            )
        )

    fields = {"id": placeholder, "title": wish.subject, "members_post": False}
    return conversations.start_once(kinds.MAIL, actor, client_id, fill, at=None, **fields)


def release(row: Scheduled) -> None:
    """It goes, to those of its recipients who are here. Repeated, it changes nothing. Raises Invalid where none is."""
    identity = row.conversation_id, row.user_id, row.client_id
    if rows.sent_before([identity]):
        return
    thread = Conversation.objects.get(pk=row.conversation_id)
    wish = _envelope(row, thread.title)
    draft = messages.prepare(
        row.user,
        conversation=thread.pk,
        body=row.body,
        client_id=row.client_id,
        attachments=row.attachments,
    )
    with db.atomic():
        _begin_now(thread, row.user)
        conversations.deliver(thread, row.user, wish, draft, roles=wish.roles)


def withdraw(row: Scheduled) -> None:
    """It was taken back: its thread is nobody's. What remains of it keeps its client_id from beginning another one."""
    Membership.objects.filter(conversation_id=row.conversation_id, user_id=row.user_id).delete()


def forget(old: QuerySet[Scheduled]) -> None:
    """Threads of first letters that were taken back long ago."""
    withdrawn = old.filter(state=State.CANCELLED, recipients__isnull=False)
    Conversation.objects.filter(pk__in=withdrawn.values("conversation_id"), head=0).delete()


def _envelope(row: Scheduled, subject: str) -> conversations.Envelope:
    named = waiting.addressed([row])[row.pk]
    here = {part: [person for person in people if person.is_active] for part, people in named.items()}
    if not here["to"]:
        raise Invalid(NOBODY)
    return conversations.envelope(row.user, subject=subject, **here)


def _begin_now(thread: Conversation, sender: User) -> None:
    """As if it were begun at this moment, by its owner."""
    thread.created_at = timezone.now()
    Conversation.objects.filter(pk=thread.pk).update(created_at=thread.created_at, members_post=True)
    mine = Membership.objects.filter(conversation=thread, user=sender)
    mine.update(role=Membership.Role.OWNER, joined_at=thread.created_at)
