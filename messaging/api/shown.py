"""Rows completed for one viewer, each with a constant number of queries."""

from collections.abc import Sequence
from typing import Any

from accounts.models import User
from messaging import presenters
from messaging.models import Message
from messaging.queries import members, receipts
from messaging.queries.epoch import epoch_id
from messaging.queries.inbox import InboxRow


def message(row: Message) -> dict[str, Any]:
    """A message with what depends on the viewer."""
    return {**presenters.message(row), "starred": False}


def conversations(me: User, rows: Sequence[InboxRow]) -> list[dict[str, Any]]:
    """Lines of the inbox as conversations."""
    people = members.first_pages([row.conversation.id for row in rows])
    hidden = receipts.hidden_from(me, (each for page in people.values() for each in page))
    return [
        presenters.conversation(
            row.conversation,
            row.my,
            title=row.title,
            epoch=epoch_id(),
            unread=row.unread,
            last_message=row.last_message,
            members=people.get(row.conversation.id, []),
            hidden=hidden,
        )
        for row in rows
    ]


def conversation(me: User, row: InboxRow) -> dict[str, Any]:
    """One line of the inbox as a conversation."""
    return conversations(me, [row])[0]
