"""The only functions that append to the log.

`append` takes a batch: it locks the conversations in id order, refuses an invalid item alone, answers a repeated
item with the original, and commits once. Everything slow (markup, look-ups of what is attached) happened before.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db import OperationalError

from chatify.lib import db, events
from chatify.lib.errors import ChatifyError, Invalid, NotFound
from messaging.events import LogAppended
from messaging.models import Conversation, Membership
from messaging.operations import rows
from messaging.operations.ledger import Draft, Ledger, Sent

__all__ = ["Draft", "Ledger", "Sent", "append", "open_ledger"]

Outcome = Sent | ChatifyError


@dataclass(slots=True)
class _Batch:
    drafts: Sequence[Draft]
    outcomes: list[Outcome | None]

    def settle(self, index: int, outcome: Outcome) -> None:
        self.outcomes[index] = outcome


def append(drafts: Sequence[Draft], *, announce: bool = True) -> list[Outcome]:
    """Append messages in one transaction; one outcome per draft, in order: `Sent`, or the error of that item alone.

    `announce=False` stores them as settled and tells nobody: for loads that no open page waits for.
    Raises django.db.DatabaseError when the database refuses the whole batch: then nothing was written.
    """
    if not drafts:
        return []
    try:
        return _append(drafts, announce)
    except OperationalError:
        # A conversation whose lock cannot be had must not hold the others up.
        conversations = {draft.conversation for draft in drafts}
        if len(conversations) < 2:
            raise
        return _append_apart(drafts, conversations, announce)


def _append_apart(drafts: Sequence[Draft], conversations: Iterable[UUID], announce: bool) -> list[Outcome]:
    outcomes: dict[int, Outcome] = {}
    failure: OperationalError | None = None
    for conversation in sorted(conversations):
        places = [index for index, draft in enumerate(drafts) if draft.conversation == conversation]
        try:
            found = _append([drafts[index] for index in places], announce)
            for index, outcome in zip(places, found, strict=True):
                outcomes[index] = outcome
        except OperationalError as error:
            failure = error
            outcomes.update({index: rows.Busy() for index in places})
    if failure and all(isinstance(outcome, rows.Busy) for outcome in outcomes.values()):
        raise failure
    return [outcomes[index] for index in range(len(drafts))]


def _append(drafts: Sequence[Draft], announce: bool) -> list[Outcome]:
    batch = _Batch(drafts, [None] * len(drafts))
    with db.atomic():
        ledgers = _lock({draft.conversation for draft in drafts})
        members = rows.members_of(drafts)
        known = rows.duplicates_of(drafts)
        quotable = rows.quotable_in(drafts)
        for index, draft in enumerate(drafts):
            ledger = ledgers.get(draft.conversation)
            batch.settle(index, _place(draft, ledger, members, known, quotable))
        _write(ledgers.values(), announce=announce)
    return [outcome for outcome in batch.outcomes if outcome is not None]


def _place(
    draft: Draft, ledger: Ledger | None, members: rows.Members, known: rows.Known, quotable: rows.Quotable
) -> Outcome:
    """Where this draft goes in its log, or why not. Membership is decided here, on the locked row."""
    member = members.get((draft.conversation, draft.sender.id))
    if ledger is None or member is None:
        return NotFound("There is no such conversation.")
    if first := known.get(draft.identity):
        return first
    if draft.reply_to and not _may_answer(draft, member, quotable):
        return Invalid.field("reply_to", "The message you answer is not in this conversation.")
    sent = ledger.message(draft, member)
    known[draft.identity] = sent.again()
    return sent


def _may_answer(draft: Draft, member: Membership, quotable: rows.Quotable) -> bool:
    """Whether the sender may read what is answered: an answer shows it."""
    answered = quotable.get((draft.conversation, draft.reply_to)) if draft.reply_to else None
    return answered is not None and answered.seq >= member.visible_from_seq


@contextmanager
def open_ledger(conversation: UUID) -> Iterator[Ledger]:
    """Lock one conversation and append what the block records, in the block's transaction.

    Raises NotFound when there is no such conversation. Lock order: conversation, membership, user.
    """
    with db.atomic():
        ledger = _lock({conversation}).get(conversation)
        if ledger is None:
            raise NotFound("There is no such conversation.")
        yield ledger
        _write([ledger])


def _lock(conversations: Iterable[UUID]) -> dict[UUID, Ledger]:
    found = Conversation.objects.select_for_update().filter(id__in=list(conversations)).order_by("id")
    return {row.id: Ledger(row) for row in found}


def _write(ledgers: Iterable[Ledger], *, announce: bool = True) -> None:
    changed = [ledger for ledger in ledgers if ledger.changed]
    if not changed:
        return
    if not announce:
        return _write_quietly(changed)
    rows.write(changed)
    published = [event for ledger in changed for event in ledger.published()]
    if published:
        events.emit(LogAppended(published))


def _write_quietly(changed: Sequence[Ledger]) -> None:
    """Settled from the start, or the relay would announce what nobody should."""
    for event in (event for ledger in changed for event in ledger.events):
        event.settled = True
    rows.write(changed)
