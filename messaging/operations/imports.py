"""Mailboxes that somebody brings: asked for, read piece by piece, forgotten once they are read."""

import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any, BinaryIO
from uuid import UUID

from django.db import IntegrityError
from django.utils import timezone

from accounts.models import User
from chatify.jobs import operations as jobs
from chatify.jobs import registry
from chatify.lib import db, mbox, ratelimit
from chatify.lib.errors import Conflict, Invalid, NotFound
from media import queries as files
from media import storage
from media.models import Upload
from media.operations import keeping
from messaging.models import MailImport, MailReference
from messaging.operations import letters
from messaging.operations.letters import Brought

KIND = "mail.import"
# A transaction writes about a hundred rows: SQLite has one writer.
TOGETHER = 20
# With the message that reaches it, a piece is a third of a hundred megabytes at most.
TOGETHER_BYTES = 8 * 2**20
MOST_MAILS = 50_000
AT_A_TIME = 10.0
GIVEN_UP = timedelta(days=2)
MOST_REMARKS = 200
State = MailImport.State


def ask(actor: User, *, upload: UUID | str) -> MailImport:
    """Have a mailbox read that the actor uploaded. Raises NotFound for what is not theirs to send, Conflict while
    another one is being read, TooMany beyond ten a day."""
    if not files.free(actor, [str(upload)]):
        raise NotFound("There is no such file.")
    ratelimit.hit("import", actor.pk)
    try:
        with db.atomic():
            return _begin(actor, upload)
    except IntegrityError:
        raise Conflict("A mailbox of yours is being read already. Wait until it is done.") from None


def _begin(actor: User, upload: UUID | str) -> MailImport:
    file = files.claimable([UUID(str(upload))]).get(UUID(str(upload)))
    if file is None:
        raise NotFound("There is no such file.")
    Upload.objects.filter(pk=file.pk).update(claimed_at=timezone.now())
    row = MailImport.objects.create(
        user=actor, upload=file.pk, name=file.name, size=file.size, open_key=str(actor.pk)
    )
    jobs.add(kind=KIND, key=str(row.pk), payload={"import": str(row.pk)})
    return row


def read(payload: dict[str, Any]) -> None:
    """The work of a `mail.import` job: some messages, then others get their turn."""
    row = MailImport.objects.select_related("user").filter(pk=payload["import"], state=State.READING).first()
    if row is None:
        return
    file = Upload.objects.filter(pk=row.upload).first()
    if file is None:
        _end(row, State.FAILED)
        return
    with storage.current().at_hand(file.key) as path, path.open("rb") as stream:
        ended = _read_on(row, stream)
    if not ended:
        raise registry.Again
    _end(row, State.DONE)


def read_whole(owner: User, stream: BinaryIO) -> Brought:
    """Everything at once, for operators."""
    told = Brought()
    for piece in _pieces(mbox.messages(stream)):
        _add(told, letters.bring(owner, piece))
    return told


def _read_on(row: MailImport, stream: BinaryIO) -> bool:
    """Whether that was all."""
    until = time.monotonic() + AT_A_TIME
    for piece in _pieces(mbox.messages(stream, start=row.offset)):
        room = MOST_MAILS - (row.created + row.merged + row.skipped)
        letters.bring(row.user, piece, room=room, settle=partial(_advance, row, end=piece[-1].end))
        if time.monotonic() > until:
            return False
    return True


def _pieces(messages: Iterator[mbox.Raw]) -> Iterator[list[mbox.Raw]]:
    """As many as are in memory together: some, fewer of large ones."""
    piece: list[mbox.Raw] = []
    for raw in messages:
        piece.append(raw)
        if len(piece) >= TOGETHER or sum(len(each.data or b"") for each in piece) >= TOGETHER_BYTES:
            yield piece
            piece = []
    if piece:
        yield piece


def _advance(row: MailImport, told: Brought, end: int) -> None:
    """In the transaction of the messages. Raises Conflict where another worker has it, which takes them back."""
    same = MailImport.objects.filter(pk=row.pk, turn=row.turn, state=State.READING)
    for name in ("created", "merged", "skipped", "threads"):
        setattr(row, name, getattr(row, name) + getattr(told, name))
    row.offset, row.turn = end, row.turn + 1
    row.remarks = [*row.remarks, *told.remarks][:MOST_REMARKS]
    changed = ("offset", "turn", "created", "merged", "skipped", "threads", "remarks")
    if not same.update(**{name: getattr(row, name) for name in changed}):
        raise Conflict("This mailbox is read elsewhere.")


def _add(told: Brought, more: Brought) -> None:
    for name in ("created", "merged", "skipped", "threads"):
        setattr(told, name, getattr(told, name) + getattr(more, name))
    told.remarks += more.remarks
    told.conversations |= more.conversations


def _end(row: MailImport, state: str) -> None:
    """What was read is not kept a second time."""
    with db.atomic():
        MailImport.objects.filter(pk=row.pk).update(state=state, open_key=None)
        keeping.remove(list(Upload.objects.filter(pk=row.upload)))


def stop(actor: User, id: UUID) -> None:
    """Read no further; what was brought stays. Raises NotFound for another's, Invalid for one that is over."""
    row = MailImport.objects.filter(pk=id, user=actor).first()
    if row is None:
        raise NotFound("There is no such import.")
    if row.state != State.READING:
        raise Invalid("This mailbox was read to its end.")
    _end(row, State.FAILED)


def sweep() -> None:
    """Give up what no worker ends."""
    for row in MailImport.objects.filter(state=State.READING, created_at__lt=timezone.now() - GIVEN_UP):
        _end(row, State.FAILED)


def forget(user: User) -> None:
    """Nothing is known any more of what somebody brought."""
    for row in MailImport.objects.filter(user=user, state=State.READING):
        _end(row, State.FAILED)
    MailImport.objects.filter(user=user).delete()
    MailReference.objects.filter(user=user).delete()
