"""What the batchers run: many sockets' sends as one append, many marks as one advance."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from chatify.lib import ratelimit
from chatify.lib.errors import ChatifyError, NotFound, TooMany
from messaging.operations import inbox, log, messages, rows, scheduled
from messaging.operations.inbox import Advance
from messaging.operations.log import Draft, Sent
from messaging.operations.scheduled import Held
from messaging.queries import access
from messaging.realtime.protocol import Send

logger = logging.getLogger(__name__)
Identity = tuple[UUID, UUID, UUID]


@dataclass(frozen=True, slots=True)
class Posting:
    """A send from a socket. `wait` is above 0 when the socket is over its own limit: then only a repeat is answered."""

    sender: User
    command: Send
    wait: float = 0.0
    undo: int = 0
    """For how many seconds its sender wants to be able to take it back."""

    @property
    def identity(self) -> Identity:
        return self.command.conversation, self.sender.id, self.command.client_id


def post(postings: Sequence[Posting]) -> list[Sent | Held | ChatifyError]:
    """One outcome per posting, in order. Raises DatabaseError when nothing could be done."""
    # Limits first: rendering is dear, and what is refused or was kept before must not cost the others any of it.
    settled = _settled(postings)
    outcomes: list[Sent | Held | ChatifyError | Draft] = [
        settled.get(place) or _draft(posting) for place, posting in enumerate(postings)
    ]
    drafts = {place: draft for place, draft in enumerate(outcomes) if isinstance(draft, Draft)}
    for place, outcome in zip(drafts, log.append(list(drafts.values())), strict=True):
        outcomes[place] = outcome
    return [outcome for outcome in outcomes if not isinstance(outcome, Draft)]


def lane(posting: Posting) -> UUID:
    """What keeps its order: the sends into one conversation."""
    return posting.command.conversation


def mark(steps: Sequence[Advance]) -> Sequence[object]:
    """Read, received, unread: one outcome per step."""
    return inbox.advance(steps)


def _draft(posting: Posting) -> Draft | Held | Sent | ChatifyError:
    command = posting.command
    try:
        if posting.undo or command.send_at:
            return _held(posting)
        return messages.prepare(
            posting.sender,
            conversation=command.conversation,
            body=command.body,
            client_id=command.client_id,
            reply_to=command.reply_to,
            attachments=command.attachments,
        )
    except ChatifyError as error:
        return error


def _held(posting: Posting) -> Held | Sent:
    command = posting.command
    return scheduled.hold(
        posting.sender,
        conversation=command.conversation,
        body=command.body,
        client_id=command.client_id,
        reply_to=command.reply_to,
        attachments=[str(upload) for upload in command.attachments],
        send_at=command.send_at,
        seconds=posting.undo,
    )


def _settled(postings: Sequence[Posting]) -> dict[int, Sent | ChatifyError]:
    """The places of repeats, with the first answer, and of those over a limit. What was sent before is answered
    whatever the limit."""
    if ratelimit.limit_for("send") is None and not any(posting.wait for posting in postings):
        return {}
    kept = rows.sent_before(posting.identity for posting in postings)
    known: set[Identity] = set()
    settled: dict[int, Sent | ChatifyError] = {}
    for place, posting in enumerate(postings):
        if first := kept.get(posting.identity):
            settled[place] = _repeated(posting, first)
        elif posting.identity not in known:
            if refusal := _refusal(posting.sender.id, posting.wait):
                settled[place] = refusal
            else:
                known.add(posting.identity)
    return settled


def _repeated(posting: Posting, first: Sent) -> Sent | ChatifyError:
    """The first answer, for who is still a member."""
    try:
        access.membership_for(posting.sender, posting.command.conversation)
    except NotFound as error:
        return error
    return first


def _refusal(user: UUID, wait: float) -> TooMany | None:
    if wait:
        return TooMany(retry_after=wait)
    try:
        ratelimit.hit("send", user)
    except TooMany as error:
        return error
    except Exception as error:  # the counter's cache is down: sending stays open
        logger.warning("sends are not counted (%s)", type(error).__name__)
    return None
