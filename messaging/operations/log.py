"""The only functions that append to the log.

`append` takes a batch: it locks the conversations in id order, refuses an invalid item alone, answers a repeated
item with the original, and commits once. Everything slow (markup, look-ups of what is attached) happened before.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from django.db import OperationalError
from django.utils import timezone

from accounts.models import User
from chatify.lib import db, events, ids
from chatify.lib.digest import to_milliseconds
from chatify.lib.errors import ChatifyError, Forbidden, Invalid, NotFound
from messaging.events import LogAppended
from messaging.models import Conversation, Message
from messaging.operations import backends, claims, linking, rows, unheard
from messaging.operations.ledger import Draft, Ledger
from messaging.operations.records import Head, Identity, Member, Rows, Sent, Untold
from messaging.queries import rights

__all__ = ["Draft", "Ledger", "Sent", "append", "bring", "open_ledger"]

Outcome = Sent | ChatifyError


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
    identities = [draft.identity for draft in drafts]
    listeners = unheard.listeners(drafts)
    while True:
        with db.atomic():
            batch = _Batch([*identities, *listeners], drafts)
            if (
                missing := batch.care.missing
            ):  # somebody was blocked just now: all locks are taken in one order
                listeners += missing
                continue
            outcomes = [
                batch.place(draft, identity) for draft, identity in zip(drafts, identities, strict=True)
            ]
            batch.write(announce)
        return outcomes


class _Batch:
    """The conversations of some drafts, locked; it places one draft after the other and writes them all at once."""

    def __init__(self, identities: Sequence[Identity], drafts: Sequence[Draft]) -> None:
        heads, self._members, self._known = backends.current().lock(identities)
        self.care = unheard.Care(self._members, heads)
        self._ledgers: dict[str, Ledger[Head]] = {id: Ledger(head) for id, head in heads.items()}
        self._quotable = rows.quotable_in(drafts)
        self._files = claims.claimable(drafts)
        self._now = to_milliseconds(timezone.now())

    def place(self, draft: Draft, identity: Identity) -> Outcome:
        """Where this draft goes in its log, or why not. Membership is decided here, on the locked row."""
        ledger = self._ledgers.get(identity[0])
        member = self._members.get(identity[:2])
        if ledger is None or member is None:
            return NotFound("There is no such conversation.")
        if first := self._known.get(identity):
            return first.again()
        if not rights.may_post(ledger.conversation, member):
            return Forbidden(rights.refusal(ledger.conversation))
        answered = self._answered(draft, member)
        if draft.reply_to and answered is None:
            return Invalid.field("reply_to", "The message you answer is not in this conversation.")
        if draft.attachments and (gone := claims.claim(draft, self._files)):
            return gone
        at = to_milliseconds(draft.sent_at) if draft.sent_at else self._now
        sent = self._known[identity] = ledger.message(draft, identity, member, answered, at)
        if member.special:
            self.care.placed(ledger, identity[:2])
        return sent

    def bring(self, draft: Draft, reader: User) -> Sent:
        """Where a letter from elsewhere goes in its reader's own conversation."""
        ledger = self._ledgers[str(draft.conversation)]
        member = self._members[str(draft.conversation), str(reader.pk)]
        at = to_milliseconds(draft.sent_at) if draft.sent_at else self._now
        return ledger.message(draft, draft.identity, member, None, at)

    def write(self, announce: bool) -> None:
        changed = [ledger for ledger in self._ledgers.values() if ledger.changed]
        if not changed:
            return
        members = [member for ledger in changed for member in ledger.members.values()]
        _store(changed, [ledger.conversation for ledger in changed], members, announce=announce)
        self.care.write()

    def _answered(self, draft: Draft, member: Member) -> Message | None:
        """The message it answers, if the sender may read that: an answer shows it."""
        row = self._quotable.get((draft.conversation, draft.reply_to)) if draft.reply_to else None
        if row is None or row.seq < member.visible_from_seq:
            return None
        return row if not row.withheld or row.sender_id == draft.sender.id else None


def bring(reader: User, drafts: Sequence[Draft]) -> list[Sent]:
    """Append mail from elsewhere to conversations of its one reader, whoever wrote it: it counts as read, and nobody is
    told. The caller knows that none of it is there yet."""
    if not drafts:
        return []
    held = [(str(draft.conversation), str(reader.pk), str(draft.client_id)) for draft in drafts]
    with db.atomic():
        batch = _Batch(held, drafts)
        brought = [batch.bring(draft, reader) for draft in drafts]
        batch.write(announce=False)
        rows.keep_letters(drafts, brought)
    return brought


@contextmanager
def open_ledger(conversation: UUID, *, announce: bool = True) -> Iterator[Ledger[Conversation]]:
    """Lock one conversation and append what the block records, in the block's transaction; `announce=False` as above.

    Raises NotFound when there is no such conversation. Lock order: conversation, membership, user.
    """
    with db.atomic():
        row = Conversation.objects.select_for_update(no_key=True).filter(id=conversation).first()
        if row is None:
            raise NotFound("There is no such conversation.")
        ledger, active = Ledger(row), row.last_activity_at
        yield ledger
        unheard.withhold(ledger, active)
        if ledger.changed:
            row.save(update_fields=rows.CONVERSATION_FIELDS)
            _store([ledger], announce=announce)


def _store(
    ledgers: Sequence[Ledger],
    heads: Sequence[Head] = (),
    members: Sequence[Member] = (),
    *,
    announce: bool = True,
) -> None:
    """Write what the ledgers recorded, and tell of it after the commit."""
    messages = [message for ledger in ledgers for message in ledger.messages]
    entries = [event for ledger in ledgers for event in ledger.events]
    untold = _untold(ledgers) if entries and announce else None
    backends.current().write(Rows(messages, entries, heads, members, untold))
    unheard.mark(entries)
    if any(message.mentions for message in messages):
        rows.keep_mentions(messages)
    claims.keep(messages)
    if announce:
        linking.ask(messages)
    if untold:
        events.emit(LogAppended([event for ledger in ledgers for event in ledger.published()], untold.id))


def _untold(ledgers: Sequence[Ledger]) -> Untold:
    ranges = [
        (str(ledger.conversation.id), ledger.events[0].seq, ledger.events[-1].seq)
        for ledger in ledgers
        if ledger.events
    ]
    return Untold(ids.uuid7(), timezone.now(), ranges)
