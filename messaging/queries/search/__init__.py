"""Finding messages, conversations and people: only what the asker may read, the newest first."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from accounts.models import User
from accounts.queries import named
from chatify.lib import paging, ratelimit, strain
from chatify.lib.errors import Invalid
from chatify.lib.text import clean_query
from messaging.models import Message
from messaging.models.search import moment_of
from messaging.queries import inbox
from messaging.queries.inbox import InboxRow
from messaging.queries.search import scope, texts, walk
from messaging.queries.search.grammar import Wanted, parse

PEOPLE_SHOWN = CONVERSATIONS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that was found, and the line of the inbox it belongs to."""

    message: Message
    row: InboxRow
    text: str
    """What of it is shown, as it is read."""


@dataclass(frozen=True, slots=True)
class Results:
    """One page. People and conversations come with the first page of a query that is words alone."""

    wanted: Wanted
    people: list[User] = field(default_factory=list)
    conversations: list[InboxRow] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)
    next: str | None = None
    reached: datetime | None = None
    """How far back was looked where that took too long to find a whole page; `next` goes on from there."""

    @property
    def nothing(self) -> bool:
        return not (self.people or self.conversations or self.hits)


def page(user: User, q: object, *, cursor: str | None = None, limit: int = 30, zone: tzinfo = UTC) -> Results:
    """What the person may find. Raises Invalid for a cursor that is none, TooMany when asking too often."""
    wanted = parse(clean_query(q), zone)
    below = _below(cursor) if cursor else walk.NEWEST
    if wanted.empty:
        return Results(wanted)
    strain.refuse("search")
    ratelimit.hit("search.on" if cursor else "search", user.pk)
    where = scope.of(user, wanted)
    first = wanted.plain and not cursor
    size = paging.clamp(limit)
    found, more = walk.messages(user, where, below=below, limit=size)
    titled = scope.titled(list(where.places.values()), wanted.terms)[:CONVERSATIONS_SHOWN] if first else []
    rows = inbox.rows(user, {*titled, *(message.conversation_id for message in found)})
    return Results(
        wanted,
        people=named(user, wanted.terms, limit=PEOPLE_SHOWN) if first else [],
        conversations=[rows[id] for id in titled if id in rows],
        hits=[
            Hit(row, rows[row.conversation_id], texts.shown(row, wanted.terms))
            for row in found
            if row.conversation_id in rows
        ],
        next=paging.encode(more) if more is not None else None,
        reached=moment_of(more) if more is not None and len(found) < size else None,
    )


def _below(cursor: str) -> int:
    (position,) = paging.decode(cursor, str)
    if position.isascii() and position.isdecimal() and len(position) < 20 and int(position) <= walk.NEWEST:
        return int(position)
    raise Invalid.field("cursor", "This page address is not valid. Start again from the first page.")
