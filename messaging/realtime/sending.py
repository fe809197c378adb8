"""What the batchers run: many sockets' sends as one append, many marks as one advance."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from chatify.lib import ratelimit
from chatify.lib.errors import ChatifyError, TooMany
from messaging.operations import inbox, log, messages, rows
from messaging.operations.inbox import Advance
from messaging.operations.log import Draft, Sent
from messaging.realtime.protocol import Send

logger = logging.getLogger(__name__)
Identity = tuple[UUID, UUID, UUID]


@dataclass(frozen=True, slots=True)
class Posting:
    """A send from a socket. `wait` is above 0 when the socket is over its own limit: then only a repeat is answered."""

    sender: User
    command: Send
    wait: float = 0.0


def post(postings: Sequence[Posting]) -> list[Sent | ChatifyError]:
    """One outcome per posting, in order. Raises DatabaseError when nothing could be done."""
    outcomes: list[Sent | ChatifyError | Draft] = [_draft(posting) for posting in postings]
    drafts = {place: draft for place, draft in enumerate(outcomes) if isinstance(draft, Draft)}
    for place, refusal in _over_limit(postings, drafts).items():
        outcomes[place] = refusal
        del drafts[place]
    for place, outcome in zip(drafts, log.append(list(drafts.values())), strict=True):
        outcomes[place] = outcome
    return [outcome for outcome in outcomes if not isinstance(outcome, Draft)]


def mark(steps: Sequence[Advance]) -> Sequence[object]:
    """Read, received, unread: one outcome per step."""
    return inbox.advance(steps)


def _draft(posting: Posting) -> Draft | ChatifyError:
    command = posting.command
    try:
        return messages.prepare(
            posting.sender,
            conversation=command.conversation,
            body=command.body,
            client_id=command.client_id,
            reply_to=command.reply_to,
            attachments=[str(upload) for upload in command.attachments],
        )
    except ChatifyError as error:
        return error


def _over_limit(postings: Sequence[Posting], drafts: Mapping[int, Draft]) -> dict[int, TooMany]:
    """The places whose sender is over a limit. What was sent before is answered whatever the limit."""
    limited = ratelimit.limit_for("send") is not None
    if not drafts or not (limited or any(postings[place].wait for place in drafts)):
        return {}
    known: set[Identity] = set(rows.duplicates_of(list(drafts.values())))
    refusals: dict[int, TooMany] = {}
    for place, draft in drafts.items():
        if draft.identity in known:
            continue
        known.add(draft.identity)
        if refusal := _refusal(draft.sender.id, postings[place].wait):
            refusals[place] = refusal
            known.discard(draft.identity)
    return refusals


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
